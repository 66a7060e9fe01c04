import { useTranslation } from "react-i18next";
import type { RequestView } from "@/resources/request/live";
import { StatusMark } from "@/resources/request/marks";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Timeline } from "./Timeline";
import type { Conflict } from "./useAct";

/** What happened in between, and the choice: all the same, where it is still possible, or not. */
export function ConflictDialog({ conflict, view, label, onAnyway, onLeave }: { conflict: Conflict; view: RequestView; label: string; onAnyway: () => void; onLeave: () => void }) {
  const { t } = useTranslation();
  const isPossible = view.record.allowed_actions.includes(conflict.wish.action);
  const since = view.events.filter((event) => event.seq > conflict.seen.version);
  return (
    <Dialog title={t("conflict.title")} onClose={onLeave}>
      <p className="mb-4 flex items-center gap-2 text-sm">{t("conflict.now", { status: "" })}<StatusMark status={view.record.status} /></p>
      {since.length > 0 && (
        <>
          <p className="mb-2 text-sm font-semibold">{t("conflict.since")}</p>
          <div className="mb-4 max-h-60 overflow-y-auto"><Timeline events={since} /></div>
        </>
      )}
      {!isPossible && <p className="mb-4 text-sm text-muted">{t("conflict.gone", { action: label })}</p>}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={onLeave}>{t("conflict.leave")}</Button>
        {isPossible && <Button kind="primary" onClick={onAnyway}>{t("conflict.anyway", { action: label })}</Button>}
      </div>
    </Dialog>
  );
}
