// What somebody did here, and the server refused when it could be sent: what happened instead, and their words, to go on with.
import { useTranslation } from "@/i18n";
import { ApiError } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { again, freeFiles, insist, isStillPossible } from "@/offline/decide";
import type { Kept } from "@/offline/queue";
import { useDiscard } from "@/offline/useDiscard";
import { wordsOf } from "@/resources/request/project";
import { Button } from "@/ui/Button";
import type { Handed } from "./Composer";

export function Refused({ changes, onHand }: { changes: Kept[]; onHand: (handed: Omit<Handed, "onTaken">) => void }) {
  const { t } = useTranslation();
  const discard = useDiscard();
  const files = changes.filter(({ kind }) => kind === "file");
  if (files.length > 0) return <><Refused changes={changes.filter(({ kind }) => kind !== "file")} onHand={onHand} /><RefusedFiles files={files} /></>;
  return changes.map((change) => {
    const words = wordsOf(change);
    return (
      <section key={change.key} role="alert" aria-label={t("queue.was_refused")} className="mb-4 rounded-xl border border-danger bg-danger-soft p-4 text-sm">
        <p className="mb-1 font-semibold">{t("queue.was_refused")}</p>
        <p dir="auto" className="words mb-2">{change.what}</p>
        {change.refused && <ErrorWords error={new ApiError(change.refused)} />}
        {words && <p dir="auto" className="words mt-3 max-h-40 overflow-y-auto rounded-lg border bg-surface p-3 whitespace-pre-wrap select-all">{words}</p>}
        <div className="mt-3 flex flex-wrap gap-2">
          {isStillPossible(change) && <Button kind="primary" onClick={() => void insist(change)}>{t("queue.insist")}</Button>}
          {words && <Button onClick={() => { onHand({ words }); void freeFiles(change).then(() => discard(change)); }}>{t("queue.as_comment")}</Button>}
          <Button kind="quiet" onClick={() => void discard(change)}>{t("common.discard")}</Button>
        </div>
      </section>
    );
  });
}

/** Files are many at once, and have no words to go on with. */
function RefusedFiles({ files }: { files: Kept[] }) {
  const { t } = useTranslation();
  const discard = useDiscard();
  return (
    <section role="alert" aria-label={t("queue.was_refused")} className="mb-4 rounded-xl border border-danger bg-danger-soft p-4 text-sm">
      <p className="mb-2 font-semibold">{t("queue.was_refused")}</p>
      <ul className="flex flex-col gap-3">
        {files.map((change) => (
          <li key={change.key} data-refused-file={change.what} className="flex flex-wrap items-end gap-x-3 gap-y-1">
            <div className="min-w-0 flex-1 basis-56">
              <p dir="auto" className="words">{change.what}</p>
              {change.refused && <ErrorWords error={new ApiError(change.refused)} />}
            </div>
            <Button onClick={() => void again(change)}>{t("common.retry")}</Button>
            <Button kind="quiet" onClick={() => void discard(change)}>{t("common.discard")}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
