// The order of a list, as the server's index has it.
import type { Summary } from "@/api/types";
import { DEFAULT_SORT, isEnded, type Filters } from "./filters";

/** What is done or ended is behind all that is open. */
const BEHIND_ALL_MOMENTS = 2 ** 52;

export const sortOf = ({ sort }: Filters) => sort ?? DEFAULT_SORT;

/** Where a row stands in the order of its list: before every one that has more. */
export function placeOf(row: Summary, filters: Filters): number {
  switch (sortOf(filters)) {
    case "-updated": return -Date.parse(row.updated_at);
    case "-created": return -Date.parse(row.created_at);
    case "created": return Date.parse(row.created_at);
    case "due": return isEnded(row) ? BEHIND_ALL_MOMENTS - Date.parse(row.created_at) : Date.parse(row.due_at);
  }
}

/**
 * At which index a row comes in, above what has the same place. Rows that changed stay where they were, so the list may be
 * out of order here and there: the index is the last one at which the fewest of the others stand on the wrong side of it.
 */
export function indexFor(rows: Summary[], row: Summary, filters: Filters): number {
  const place = placeOf(row, filters);
  let wrong = 0;
  let [best, fewest] = [0, 0];
  rows.forEach((other, index) => {
    wrong += placeOf(other, filters) < place ? -1 : 1;
    if (wrong <= fewest) [best, fewest] = [index + 1, wrong];
  });
  return best;
}

/** The rows of a list in its order, as if it were read now. */
export function inOrder(rows: Summary[], filters: Filters): Summary[] {
  const placed = rows.map((row) => ({ row, place: placeOf(row, filters) }));
  return placed.sort((a, b) => a.place - b.place).map(({ row }) => row);
}
