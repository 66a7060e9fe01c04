// API keys in the query cache.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";

export type ApiKey = Schema<"ApiKey">;
export type Scope = Schema<"Scope">;

export const myKeysQuery = queryOptions({ queryKey: ["keys", "mine"], queryFn: ({ signal }) => dataOf(api.GET("/api/keys", { signal })), staleTime: 0 });

export const allKeysQuery = infiniteQueryOptions({
  queryKey: ["keys", "all"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/system/keys", { params: { query: { limit: 25, cursor: pageParam } }, signal })),
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  staleTime: 0,
});
