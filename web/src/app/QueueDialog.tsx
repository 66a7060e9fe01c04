import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/problem";
import { discard, insist, isStillPossible, replay, type Kept } from "@/offline/queue";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorWords } from "./ErrorWords";

/** What waits on this device, in the order in which it is sent. */
export function QueueDialog({ changes, onClose }: { changes: Kept[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("queue.title")} onClose={onClose}>
      <p className="mb-3 text-sm text-muted">{t("queue.hint")}</p>
      <ol className="mb-5 divide-y rounded-xl border">
        {changes.map((change) => (
          <li key={change.key} className="flex items-start gap-3 p-3 text-sm">
            <div className="min-w-0 flex-1">
              <p className="words font-semibold">
                {change.kind === "create" ? t("queue.create", { what: change.what }) : (
                  <Link to="/requests/$id" params={{ id: change.path.split("/")[3]! }} className="underline" onClick={onClose}>{t(`queue.${change.kind}`, { what: change.what })}</Link>
                )}
              </p>
              {change.refused && <ErrorWords error={new ApiError(change.refused)} />}
            </div>
            <div className="flex flex-col">
              {isStillPossible(change) && <Button kind="quiet" onClick={() => void insist(change)}>{t("queue.insist")}</Button>}
              <Button kind="quiet" onClick={() => void discard(change)}>{t("common.discard")}</Button>
            </div>
          </li>
        ))}
      </ol>
      <div className="flex justify-end gap-3">
        <Button onClick={onClose}>{t("common.close")}</Button>
        <Button kind="primary" onClick={() => void replay()}>{t("queue.now")}</Button>
      </div>
    </Dialog>
  );
}
