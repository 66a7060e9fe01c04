// Ends a key, once it has been asked whether that is meant: whatever uses it stops.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { toastError } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import type { ApiKey } from "./queries";

export function EndDialog({ api, end, onClose }: { api: ApiKey; end: (id: string) => Promise<unknown>; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => end(api.id),
    onSuccess: () => toast("done", t("keys.ended_now")),
    onError: toastError,
    onSettled: () => {
      onClose();
      return client.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  return (
    <Dialog title={t("keys.end_of", { name: isolated(api.name) })} onClose={onClose}>
      <p className="mb-5 text-sm text-muted">{t("keys.end_hint")}</p>
      <div className="flex justify-end gap-3">
        <Button onClick={onClose}>{t("common.back")}</Button>
        <Button kind="danger" busy={ending.isPending} onClick={() => ending.mutate()}>{t("keys.end")}</Button>
      </div>
    </Dialog>
  );
}
