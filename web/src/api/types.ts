// The API's words under short names, and the order in which the app shows them. What docs/openapi.json declares is not
// declared here again: types are in schema.ts, enums and lengths as values in words.ts, both generated from it.
import type { components, paths } from "./schema";
import { PRIORITY } from "./words";

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
export type Sort = Schema<"Sort">;
/** What a list of requests can be asked for. */
export type RequestsQuery = NonNullable<paths["/api/requests"]["get"]["parameters"]["query"]>;
export type PeopleQuery = NonNullable<paths["/api/system/users"]["get"]["parameters"]["query"]>;

/** An order of all words of an enum: one that is missing does not compile. */
const inOrder = <Word extends string>() => <const Order extends readonly Word[]>(order: Order & ([Word] extends [Order[number]] ? unknown : { missing: Exclude<Word, Order[number]> })): readonly Word[] => order;

/** As a request goes through them; the ways to end without having been worked on come last. */
export const STATUSES = inOrder<Status>()(["submitted", "approved", "assigned", "in_progress", "on_hold", "completed", "closed", "rejected", "cancelled"]);
/** The most urgent first. */
export const PRIORITIES: readonly Priority[] = PRIORITY.toReversed();

export const manages = (role: Role) => role === "manager" || role === "admin";
export const seesInternal = (role: Role) => role !== "requester";
