// What a decision about a request rests on. A comment that came in between raises the version, but does not change it.
import type { RequestRecord } from "@/api/types";

export type Matter = Pick<RequestRecord, "status" | "priority" | "title" | "description" | "category"> & { assignee: string | null };

export const matterOf = ({ status, priority, title, description, category, assignee }: RequestRecord): Matter => ({
  status, priority, title, description, category, assignee: assignee?.id ?? null,
});

export function isSameMatter(seen: Matter, now: RequestRecord): boolean {
  const current = matterOf(now);
  return (Object.keys(seen) as (keyof Matter)[]).every((name) => seen[name] === current[name]);
}
