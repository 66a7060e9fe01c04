// A request as it will be once what waits on this device is carried out: so that somebody without a network sees what they did,
// and can take the next step. The state table is the server's own (ACTION_STEPS, from docs/openapi.json); it decides in the end.
import type { Action, Profile, RequestRecord, Schema, Status, TimelineEvent } from "@/api/types";
import { manages } from "@/api/types";
import { ACTION, ACTION_STEPS } from "@/api/words";
import type { Kept } from "@/offline/store";
import { eventOf, reportOf, withReport, type Report } from "./fields";
import { lastSeq, type RequestView } from "./live";

type Me = Profile["user"];
type Who = (typeof ACTION_STEPS)[Action]["transitions"][number]["who"];

/** An event that has not happened yet, under the key of the change that will make it. */
export interface Waiting { key: string; event: TimelineEvent }
export interface ProjectedView extends RequestView { waiting: Waiting[] }

const FINAL: Status[] = ["closed", "rejected", "cancelled"];
/** Whether nothing more is done about it, unless it is opened again. */
export const isFinal = (status: Status) => FINAL.includes(status);

function isOne(who: Who, record: RequestRecord, me: Me): boolean {
  if (manages(me.role)) return true;
  switch (who) {
    case "manager": return false;
    case "requester": return record.requester.id === me.id;
    case "technician": return me.role === "technician";
    case "assignee": return me.role === "technician" && record.assignee?.id === me.id;
  }
}

/** Whether the settings take the transition from my role. */
function isWithheld(action: Action, to: Status | null, { withheld }: Me): boolean {
  if (action === "approve" || action === "reject") return withheld?.includes("approve") ?? false;
  return action === "assign" && (withheld?.includes(to === null ? "take_over" : "claim") ?? false);
}

/** The transition that an action of mine makes now, if it can be made. */
function transition(action: Action, record: RequestRecord, me: Me) {
  const isTheirs = record.assignee?.id === me.id;
  return ACTION_STEPS[action].transitions.find(({ who, from, to, when }) =>
    !isWithheld(action, to, me) && (from as readonly Status[]).includes(record.status) && isOne(who, record, me) && (when !== "not_theirs" || manages(me.role) || !isTheirs));
}

/** What I may do in a state that the server has not told: by the same table. */
const allowed = (record: RequestRecord, me: Me): RequestRecord => ({
  ...record,
  allowed_actions: ACTION.filter((action) => transition(action, record, me) !== undefined),
  may_edit: manages(me.role) ? !FINAL.includes(record.status) : record.requester.id === me.id && record.status === "submitted",
});

/** The record after a step of mine; none where it cannot be taken from here, as when it has arrived already. */
function stepped(record: RequestRecord, action: Action, change: Kept, me: Me): RequestRecord | undefined {
  const made = transition(action, record, me);
  if (made === undefined) return undefined;
  const { reason, resolution, rating } = change.body as Schema<"ActionBody">;
  const status = made.to ?? record.status;
  const assignee = action === "assign" ? (change.assignee ?? record.assignee) : action === "release" ? null : record.assignee;
  return allowed({ ...record, status, assignee, status_reason: reason ?? null, resolution: resolution ?? record.resolution, rating: rating ?? record.rating }, me);
}

function bodyOf(change: Kept, record: RequestRecord): unknown {
  if (change.kind !== "edit") return change.assignee ? { ...(change.body as object), assignee: change.assignee, previous: record.assignee } : change.body;
  return eventOf(reportOf(record), change.body as Partial<Report>);
}

/** The words of the path: `/api/requests/<id>`, and what is done with it. */
export const partsOf = ({ path }: Pick<Kept, "path">) => {
  const [, , , id, action] = path.split("/");
  return { id, action };
};

/** What `view` becomes by the `changes` of mine that wait, in their order. Those that were refused, or are of others, change nothing. */
export function project(view: RequestView, changes: Kept[], me: Me): ProjectedView {
  let { record } = view;
  const waiting: Waiting[] = [];
  for (const change of changes) {
    const { id, action } = partsOf(change);
    if (change.refused || change.kind === "create" || change.kind === "file" || id !== record.id) continue;
    let kind: string = change.kind === "edit" ? "edited" : "commented";
    let after = change.kind === "edit" ? withReport(record, change.body as Partial<Report>) : record;
    if (change.kind === "action") {
      const next = stepped(record, action as Action, change, me);
      if (next === undefined) continue;
      kind = ACTION_STEPS[action as Action].event;
      after = next;
    }
    const actor = { id: me.id, name: me.name, role: me.role };
    const event = { seq: lastSeq(view.events) + waiting.length + 1, ts: new Date(change.at ?? Date.now()).toISOString(), kind, actor, body: bodyOf(change, record) };
    waiting.push({ key: change.key, event: event as unknown as TimelineEvent });
    record = after;
  }
  return { ...view, record, waiting };
}

/** What somebody wrote for a change: its comment, reason, resolution or report. */
export function wordsOf({ kind, body }: Kept): string {
  const { reason, resolution, body: comment, ...report } = body as Record<string, unknown>;
  if (kind !== "create" && kind !== "edit") return String(comment ?? resolution ?? reason ?? "");
  // What has an id of a thing says nothing to people.
  return Object.entries(report).filter(([name, value]) => typeof value === "string" && !name.endsWith("_id")).map(([, value]) => value).join("\n");
}
