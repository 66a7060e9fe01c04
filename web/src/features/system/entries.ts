// Live log entries on top of those that were fetched.
import type { Entry } from "./words";

/** A tail that is never looked away from must not grow for ever. */
export const LONGEST_TAIL = 2000;

/** Newest first, none twice; the tail alone forgets its oldest. */
export function mergeEntries(some: readonly Entry[], more: readonly Entry[], most = LONGEST_TAIL): Entry[] {
  const byId = new Map([...some, ...more].map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((a, b) => b.seq - a.seq).slice(0, most);
}

/** What the list shows. Behind a tail that has forgotten entries, older ones would leave a gap that nobody sees. */
export const shownEntries = (live: readonly Entry[], fetched: readonly Entry[]): Entry[] =>
  live.length >= LONGEST_TAIL ? [...live] : mergeEntries(live, fetched, Infinity);
