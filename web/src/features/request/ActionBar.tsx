// Exactly what the server allows now. The usual next step stands out, on a phone at the thumb; one that needs words asks for
// them in a dialog. A step counts for the request as it was seen (useSeen.ts) when its button got the focus, or its dialog was
// opened.
import { useEffect, useRef, useState, type FocusEvent } from "react";
import { useTranslation } from "@/i18n";
import type { Action, RequestRecord, Role } from "@/api/types";
import { manages } from "@/api/types";
import { ACTION_NEEDS } from "@/api/words";
import { useMe } from "@/app/session";
import { useKeys } from "@/app/useKeys";
import type { ProjectedView } from "@/resources/request/project";
import { Button } from "@/ui/Button";
import { ActionDialog } from "./ActionDialog";
import { ConflictDialog } from "./ConflictDialog";
import { useAct, type Conflict, type Wish } from "./useAct";
import { useSeen } from "./useSeen";

const FORWARD: Action[] = ["approve", "start", "resume", "complete", "close"];
const HARSH: Action[] = ["reject", "cancel"];

const labelOf = (action: Action, record: RequestRecord, role: Role) =>
  action !== "assign" ? `action.${action}` : !manages(role) ? (record.assignee ? "action.take_over" : "action.claim") : record.assignee ? "action.reassign" : "action.assign";

/** What a technician takes from somebody, they take knowingly: the button says so. */
const claim = (record: RequestRecord, me: string) => (record.assignee ? { assignee_id: me, take_over: true } : { assignee_id: me });

/** The same once more, by somebody who has seen how things stand now. */
const again = ({ wish }: Conflict, now: RequestRecord): Wish =>
  ({ ...wish, seen: now, body: wish.action === "assign" && now.assignee ? { ...wish.body, take_over: true } : wish.body });

export function ActionBar({ view }: { view: ProjectedView }) {
  const { t } = useTranslation();
  const me = useMe();
  const { record } = view;
  const bar = useRef<HTMLDivElement>(null);
  /** The request as it was when the focus, or a press, came to one of the buttons. */
  const seen = useRef<RequestRecord>(null);
  const { noticed, accept } = useSeen(view, me.id);
  const [asked, setAsked] = useState<{ action: Action; seen: RequestRecord } | null>(null);
  const act = useAct(view);
  const isSettling = useRef(false);
  const perform = (wish: Wish) => {
    isSettling.current = true;
    act.mutate(wish, { onSuccess: (outcome) => outcome !== null && setAsked(null) });
  };
  const press = (action: Action) => {
    const known = seen.current ?? noticed();
    if (action === "assign" && !manages(me.role)) perform({ action, body: claim(known, me.id), seen: known, assignee: me });
    else if (ACTION_NEEDS[action]) setAsked({ action, seen: known });
    else perform({ action, body: {}, seen: known });
  };
  const actions = record.allowed_actions;
  const isMain = (action: Action) => FORWARD.includes(action) || (action === "assign" && record.status === "approved");
  const main = actions.find(isMain);
  const ordered = main ? [main, ...actions.filter((action) => action !== main)] : actions;

  // A step takes its button with it: the focus goes on to the next one, or to the head, and never to nowhere.
  const isBusy = act.isPending || asked !== null || act.conflict !== null;
  useEffect(() => {
    if (isBusy || !isSettling.current) return;
    isSettling.current = false;
    seen.current = null;
    accept();
    if (document.activeElement !== document.body) return;
    (bar.current?.querySelector<HTMLElement>("button:not(:disabled)") ?? document.querySelector<HTMLElement>("h1"))?.focus({ preventScroll: true });
  }, [isBusy]);
  useKeys({
    a: () => {
      seen.current = noticed();
      if (main) press(main);
    },
  });

  const look = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) seen.current = noticed();
  };
  const leave = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) seen.current = null;
  };
  const button = (action: Action) => (
    <Button key={action} kind={action === main ? "primary" : HARSH.includes(action) ? "danger" : "plain"} busy={act.isPending && act.variables.action === action} disabled={act.isPending} onClick={() => press(action)}
      className={action === main ? "max-lg:fixed max-lg:inset-x-4 max-lg:bottom-[calc(4.75rem+env(safe-area-inset-bottom))] max-lg:z-20 max-lg:shadow-lg max-lg:[body:has([data-writing]:focus-within)_&]:invisible" : ""}>
      {t(labelOf(action, record, me.role))}
    </Button>
  );
  const conflict = act.conflict;
  const leaveConflict = () => {
    act.settle();
    setAsked(null);
  };
  return (
    <>
      <div ref={bar} role="group" aria-label={t("request.actions")} aria-busy={act.isPending} onFocus={look} onBlur={leave} onPointerDown={() => void (seen.current = noticed())} className="mb-6 flex flex-wrap gap-2 *:flex-1 *:whitespace-nowrap empty:hidden sm:*:flex-none">
        {ordered.map(button)}
      </div>
      {asked && !conflict && <ActionDialog {...asked} label={t(labelOf(asked.action, asked.seen, me.role))} view={view} isBusy={act.isPending} onSubmit={(wish) => perform({ ...asked, ...wish })} onClose={() => setAsked(null)} />}
      {conflict && <ConflictDialog conflict={conflict} view={view} label={t(labelOf(conflict.wish.action, record, me.role))} onAnyway={() => { act.settle(); perform(again(conflict, noticed())); }} onLeave={leaveConflict} />}
    </>
  );
}
