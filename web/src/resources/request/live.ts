// How a live message changes what the page knows. Pure: every message enters the query cache through these functions, and
// an answer of the API does too, so it does not matter which of the two comes first, or that one comes twice.
import type { Schema, Summary, RequestRecord, TimelineEvent } from "@/api/types";
import { matches, type Filters } from "./filters";

/** The pages of a list as they were read, and kept up to date since. */
export interface ListView {
  pages: { items: Summary[]; next_cursor?: string | null }[];
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

/**
 * Without the rows that no longer belong: when a list is opened again, not while somebody looks at it. What a search found
 * stays: the server looks into texts that a row does not have.
 */
export function prune(list: ListView, { q: _q, ...filters }: Filters, me: string): ListView {
  const pages = list.pages.map((page) => ({ ...page, items: page.items.filter((item) => matches(item, filters, me)) }));
  return pages.every((page, at) => page.items.length === list.pages[at]?.items.length) ? list : { ...list, pages };
}

export const hasRow = (list: ListView, id: string) => list.pages.some((page) => page.items.some((item) => item.id === id));

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

/** What a list from the newest is in the order of. */
const stampOf = (filters: Filters) => (filters.sort === "-updated" ? "updated_at" : "created_at");

/**
 * Whether a row lies within what was read of a list: then no further page brings it. That is not only above the first row.
 * Of two requests made in the same moment the later one may be heard first, and an older one comes to match by a change.
 * A list from the oldest meets new rows at its end, and a list by due time takes them when it is read again.
 */
function isWithin(list: ListView, filters: Filters, heard: Summary) {
  if (filters.sort === "created" || filters.sort === "due") return false;
  const rows = list.pages.flatMap((page) => page.items);
  const stamp = stampOf(filters);
  return list.pages.at(-1)?.next_cursor == null || rows.length === 0 || rows.some((row) => row[stamp] < heard[stamp]);
}

/** Lets the waiting ones in, each at its place: above what is as old as it. */
export function letIn(list: ListView, fresh: Summary[], filters: Filters): ListView {
  const stamp = stampOf(filters);
  const add = (pages: ListView["pages"], row: Summary) => {
    const isBelow = (item: Summary) => item[stamp] <= row[stamp];
    const page = pages.find((page) => page.items.some(isBelow)) ?? pages.at(-1);
    if (page === undefined) return pages;
    const place = page.items.findIndex(isBelow);
    const items = page.items.toSpliced(place === -1 ? page.items.length : place, 0, row);
    return pages.with(pages.indexOf(page), { ...page, items });
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
