// Log entries in the query cache. A trace looks into every stream for one trace id.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { type Entry, type Level, type StreamName, STREAMS } from "./words";

export interface LogFilter {
  level?: string;
  q?: string;
  request_id?: string;
  from?: string;
  to?: string;
}
const PAGE = 100;

export const entriesQuery = (stream: StreamName, filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: ["logs", stream, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      dataOf(api.GET("/api/system/logs/{stream}", {
        params: { path: { stream }, query: { ...filter, level: filter.level?.split(",") as Level[] | undefined, limit: PAGE, cursor: pageParam } },
        signal,
      })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });

export interface Found extends Entry {
  stream: StreamName;
}

export const traceQuery = (requestId: string) =>
  queryOptions({
    queryKey: ["trace", requestId],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const found = await Promise.all(
        STREAMS.map(async (stream) => {
          const query = { request_id: requestId, limit: PAGE };
          const page = await dataOf(api.GET("/api/system/logs/{stream}", { params: { path: { stream }, query }, signal }));
          return page.items.map((entry) => ({ ...entry, stream }));
        }),
      );
      return found.flat().sort((a, b) => a.ts.localeCompare(b.ts));
    },
    // Entries of the HTTP stream come a moment after the answer.
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.length ? false : 2000),
  });

/** The streams in numbers, and how long each keeps its entries. */
export const streamsQuery = queryOptions({ queryKey: ["log-streams"], queryFn: ({ signal }) => dataOf(api.GET("/api/system/logs", { signal })), staleTime: 0 });

export const mailQuery = queryOptions({ queryKey: ["mail"], queryFn: () => dataOf(api.GET("/api/system/mail")), staleTime: 0 });

/** What the sender's domain says in the DNS. */
export const recordsQuery = queryOptions({ queryKey: ["mail-records"], queryFn: () => dataOf(api.GET("/api/system/mail/records")), staleTime: 0, retry: false });

export const entryQuery = (stream: StreamName, id: string) =>
  queryOptions({
    queryKey: ["log-entry", stream, id],
    queryFn: () => dataOf(api.GET("/api/system/logs/{stream}/{id}", { params: { path: { stream, id } } })),
    staleTime: Infinity,
  });

export const sessionsQuery = (q: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["sessions", q ?? ""],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/system/sessions", { params: { query: { q, limit: 25, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
