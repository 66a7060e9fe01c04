import { useTranslation } from "@/i18n";
import type { RequestView } from "@/resources/request/live";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Since } from "./Since";
import type { Conflict } from "./useAct";

/** What happened in between, and the choice: all the same, where it is still possible, or not. */
export function ConflictDialog({ conflict, view, label, onAnyway, onLeave }: { conflict: Conflict; view: RequestView; label: string; onAnyway: () => void; onLeave: () => void }) {
  const { t } = useTranslation();
  const { action, body, seen } = conflict.wish;
  const isPossible = view.record.allowed_actions.includes(action);
  const words = body.reason ?? body.resolution;
  return (
    <Dialog title={t("conflict.title")} hasWords onClose={onLeave}>
      <Since seen={seen} view={view} />
      {!isPossible && <p className="mb-4 text-sm text-muted">{t("conflict.gone", { action: label })}</p>}
      {words && (
        <div className="mb-4 text-sm">
          <p className="mb-1 font-semibold">{t("conflict.words")}</p>
          <p dir="auto" className="words max-h-40 overflow-y-auto rounded-xl border p-3 whitespace-pre-wrap select-all">{words}</p>
          <p className="mt-1 text-xs text-muted">{t("conflict.words_kept")}</p>
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={onLeave}>{t("conflict.leave")}</Button>
        {isPossible && <Button kind="primary" onClick={onAnyway}>{t("conflict.anyway", { action: label })}</Button>}
      </div>
    </Dialog>
  );
}
