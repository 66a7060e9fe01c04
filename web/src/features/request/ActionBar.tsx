// Exactly what the server allows now. The usual next step stands out; one that needs words asks for them in a dialog.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Action, RequestRecord, Role } from "@/api/types";
import { manages } from "@/api/types";
import { ACTION_NEEDS } from "@/api/words";
import { useMe } from "@/app/session";
import type { RequestView } from "@/resources/request/live";
import { Button } from "@/ui/Button";
import { ActionDialog } from "./ActionDialog";
import { ConflictDialog } from "./ConflictDialog";
import { useAct, type Conflict, type Wish } from "./useAct";

const FORWARD: Action[] = ["approve", "start", "resume", "complete", "close"];
const HARSH: Action[] = ["reject", "cancel"];

const labelOf = (action: Action, record: RequestRecord, role: Role) =>
  action !== "assign" ? `action.${action}` : !manages(role) ? (record.assignee ? "action.take_over" : "action.claim") : record.assignee ? "action.reassign" : "action.assign";

/** What a technician takes from somebody, they take knowingly: the button says so. */
const claim = (record: RequestRecord, me: string) => (record.assignee ? { assignee_id: me, take_over: true } : { assignee_id: me });

/** The same once more, as things stand now. */
const again = ({ wish, now }: Conflict): Wish =>
  wish.action === "assign" && now.assignee ? { ...wish, body: { ...wish.body, take_over: true } } : wish;

export function ActionBar({ view }: { view: RequestView }) {
  const { t } = useTranslation();
  const me = useMe();
  const { record } = view;
  const [asked, setAsked] = useState<Action | null>(null);
  const act = useAct(view);
  const perform = (wish: Wish) => act.mutate(wish, { onSettled: () => setAsked(null) });
  const press = (action: Action) => {
    if (action === "assign" && !manages(me.role)) perform({ action, body: claim(record, me.id) });
    else if (ACTION_NEEDS[action]) setAsked(action);
    else perform({ action, body: {} });
  };
  const actions = record.allowed_actions;
  const isMain = (action: Action) => FORWARD.includes(action) || (action === "assign" && record.status === "approved");
  const main = actions.find(isMain);
  const ordered = main ? [main, ...actions.filter((action) => action !== main)] : actions;
  return (
    <>
      {actions.length > 0 && (
        <div role="group" aria-label={t("request.actions")} className="mb-6 flex flex-wrap gap-2 *:flex-1 *:whitespace-nowrap sm:*:flex-none">
          {ordered.map((action) => (
            <Button key={action} kind={action === main ? "primary" : HARSH.includes(action) ? "danger" : "plain"} busy={act.isPending && act.variables.action === action} disabled={act.isPending} onClick={() => press(action)}>
              {t(labelOf(action, record, me.role))}
            </Button>
          ))}
        </div>
      )}
      {asked && <ActionDialog action={asked} label={t(labelOf(asked, record, me.role))} record={record} isBusy={act.isPending} onSubmit={(body) => perform({ action: asked, body })} onClose={() => setAsked(null)} />}
      {act.conflict && <ConflictDialog conflict={act.conflict} view={view} label={t(labelOf(act.conflict.wish.action, record, me.role))} onAnyway={() => { act.settle(); perform(again(act.conflict!)); }} onLeave={act.settle} />}
    </>
  );
}
