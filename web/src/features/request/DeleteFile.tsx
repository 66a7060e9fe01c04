import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import type { Attachment } from "@/resources/file/attachment";
import { useDelete } from "@/resources/file/changes";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { isolated } from "@/ui/isolated";
import { sizeOf } from "@/ui/size";
import { toast } from "@/ui/toast";

/** Takes a file away for good, once it has been asked whether that is meant. */
export function DeleteFile({ request, file, onGone }: { request: string; file: Attachment; onGone: () => void }) {
  const { t, language } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const name = isolated(file.filename);
  const deleting = useDelete(request, file, () => {
    toast("done", t("files.deleted", { name, size: sizeOf(language, file.size) }));
    onGone();
  });
  return (
    <>
      <Button kind="quiet" className="px-2.5! text-danger!" aria-label={t("files.delete")} title={t("files.delete")} onClick={() => setAsking(true)}><Trash2 aria-hidden className="size-5" /></Button>
      {isAsking && (
        <Dialog title={t("files.delete_ask")} onClose={() => setAsking(false)}>
          <p className="words text-sm">{t("files.delete_what", { name, size: sizeOf(language, file.size) })}</p>
          <p className="mt-2 text-sm text-muted">{t("files.delete_hint")}</p>
          {deleting.error && <div className="mt-4"><ErrorWords error={deleting.error} /></div>}
          <div className="mt-5 flex justify-end gap-3">
            <Button onClick={() => setAsking(false)}>{t("common.back")}</Button>
            <Button kind="danger" busy={deleting.isPending} onClick={() => deleting.mutate()}>{t("files.delete")}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
