// A link for a new password, made by whoever hands it over: it works once, and until when is said.
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";
import { HandedLink } from "./HandedLink";
import { linkOf, loginOf } from "./login";

export function ResetLink({ person }: { person: { id: string; email: string | null; username: string | null } }) {
  const { t } = useTranslation();
  const making = useMutation({ mutationFn: () => dataOf(api.POST("/api/users/{id}/reset", { params: { path: { id: person.id } } })) });
  if (making.data) {
    return (
      <section aria-label={t("people.reset")} className="flex flex-col gap-3">
        <p className="text-sm text-muted">{t("people.reset_hint")}</p>
        <HandedLink who={loginOf(person)} link={linkOf(making.data.token, "reset")}>
          <p className="text-sm">{t("people.link_ends")} <When date={making.data.expires_at} /></p>
        </HandedLink>
      </section>
    );
  }
  return (
    <>
      <Button busy={making.isPending} onClick={() => making.mutate()}>{t("people.reset")}</Button>
      {making.error && <ErrorWords error={making.error} />}
    </>
  );
}
