// Somebody who signs in with the identity provider, and the end of that.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import type { Account } from "./queries";

export function Unlink({ id, identity, onDone }: { id: string; identity: NonNullable<Account["identity"]>; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => dataOf(api.DELETE("/api/users/{id}/identities", { params: { path: { id } } })),
    onSuccess: ({ ended_sessions }) => {
      toast("done", ended_sessions > 0 ? t("people.changed_ended", { count: ended_sessions }) : t("people.changed"));
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <div className="flex flex-col gap-2">
      <p className="words text-sm text-muted">{t("people.linked", { issuer: isolated(identity.issuer.replace(/^https?:\/\//, "")) })}</p>
      <Button busy={ending.isPending} onClick={() => ending.mutate()}>{t("people.unlink")}</Button>
      {ending.error && <ErrorWords error={ending.error} />}
    </div>
  );
}
