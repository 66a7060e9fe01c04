// What a request's events become elsewhere: rows of PostgreSQL, entries of the audit stream.

import { type NewEntry, newEntry } from "../domain/log.ts";
import type { Event, MaintenanceRequest } from "../domain/request.ts";

export function requestRow(org: string, request: MaintenanceRequest): Record<string, unknown> {
  return {
    id: request.id, org_id: org, epoch: request.epoch, version: request.version, number: request.number,
    title: request.title, description: request.description, category: request.category,
    priority: request.priority, status: request.status,
    requester_id: request.requester.id, requester_name: request.requester.name,
    assignee_id: request.assignee?.id ?? null, assignee_name: request.assignee?.name ?? null,
    due_at: request.due_at, created_at: request.created_at, updated_at: request.updated_at,
    completed_at: request.completed_at, body: request,
  };
}

const visibilityOf = (event: Event): string => event.body.visibility ?? "public";

export function eventRow(org: string, request: MaintenanceRequest, event: Event, trace: string): Record<string, unknown> {
  return {
    request_id: request.id, org_id: org, epoch: request.epoch, seq: event.seq, ts: Date.parse(event.ts), kind: event.kind,
    actor_id: event.actor.id, actor_name: event.actor.name, visibility: visibilityOf(event), body: event.body, trace_id: trace,
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
