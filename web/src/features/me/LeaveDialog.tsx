// Before somebody signs out while files of theirs wait: these stay on the device, and nobody else sends them.
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { sizeOf } from "@/ui/size";

export interface Left { count: number; bytes: number }

export function LeaveDialog({ left, isBusy, onLeave, onClose }: { left: Left; isBusy: boolean; onLeave: () => void; onClose: () => void }) {
  const { t, language } = useTranslation();
  return (
    <Dialog title={t("files.leave_title", { count: left.count })} onClose={onClose}>
      <p className="text-sm">{t("files.leave_hint", { size: sizeOf(language, left.bytes) })}</p>
      <div className="mt-5 flex flex-wrap justify-end gap-3">
        <Button onClick={onClose}>{t("common.back")}</Button>
        <Button kind="danger" busy={isBusy} onClick={onLeave}>{t("me.sign_out")}</Button>
      </div>
    </Dialog>
  );
}
