// A maintenance request: its states, its events, what makes the next state of an event, and who may do what when.

import { type Attachment, mayAttach } from "./file.ts";
import { alreadyAssigned, forbidden, invalid, invalidTransition, notFound } from "./refusal.ts";

export const ROLES = ["requester", "technician", "manager", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const STATUSES = [
  "submitted", "approved", "rejected", "assigned", "in_progress", "on_hold", "completed", "closed", "cancelled",
] as const;
export type Status = (typeof STATUSES)[number];

export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const ACTIONS = [
  "approve", "reject", "assign", "release", "start", "hold", "resume", "complete", "close", "reopen", "cancel",
] as const;
export type Action = (typeof ACTIONS)[number];

export type Person = { id: string; name: string };
export type Caller = { user: Person; role: Role };
/** The system has neither id nor role. */
export type Actor = { id: string | null; name: string; role?: Role };
export type Visibility = "public" | "internal";

export type Event = { seq: number; ts: string; kind: string; body: Record<string, any>; actor: Actor };

/** What a request was at one of its events. */
export type Moment = { version: number; at: number };

export type MaintenanceRequest = {
  id: string;
  number: string | null;
  title: string;
  description: string;
  category: string;
  priority: Priority;
  contact: string | null;
  hazard: boolean;
  /** There are no places and no assets here. */
  location: null;
  asset: null;
  status: Status;
  status_reason: string | null;
  requester: Person;
  raised_by: Person;
  assignee: Person | null;
  resolution: string | null;
  rating: number | null;
  target_ms: number;
  due_at: number;
  held_ms: number;
  held_since: number | null;
  version: number;
  epoch: number;
  /** The last event that was not internal, while internal ones are behind it. */
  last_public?: Moment;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  completed_at: number | null;
  /** From the last completion until it closes by itself. */
  auto_close_ms?: number;
  closed_at: number | null;
  attachments?: Attachment[];
};

export type NewRequest = {
  title: string;
  description: string;
  category: string;
  priority: Priority;
  contact: string | null;
  hazard: boolean;
  requester: Person | null;
};

export type Command =
  | { kind: "approve" | "start" | "resume" }
  | { kind: "reject" | "release" | "hold" | "reopen" | "cancel"; reason: string }
  | { kind: "assign"; assignee: Person; takeOver: boolean }
  | { kind: "complete"; resolution: string }
  | { kind: "close"; rating: number | null }
  | { kind: "comment"; body: string; visibility: Visibility }
  | { kind: "attach"; attachment: Attachment };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TARGET_MS: Record<Priority, number> = { low: 168 * HOUR_MS, normal: 72 * HOUR_MS, high: 24 * HOUR_MS, urgent: 4 * HOUR_MS };
const REOPEN_WINDOW_MS = 30 * DAY_MS;
const AUTO_CLOSE_MS = 7 * DAY_MS;

export const manages = (role: Role): boolean => role === "manager" || role === "admin";
export const seesInternal = (role: Role): boolean => role !== "requester";
export const visibilityOf = ({ body }: Event): Visibility => body.visibility ?? body.attachment?.visibility ?? "public";
export const isInternal = (event: Event): boolean => visibilityOf(event) === "internal";
export const actorOf = ({ user, role }: Caller): Actor => ({ id: user.id, name: user.name, role });
/** The one requester whose requests a caller may see; null for all. */
export const seesOnly = (caller: Caller): string | null => (caller.role === "requester" ? caller.user.id : null);
export const isFinal = (status: Status): boolean => status === "rejected" || status === "closed" || status === "cancelled";

export function maySee(request: { requester: Person }, caller: Caller): boolean {
  const only = seesOnly(caller);
  return only === null || only === request.requester.id;
}

/** The last event that the caller may know of: whatever they are shown is as of that. */
export function lastEvent(request: MaintenanceRequest, readsInternal: boolean): Moment {
  const last = { version: request.version, at: request.updated_at };
  return readsInternal ? last : (request.last_public ?? last);
}

/** When a completed request closes by itself; null in any other state. */
export const closesAt = ({ status, completed_at, auto_close_ms }: MaintenanceRequest): number | null =>
  status === "completed" && completed_at !== null ? completed_at + (auto_close_ms ?? AUTO_CLOSE_MS) : null;

type Verdict = "allowed" | "not_now" | "never";

function verdict(request: MaintenanceRequest, caller: Caller, action: Action, now: number): Verdict {
  const { status } = request;
  const boss = manages(caller.role);
  const technician = caller.role === "technician";
  const assignee = (technician || boss) && request.assignee?.id === caller.user.id;
  const requester = request.requester.id === caller.user.id;
  switch (action) {
    case "approve":
    case "reject":
      return !boss ? "never" : status === "submitted" ? "allowed" : "not_now";
    case "assign": {
      if (!boss && !technician) return "never";
      const open = status === "approved" || status === "assigned" || status === "in_progress" || status === "on_hold";
      return open && (boss || !assignee) ? "allowed" : "not_now";
    }
    case "release": {
      if (!boss && !assignee) return "never";
      const taken = boss && (status === "in_progress" || status === "on_hold");
      return status === "assigned" || taken ? "allowed" : "not_now";
    }
    case "start":
      return !boss && !assignee ? "never" : status === "assigned" ? "allowed" : "not_now";
    case "hold":
    case "complete":
      return !boss && !assignee ? "never" : status === "in_progress" ? "allowed" : "not_now";
    case "resume":
      return !boss && !assignee ? "never" : status === "on_hold" ? "allowed" : "not_now";
    case "close":
      return !boss && !requester ? "never" : status === "completed" ? "allowed" : "not_now";
    case "reopen": {
      if (!boss && !requester) return "never";
      const again = status === "closed" && request.closed_at !== null && now - request.closed_at <= REOPEN_WINDOW_MS;
      return status === "completed" || again ? "allowed" : "not_now";
    }
    case "cancel": {
      if (!boss && !requester) return "never";
      return status === "submitted" || (boss && (status === "approved" || status === "assigned")) ? "allowed" : "not_now";
    }
  }
}

export const allowedActions = (request: MaintenanceRequest, caller: Caller, now: number): Action[] =>
  ACTIONS.filter((action) => verdict(request, caller, action, now) === "allowed");

export function mayEdit(request: MaintenanceRequest, caller: Caller): boolean {
  if (manages(caller.role)) return !isFinal(request.status);
  return request.requester.id === caller.user.id && request.status === "submitted";
}

/** The first event of a request. */
export function create(draft: NewRequest, caller: Caller, now: number): Event {
  const requester = draft.requester ?? caller.user;
  if (requester.id !== caller.user.id && !manages(caller.role)) throw forbidden();
  const { title, description, category, priority, contact, hazard } = draft;
  const body = { title, description, category, priority, contact, hazard, location: null, asset: null, requester, target_ms: TARGET_MS[priority] };
  return { seq: 1, ts: new Date(now).toISOString(), kind: "created", body, actor: actorOf(caller) };
}

/** The request that its first event makes. */
export function begin(id: string, event: Event, now: number): MaintenanceRequest {
  const { title, description, category, priority, contact, hazard, requester, target_ms } =
    event.body as NewRequest & { requester: Person; target_ms: number };
  const { id: raisedBy, name } = event.actor as Person;
  return {
    id, number: null, title, description, category, priority, contact, hazard, location: null, asset: null,
    status: "submitted", status_reason: null,
    requester, raised_by: { id: raisedBy, name }, assignee: null,
    resolution: null, rating: null,
    target_ms, due_at: now + target_ms, held_ms: 0, held_since: null,
    version: 1, epoch: 0, created_at: now, updated_at: now,
    started_at: null, completed_at: null, closed_at: null,
  };
}

const KINDS = {
  approve: "approved", reject: "rejected", assign: "assigned", release: "released", start: "started", hold: "held",
  resume: "resumed", complete: "completed", close: "closed", reopen: "reopened", cancel: "cancelled", comment: "commented", attach: "attached",
} as const;

/** What happens, or a refusal. `record` shows the caller how things stand. */
export function decide(
  request: MaintenanceRequest,
  command: Command,
  caller: Caller,
  now: number,
  record: () => unknown,
): { kind: string; body: Record<string, any> } {
  if (!maySee(request, caller)) throw notFound();
  const kind = KINDS[command.kind];
  if (command.kind === "comment") {
    if (command.visibility === "internal" && !seesInternal(caller.role)) throw forbidden();
    return { kind, body: { body: command.body, visibility: command.visibility } };
  }
  if (command.kind === "attach") {
    mayAttach(request, command.attachment, caller, record);
    return { kind, body: { attachment: command.attachment } };
  }
  const may = verdict(request, caller, command.kind, now);
  if (may === "never") throw forbidden();
  if (may === "not_now") throw invalidTransition(request.status, allowedActions(request, caller, now), record());
  switch (command.kind) {
    case "assign": {
      const { assignee, takeOver } = command;
      const boss = manages(caller.role);
      if (!boss && assignee.id !== caller.user.id) throw forbidden();
      if (request.assignee?.id === assignee.id) {
        throw invalid("assignee_id", "no_change", "The request is assigned to this person already.");
      }
      if (request.assignee !== null && !boss && !takeOver) throw alreadyAssigned(record());
      return { kind, body: { assignee, previous: request.assignee } };
    }
    case "complete":
      return { kind, body: { resolution: command.resolution, auto_close_ms: AUTO_CLOSE_MS } };
    case "close":
      return { kind, body: { rating: command.rating } };
    case "reject":
    case "release":
    case "hold":
    case "reopen":
    case "cancel":
      return { kind, body: { reason: command.reason } };
    default:
      return { kind, body: {} };
  }
}

/** The state after `event`, which happened at `ts`. */
export function apply(request: MaintenanceRequest, event: Event, ts: number): MaintenanceRequest {
  const last_public = isInternal(event) ? lastEvent(request, false) : undefined;
  const next: MaintenanceRequest = { ...request, version: event.seq, updated_at: ts, last_public };
  const { body } = event;
  switch (event.kind) {
    case "approved":
      next.status = "approved";
      break;
    case "rejected":
    case "cancelled":
      next.status = event.kind;
      next.status_reason = body.reason;
      next.closed_at = ts;
      break;
    case "assigned":
      next.assignee = body.assignee;
      if (next.status === "approved") next.status = "assigned";
      break;
    case "released":
      next.status = "approved";
      next.assignee = null;
      break;
    case "started":
      next.status = "in_progress";
      next.started_at ??= ts;
      break;
    case "held":
      next.status = "on_hold";
      next.status_reason = body.reason;
      next.held_since = ts;
      break;
    case "resumed":
      next.status = "in_progress";
      next.status_reason = null;
      standStill(next, ts - (next.held_since ?? ts));
      next.held_since = null;
      break;
    case "completed":
      next.status = "completed";
      next.resolution = body.resolution;
      next.auto_close_ms = body.auto_close_ms;
      next.completed_at = ts;
      break;
    case "closed":
      next.status = "closed";
      next.rating = body.rating;
      next.closed_at = ts;
      break;
    case "attached":
      next.attachments = [...(request.attachments ?? []), body.attachment];
      break;
    case "reopened":
      next.status = "in_progress";
      next.resolution = null;
      next.rating = null;
      next.closed_at = null;
      standStill(next, ts - (next.completed_at ?? ts));
      next.completed_at = null;
      break;
  }
  return next;
}

function standStill(request: MaintenanceRequest, ms: number): void {
  request.held_ms += Math.max(0, ms);
  request.due_at = request.created_at + request.target_ms + request.held_ms;
}
