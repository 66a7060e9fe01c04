// What a list is filtered by: the search of the URL, the query of the API, and the same question asked of one row.
import { PRIORITIES, STATUSES, type Priority, type Sort, type Status, type Summary } from "@/api/types";
import { SORT } from "@/api/words";

/** As in the URL. `me` stands for whoever looks. */
export interface Filters {
  status?: Status[];
  priority?: Priority[];
  assignee?: string;
  requester?: string;
  category?: string;
  q?: string;
  sort?: Sort;
}

/** The filters in a URL; what makes no sense is left out, so that an old link still opens. */
export function parseFilters(search: Record<string, unknown>): Filters {
  const filters: Filters = {};
  const status = words(search.status, STATUSES);
  const priority = words(search.priority, PRIORITIES);
  if (status.length > 0) filters.status = status;
  if (priority.length > 0) filters.priority = priority;
  for (const name of ["assignee", "requester", "category", "q"] as const) {
    const text = String(search[name] ?? "").trim().slice(0, 100);
    if (text !== "") filters[name] = text;
  }
  if (SORT.includes(search.sort as Sort) && search.sort !== "-created") filters.sort = search.sort as Sort;
  return filters;
}

function words<T extends string>(value: unknown, known: readonly T[]): T[] {
  const given = Array.isArray(value) ? value.map(String) : String(value ?? "").split(",");
  return known.filter((word) => given.includes(word));
}

export const isFiltered = ({ sort: _sort, ...others }: Filters) => Object.keys(others).length > 0;

/** Whether a row belongs on the list, as the server's index answers it. */
export function matches(row: Summary, filters: Filters, me: string): boolean {
  const person = (wanted: string) => (wanted === "me" ? me : wanted);
  if (filters.status && !filters.status.includes(row.status)) return false;
  if (filters.priority && !filters.priority.includes(row.priority)) return false;
  if (filters.category && filters.category !== row.category) return false;
  if (filters.assignee && person(filters.assignee) !== row.assignee?.id) return false;
  if (filters.requester && person(filters.requester) !== row.requester.id) return false;
  return `${row.number} ${row.title}`.toLowerCase().includes((filters.q ?? "").toLowerCase());
}
