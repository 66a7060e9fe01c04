// The report that somebody has begun, kept on this device until it is sent. The idempotency key stays with it: a page that
// is reloaded while its report is on the way, and sends it again, means the same request.
import { blankReport, reportFrom, type Report } from "./fields";

/** A report, and for whom it is: empty for oneself. */
export type Begun = Report & { requester_id: string };

export interface Draft {
  key: string;
  /** The body that was sent under the key, once one was. */
  sent?: string;
  values: Begun;
}

const nameOf = (user: string) => `draft-${user}`;

export const blankDraft = (): Draft => ({ key: crypto.randomUUID(), values: { ...blankReport(), requester_id: "" } });

export function readDraft(user: string): Draft {
  const kept = JSON.parse(localStorage.getItem(nameOf(user)) ?? "{}") as Partial<Draft>;
  // Before it had a key, a draft was its values alone.
  const values = (kept.values ?? kept) as Record<string, unknown>;
  const requester_id = typeof values.requester_id === "string" ? values.requester_id : "";
  return { ...blankDraft(), ...(kept.values && { key: kept.key, sent: kept.sent }), values: { ...reportFrom(values), requester_id } };
}

export const keepDraft = (user: string, draft: Draft) => localStorage.setItem(nameOf(user), JSON.stringify(draft));

/** Removes the draft that was sent under this key; one that was begun since stays. */
export function dropDraft(user: string, key: string) {
  if (readDraft(user).key === key) localStorage.removeItem(nameOf(user));
}

/** The draft about to be sent as `body`: under its key, unless another body was sent under that. */
export function sealed(draft: Draft, body: unknown): Draft {
  const text = JSON.stringify(body);
  const isOther = draft.sent !== undefined && draft.sent !== text;
  return { ...draft, key: isOther ? crypto.randomUUID() : draft.key, sent: text };
}
