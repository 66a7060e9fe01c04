// What the address of the people's page says.
import type { Role, Schema } from "@/api/types";
import { ROLE, USER_STATUS } from "@/api/words";

export type UserStatus = Schema<"UserStatus">;
export interface PeopleSearch { q?: string; role?: Role; status?: UserStatus }

/** What of an address makes sense. */
export function parsePeople(search: Record<string, unknown>): PeopleSearch {
  const one = <Word extends string>(words: readonly Word[], value: unknown) => words.find((word) => word === value);
  const [role, status] = [one(ROLE, search.role), one(USER_STATUS, search.status)];
  return { ...(search.q ? { q: String(search.q).slice(0, 100) } : {}), ...(role && { role }), ...(status && { status }) };
}
