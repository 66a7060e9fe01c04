// How a live message changes what the page knows. Pure: every message enters the query cache through these functions, and
// an answer of the API does too, so it does not matter which of the two comes first, or that one comes twice.
import type { Schema, Summary, RequestRecord, TimelineEvent } from "@/api/types";
import { belongs, isEnded, matches, type Filters } from "./filters";
import { indexFor, inOrder, placeOf, sortOf } from "./order";

/** The pages of a list as they were read, and kept up to date since. */
export interface ListView {
  pages: { items: Summary[]; next_cursor?: string | null; total?: number | null }[];
  pageParams: unknown[];
}

/** A request as its page knows it. */
export interface RequestView {
  record: RequestRecord;
  events: TimelineEvent[];
}

/** The newer of what two sources say about a request. */
const newer = <T extends { version: number }>(known: T, heard: T) => (heard.version >= known.version ? heard : known);

/** Rows that are on the list take their new state where they are: nothing moves under the finger. */
export function updateRow(list: ListView, heard: Summary): ListView {
  let changed = false;
  const pages = list.pages.map((page) => {
    const at = page.items.findIndex((item) => item.id === heard.id);
    const known = page.items[at];
    if (known === undefined || newer(known, heard) === known) return page;
    changed = true;
    return { ...page, items: page.items.with(at, heard) };
  });
  return changed ? { ...list, pages } : list;
}

/** The rows of a list. One that moved in the server's order while the list was read may have come twice. */
export function rowsOf(list: ListView): Summary[] {
  const seen = new Set<string>();
  return list.pages.flatMap((page) => page.items).filter(({ id }) => !seen.has(id) && seen.add(id));
}

/**
 * Without the rows that no longer belong, and each at its place: when a list is opened again, not while somebody looks at it.
 * What ended while the list was read no further than to what is open comes again with a later page.
 */
export function arrange(list: ListView, filters: Filters, me: string): ListView {
  const known = rowsOf(list);
  const last = known.at(-1);
  const hasMore = list.pages.at(-1)?.next_cursor != null;
  const isOnlyOpen = sortOf(filters) === "due" && hasMore && last !== undefined && !isEnded(last);
  const belonging = known.filter((row) => belongs(row, filters, me) && !(isOnlyOpen && isEnded(row)));
  const rows = sortOf(filters) === "due" ? inOrder(belonging, filters) : belonging;
  if (rows.length === list.pages.reduce((sum, page) => sum + page.items.length, 0) && rows.every((row, at) => row === known[at])) return list;
  let start = 0;
  const pages = list.pages.map((page, at) => {
    const end = at === list.pages.length - 1 ? rows.length : start + page.items.length;
    const items = rows.slice(start, end);
    start = end;
    return { ...page, items };
  });
  return { ...list, pages };
}

export const hasRow = (list: ListView, id: string) => list.pages.some((page) => page.items.some((item) => item.id === id));

/** How many belong on a list of which all is loaded, with those that wait to be let in; `undefined` where there is more of it. */
export function countOf(list: ListView, fresh: Summary[], filters: Filters, me: string): number | undefined {
  if (list.pages.at(-1)?.next_cursor != null) return undefined;
  return rowsOf(list).filter((row) => belongs(row, filters, me)).length + fresh.filter(({ id }) => !hasRow(list, id)).length;
}

/** The ones that wait for a list: each once, in its latest state, as long as it belongs there. */
export function waitFor(fresh: Summary[], list: ListView, filters: Filters, me: string, heard: Summary): Summary[] {
  const at = fresh.findIndex((item) => item.id === heard.id);
  const known = fresh[at];
  if (known !== undefined) {
    if (!matches(heard, filters, me)) return fresh.toSpliced(at, 1);
    return fresh.with(at, newer(known, heard));
  }
  if (hasRow(list, heard.id) || !matches(heard, filters, me) || !isWithin(list, filters, heard)) return fresh;
  return [...fresh, heard];
}

/**
 * Whether a row lies within what was read of a list: then no further page brings it. That is not only above the first row.
 * Of two requests made in the same moment the later one may be heard first, and an older one comes to match by a change.
 * A list from the oldest meets new rows at its end.
 */
function isWithin(list: ListView, filters: Filters, heard: Summary) {
  if (sortOf(filters) === "created") return false;
  const rows = list.pages.flatMap((page) => page.items);
  const place = placeOf(heard, filters);
  return list.pages.at(-1)?.next_cursor == null || rows.length === 0 || rows.some((row) => placeOf(row, filters) > place);
}

/** Lets the waiting ones in, each at its place: above what has the same. */
export function letIn(list: ListView, fresh: Summary[], filters: Filters): ListView {
  const add = (pages: ListView["pages"], row: Summary) => {
    let index = indexFor(pages.flatMap((page) => page.items), row, filters);
    const at = pages.findIndex((page, at) => index < page.items.length || at === pages.length - 1 || ((index -= page.items.length), false));
    const page = pages[at];
    return page === undefined ? pages : pages.with(at, { ...page, items: page.items.toSpliced(index, 0, row) });
  };
  const incoming = fresh.filter((item) => !hasRow(list, item.id));
  return incoming.length === 0 ? list : { ...list, pages: incoming.reduce(add, list.pages) };
}

/** A message of the live timeline, or the answer to a comment: each event once, in the order of their numbers. */
export function applyToRequest(view: RequestView, message: Schema<"RequestMessage">): RequestView {
  const record = newer(view.record, message.request);
  if (message.type === "ready") return record === view.record ? view : { ...view, record };
  return { record, events: addEvent(view.events, message.event) };
}

export function addEvent(events: TimelineEvent[], event: TimelineEvent): TimelineEvent[] {
  if (events.some((known) => known.seq === event.seq)) return events;
  const at = events.findLastIndex((known) => known.seq < event.seq);
  return events.toSpliced(at + 1, 0, event);
}

export const lastSeq = (events: TimelineEvent[]) => events.at(-1)?.seq ?? 0;
