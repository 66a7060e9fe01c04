// The API's words under short names. Nothing is declared here that docs/openapi.json declares.
import type { components } from "./schema";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export type Action = Schema<"Action">;
export type Status = Schema<"Status">;
export type Priority = Schema<"Priority">;
export type Role = Schema<"Role">;
export type Person = Schema<"Person">;
export type Summary = Schema<"Summary">;
export type SummaryPage = Schema<"SummaryPage">;
export type RequestRecord = Schema<"Record">;
export type TimelineEvent = Schema<"Event">;
export type Visibility = Schema<"Visibility">;
export type Profile = Schema<"Profile">;

export const STATUSES = ["submitted", "approved", "assigned", "in_progress", "on_hold", "completed", "closed", "rejected", "cancelled"] as const satisfies readonly Status[];
export const PRIORITIES = ["urgent", "high", "normal", "low"] as const satisfies readonly Priority[];

export const manages = (role: Role) => role === "manager" || role === "admin";
export const seesInternal = (role: Role) => role !== "requester";
