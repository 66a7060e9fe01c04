// What is asked of the API about requests, and under which keys the answers are kept.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { orLastAnswer } from "@/offline/answers";
import type { Summary, TimelineEvent } from "@/api/types";
import type { Filters } from "./filters";
import type { RequestView } from "./live";
import { sortOf } from "./order";

export const LISTS = ["requests", "list"] as const;
/** The ones that wait to be let into a list; filled by live messages alone. */
export const freshKey = (filters: Filters) => ["requests", "fresh", filters] as const;

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
      const ask = () => dataOf(api.GET("/api/requests", { params: { query: { ...filters, sort: sortOf(filters), limit, cursor: pageParam, total: isFirst || undefined } }, signal }));
      return isFirst ? orLastAnswer(JSON.stringify([...LISTS, filters]), ask) : ask();
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Live messages keep a list fresh from then on, but they do not change its order.
    staleTime: filters.sort === "-updated" ? 0 : Infinity,
  });

/** How many the list has that is longer than what is loaded of it. */
export const totalOptions = (filters: Filters) =>
  queryOptions({
    queryKey: [...TOTALS, filters],
    queryFn: async ({ signal }) => (await dataOf(api.GET("/api/requests", { params: { query: { ...filters, sort: sortOf(filters), limit: 1, total: true } }, signal }))).total ?? null,
    staleTime: Infinity,
  });

export const freshOptions = (filters: Filters) =>
  queryOptions({ queryKey: freshKey(filters), queryFn: (): Summary[] => [], staleTime: Infinity, initialData: [] });

export const requestOptions = (id: string) =>
  queryOptions({
    queryKey: ["request", id],
    queryFn: ({ signal }) =>
      orLastAnswer(`request ${id}`, async (): Promise<RequestView> => {
        const [record, events] = await Promise.all([
          dataOf(api.GET("/api/requests/{id}", { params: { path: { id } }, signal })),
          allEvents(id, signal),
        ]);
        return { record, events };
      }),
    staleTime: 5_000,
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
