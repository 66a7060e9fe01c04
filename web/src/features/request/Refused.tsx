// What somebody did here, and the server refused when it could be sent: what happened instead, and their words, to go on with.
import { useTranslation } from "@/i18n";
import { ApiError } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { insist, isStillPossible, type Kept } from "@/offline/queue";
import { useDiscard } from "@/offline/useDiscard";
import { wordsOf } from "@/resources/request/project";
import { Button } from "@/ui/Button";
import type { Handed } from "./Composer";

export function Refused({ changes, onHand }: { changes: Kept[]; onHand: (handed: Omit<Handed, "onTaken">) => void }) {
  const { t } = useTranslation();
  const discard = useDiscard();
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
          {words && <Button onClick={() => { onHand({ words }); void discard(change); }}>{t("queue.as_comment")}</Button>}
          <Button kind="quiet" onClick={() => void discard(change)}>{t("common.discard")}</Button>
        </div>
      </section>
    );
  });
}
