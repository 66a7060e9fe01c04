// A request as the API shows it: the record to one caller, and the line of a list.

import { visibleFiles } from "./file.ts";
import { type Caller, type MaintenanceRequest, type Moment, allowedActions, lastEvent, mayEdit, seesInternal } from "./request.ts";

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

function slaState(request: MaintenanceRequest, now: number): string {
  switch (request.status) {
    case "on_hold":
      return (request.held_since ?? now) <= request.due_at ? "paused" : "breached";
    case "completed":
    case "closed":
      return (request.completed_at ?? now) <= request.due_at ? "met" : "breached";
    case "rejected":
    case "cancelled":
      return (request.closed_at ?? now) <= request.due_at ? "met" : "breached";
    default:
      return now <= request.due_at ? "running" : "breached";
  }
}

export function recordOf(request: MaintenanceRequest, caller: Caller, now: number) {
  const last = lastEvent(request, seesInternal(caller.role));
  const heldNow = request.held_since === null ? 0 : Math.max(0, now - request.held_since);
  return {
    id: request.id,
    number: request.number,
    title: request.title,
    description: request.description,
    category: request.category,
    priority: request.priority,
    contact: request.contact,
    hazard: request.hazard,
    status: request.status,
    status_reason: request.status_reason,
    location: null,
    asset: null,
    requester: request.requester,
    raised_by: request.raised_by,
    assignee: request.assignee,
    resolution: request.resolution,
    rating: request.rating,
    due_at: iso(request.due_at),
    sla: { target_ms: request.target_ms, held_ms: request.held_ms + heldNow, state: slaState(request, now) },
    version: last.version,
    created_at: iso(request.created_at),
    updated_at: iso(last.at),
    started_at: isoOrNull(request.started_at),
    completed_at: isoOrNull(request.completed_at),
    closed_at: isoOrNull(request.closed_at),
    attachments: visibleFiles(request, caller),
    links: [],
    may_edit: mayEdit(request, caller),
    allowed_actions: allowedActions(request, caller, now),
  };
}

export type Summary = ReturnType<typeof summaryOf>;

export function summaryOf(request: MaintenanceRequest) {
  return {
    id: request.id,
    number: request.number,
    title: request.title,
    category: request.category,
    priority: request.priority,
    hazard: request.hazard,
    location: null,
    asset: null,
    status: request.status,
    requester: request.requester,
    assignee: request.assignee,
    due_at: iso(request.due_at),
    version: request.version,
    created_at: iso(request.created_at),
    updated_at: iso(request.updated_at),
    attachments: (request.attachments ?? []).filter(({ visibility }) => visibility === "public").length,
  };
}

/** The line as a viewer sees it for whom this event is the last. */
export const asOf = (summary: Summary, last: Moment): Summary => ({ ...summary, version: last.version, updated_at: iso(last.at) });
