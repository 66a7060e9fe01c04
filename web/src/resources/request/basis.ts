// What a decision about a request rests on: where it stands, whose work it is, and its report. A comment that came in
// between raises the version, but does not change it.
import type { RequestRecord, Status } from "@/api/types";
import { reportOf, type Report } from "./fields";

export type Basis = Report & { status: Status; assignee: string | null };

export const basisOf = (record: RequestRecord): Basis => ({ ...reportOf(record), status: record.status, assignee: record.assignee?.id ?? null });

/** Whether all of what was `seen` still holds. What an older release kept says less, and is compared in what it says. */
export function isSameBasis(seen: Partial<Basis>, now: RequestRecord): boolean {
  const current = basisOf(now);
  return (Object.keys(seen) as (keyof Basis)[]).every((name) => seen[name] === current[name]);
}

/** Whether a decision made on one would have to be made anew on the other. */
export const hasChanged = (seen: RequestRecord, now: RequestRecord) => !isSameBasis(basisOf(seen), now);
