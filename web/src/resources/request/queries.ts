// What is asked of the API about requests, and under which keys the answers are kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf, etag } from "@/api/client";
import { orLastAnswer } from "@/offline/answers";
import type { RequestRecord, Summary, TimelineEvent } from "@/api/types";
import { asked, numberIn, type Filters } from "./filters";
import type { Link, LinkKind } from "./links";
import type { RequestView } from "./live";

export const LISTS = ["requests", "list"] as const;
/** The ones that wait to be let into a list; filled by live messages alone. */
export const freshKey = (filters: Filters) => ["requests", "fresh", filters] as const;

/** Under which the last answer to a question is kept on the device. */
export const nameOfAnswer = (queryKey: readonly unknown[]) => (queryKey[0] === "request" ? `request ${String(queryKey[1])}` : JSON.stringify(queryKey));

/** How many requests a list has in all; asked anew when what is heard may have changed it. */
export const TOTALS = ["requests", "total"] as const;

const PAGE = 100;
/** What is above this is told as more than that. */
export const MOST_COUNTED = 10_000;

export const listOptions = (filters: Filters, limit = PAGE) =>
  infiniteQueryOptions({
    queryKey: [...LISTS, filters],
    queryFn: ({ pageParam, signal }) => {
      const isFirst = pageParam === undefined;
      const ask = () => dataOf(api.GET("/api/requests", { params: { query: { ...asked(filters), limit, cursor: pageParam, total: isFirst || undefined } }, signal }));
      return isFirst ? orLastAnswer(nameOfAnswer([...LISTS, filters]), ask) : ask();
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Live messages keep a list fresh from then on, but they do not change its order, and nobody says that something has become due.
    staleTime: filters.sort === "-updated" || filters.due !== undefined ? 0 : Infinity,
  });

/** How many the list has that is longer than what is loaded of it. */
export const totalOptions = (filters: Filters) =>
  queryOptions({
    queryKey: [...TOTALS, filters],
    queryFn: async ({ signal }) => (await dataOf(api.GET("/api/requests", { params: { query: { ...asked(filters), limit: 1, total: true } }, signal }))).total ?? null,
    staleTime: Infinity,
  });

export const freshOptions = (filters: Filters) =>
  queryOptions({ queryKey: freshKey(filters), queryFn: (): Summary[] => [], staleTime: Infinity, initialData: [] });

export const requestOptions = (id: string) =>
  queryOptions({
    queryKey: ["request", id],
    queryFn: async ({ client, signal }) => {
      const queryKey = ["request", id];
      const view = await orLastAnswer(nameOfAnswer(queryKey), async (): Promise<RequestView> => {
        const [record, events] = await Promise.all([
          dataOf(api.GET("/api/requests/{id}", { params: { path: { id } }, signal })),
          allEvents(id, signal),
        ]);
        return { record, events };
      });
      // What was heard live since may be newer than the answer that was kept: without a network nobody goes back to that.
      const shown = client.getQueryData<RequestView>(queryKey);
      return shown && shown.record.version > view.record.version ? shown : view;
    },
    staleTime: 5_000,
  });

/** Another request, in short: as it is called and where it stands. */
export const briefOptions = (id: string) =>
  queryOptions({
    queryKey: ["brief", id],
    queryFn: ({ signal }) => dataOf(api.GET("/api/requests/{id}", { params: { path: { id } }, signal })),
    staleTime: 30_000,
    retry: false,
  });

/** The id of the request with this number; none that the caller can see is `null`. */
export const numberOptions = (number: string) =>
  queryOptions({
    queryKey: ["number", number],
    queryFn: async ({ signal }) => {
      const page = await dataOf(api.GET("/api/requests", { params: { query: { q: `MR-${number}`, limit: 50 } }, signal }));
      // Another one may name it in its words.
      return page.items.find((row) => numberIn(row.number ?? "") === number)?.id ?? null;
    },
    staleTime: Infinity,
  });

async function allEvents(id: string, signal: AbortSignal): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await dataOf(api.GET("/api/requests/{id}/events", { params: { path: { id }, query: { limit: 200, cursor } }, signal }));
    events.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return events;
}

/** As of a version, where one was seen. */
const asOf = (version: number | undefined) => (version === undefined ? {} : { "If-Match": etag(version) });

export const link = ({ id, version }: { id: string; version?: number }, kind: LinkKind, other: string, key: string): Promise<RequestRecord> =>
  dataOf(api.POST("/api/requests/{id}/links", { params: { path: { id }, header: { ...asOf(version), "Idempotency-Key": key } }, body: { kind, other } }));

/** Takes it back. A merge is undone at the duplicate, `other`, which is as of `version` there; the record that is told is of the request where it was said. */
export function unlink({ id, version }: RequestRecord, { kind, other }: Link, versionOfOther: number | undefined): Promise<RequestRecord> {
  const [path, seen] = kind === "has_duplicate" ? [{ id: other, other: id }, versionOfOther] : [{ id, other }, version];
  return dataOf(api.DELETE("/api/requests/{id}/links/{other}", { params: { path, header: asOf(seen) } }));
}
