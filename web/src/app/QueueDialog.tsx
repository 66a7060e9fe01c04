import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError } from "@/api/problem";
import { again, insist, isStillPossible } from "@/offline/decide";
import { replay, whatWaits, type Kept } from "@/offline/queue";
import { useDiscard } from "@/offline/useDiscard";
import { wordsOf } from "@/resources/request/project";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { sizeOf } from "@/ui/size";
import { ErrorWords } from "./ErrorWords";

/** What waits on this device, in the order in which it is sent. */
export default function QueueDialog({ user, changes, onClose }: { user: string; changes: Kept[]; onClose: () => void }) {
  const { t, language } = useTranslation();
  const discard = useDiscard();
  const [isSending, setSending] = useState(false);
  const [isInVain, setInVain] = useState(false);
  const sendNow = async () => {
    setSending(true);
    setInVain(false);
    await replay();
    setSending(false);
    setInVain(whatWaits(user).length > 0);
  };
  return (
    <Dialog title={t("queue.title")} onClose={onClose}>
      <p className="mb-3 text-sm text-muted">{t("queue.hint")}</p>
      <ol className="mb-5 max-h-[60dvh] divide-y overflow-y-auto rounded-xl border">
        {changes.map((change) => (
          <li key={change.key} className="flex items-start gap-3 p-3 text-sm">
            <div className="min-w-0 flex-1">
              <p dir="auto" className="words font-semibold">
                {change.kind === "create" || change.path === "" ? t(`queue.${change.kind}`, { what: change.what }) : (
                  <Link to="/requests/$id" params={{ id: change.path.split("/")[3]! }} className="underline" onClick={onClose}>{t(`queue.${change.kind}`, { what: change.what })}</Link>
                )}
              </p>
              {change.file && <p className="text-muted">{sizeOf(language, change.file.size)}</p>}
              {change.kind !== "comment" && change.kind !== "file" && <p dir="auto" className="words line-clamp-4 whitespace-pre-wrap text-muted">{wordsOf(change)}</p>}
              {change.refused && <ErrorWords error={new ApiError(change.refused)} />}
            </div>
            <div className="flex flex-col">
              {change.file && change.refused && <Button kind="quiet" onClick={() => void again(change)}>{t("common.retry")}</Button>}
              {isStillPossible(change) && <Button kind="quiet" onClick={() => void insist(change)}>{t("queue.insist")}</Button>}
              <Button kind="quiet" onClick={() => void discard(change)}>{t("common.discard")}</Button>
            </div>
          </li>
        ))}
      </ol>
      {isInVain && <p role="alert" className="mb-4 text-sm text-warn">{t("queue.in_vain")}</p>}
      <div className="flex justify-end gap-3">
        <Button onClick={onClose}>{t("common.close")}</Button>
        <Button kind="primary" busy={isSending} onClick={() => void sendNow()}>{t("queue.now")}</Button>
      </div>
    </Dialog>
  );
}
