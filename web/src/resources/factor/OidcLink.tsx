// The way to the organisation's identity provider, where there is one.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { buttonClass } from "@/ui/Button";
import { isolated } from "@/ui/isolated";

type Methods = Schema<"SignInMethods">;

/** Under this name a browser remembers how one signs in here, so that the page does not move when the answer comes. */
const KEPT = "sign-in-methods";

async function look(signal: AbortSignal): Promise<Methods> {
  const methods = await dataOf(api.GET("/api/auth/methods", { signal }));
  localStorage.setItem(KEPT, JSON.stringify(methods));
  return methods;
}

/** Where it `proves`, whoever is signed in already is asked there anew who they are. */
export function OidcLink({ next, proves = false }: { next: string | undefined; proves?: boolean }) {
  const { t } = useTranslation();
  const kept = localStorage.getItem(KEPT);
  const methods = useQuery({ queryKey: ["sign-in-methods"], retry: false, queryFn: ({ signal }) => look(signal), placeholderData: kept === null ? undefined : (JSON.parse(kept) as Methods) });
  const oidc = methods.data?.oidc;
  if (!oidc) return null;
  const query = new URLSearchParams({ ...(next && { to: next }), ...(proves && { prove: "yes" }) }).toString();
  return (
    <a href={`/api/auth/oidc/start${query && `?${query}`}`} className={`${buttonClass()} words mt-5 text-center sm:min-h-11`}>
      {oidc.name ? t("sign_in.with", { name: isolated(oidc.name) }) : t("sign_in.with_organisation")}
    </a>
  );
}
