// With what else than a password somebody signs in; nothing where there is nothing.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { When } from "@/ui/time";

export function Identities() {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: ["me", "identities"], queryFn: ({ signal }) => dataOf(api.GET("/api/me/identities", { signal })) });
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="identities">
      <h2 id="identities">{t("identity.mine")}</h2>
      <p className="mt-1 mb-3 text-sm text-muted">{t("identity.mine_hint")}</p>
      <ul className="card divide-y">
        {data.items.map(({ issuer, linked_at }) => (
          <li key={issuer} className="p-4">
            <p dir="auto" className="words font-semibold">{issuer.replace(/^https?:\/\//, "")}</p>
            <p className="text-sm text-muted">{t("identity.since")} <When date={linked_at} /></p>
          </li>
        ))}
      </ul>
    </section>
  );
}
