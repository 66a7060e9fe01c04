// Generated from docs/openapi.json by scripts/words.mjs (`npm run api`). Not to be edited.
import type { components } from "./schema";

type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export const ACTION = ["approve", "reject", "assign", "release", "start", "hold", "resume", "complete", "close", "reopen", "cancel"] as const satisfies readonly Schema<"Action">[];
export const LEVEL = ["debug", "info", "warn", "error"] as const satisfies readonly Schema<"Level">[];
export const PRIORITY = ["low", "normal", "high", "urgent"] as const satisfies readonly Schema<"Priority">[];
export const ROLE = ["requester", "technician", "manager", "admin"] as const satisfies readonly Schema<"Role">[];
export const SLA_STATE = ["running", "paused", "met", "breached"] as const satisfies readonly Schema<"SlaState">[];
export const SORT = ["-created", "created", "-updated"] as const satisfies readonly Schema<"Sort">[];
export const STATUS = ["submitted", "approved", "rejected", "assigned", "in_progress", "on_hold", "completed", "closed", "cancelled"] as const satisfies readonly Schema<"Status">[];
export const STREAM_NAME = ["http", "auth", "audit", "requests", "mail", "sync", "system"] as const satisfies readonly Schema<"StreamName">[];
export const VISIBILITY = ["public", "internal"] as const satisfies readonly Schema<"Visibility">[];

/** The input that each action needs, or takes if one likes. */
export const ACTION_NEEDS = {
  approve: null,
  assign: "assignee_id",
  cancel: "reason",
  close: "rating",
  complete: "resolution",
  hold: "reason",
  reject: "reason",
  release: "reason",
  reopen: "reason",
  resume: null,
  start: null,
} as const satisfies Record<Schema<"Action">, keyof Schema<"ActionBody"> | null>;

/** The longest text that each input of a schema takes, in characters as the server counts them. */
export const MAX_LENGTH = {
  ActionBody: { reason: 2000, resolution: 5000 },
  CommentBodyInput: { body: 10000 },
  EditBody: { category: 60, contact: 120, description: 10000, title: 200 },
  EditMe: { name: 100 },
  NewRequestBody: { category: 60, contact: 120, description: 10000, title: 200 },
} as const;
