// What a request's events become elsewhere: rows of PostgreSQL, entries of the audit stream.

import { type NewEntry, newEntry } from "../domain/log.ts";
import { type Event, type MaintenanceRequest, visibilityOf } from "../domain/request.ts";

/** What fences a request, and the whole of it: PostgreSQL makes the other columns of that. */
export function requestRow(org: string, request: MaintenanceRequest): Record<string, unknown> {
  return {
    id: request.id, org_id: org, epoch: request.epoch, version: request.version, number: request.number, body: request,
  };
}

export function eventRow(org: string, request: MaintenanceRequest, event: Event, trace: string): Record<string, unknown> {
  return {
    request_id: request.id, org_id: org, epoch: request.epoch, seq: event.seq, ts: Date.parse(event.ts), kind: event.kind,
    actor_id: event.actor.id, actor_name: event.actor.name, actor_role: event.actor.role ?? null,
    visibility: visibilityOf(event), body: event.body, trace_id: trace,
  };
}

export function auditEntry(request: MaintenanceRequest, event: Event, trace: string): NewEntry {
  const id = `${request.id}-${request.epoch}-${event.seq}`;
  return {
    ...newEntry(id, Date.parse(event.ts), "info", `request ${event.kind}`),
    request_id: trace,
    actor: event.actor,
    fields: {
      action: event.kind,
      object: { type: "request", id: request.id, number: request.number },
      seq: event.seq,
      body: event.kind === "commented" ? { visibility: visibilityOf(event) } : event.body,
    },
  };
}
