// What is asked of the API about deliveries and paused addresses.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";

export type State = Schema<"DeliveryState">;
export const DELIVERIES = ["deliveries"] as const;

export const deliveriesQuery = (state: State | undefined) =>
  infiniteQueryOptions({
    queryKey: [...DELIVERIES, state ?? ""],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/system/mail/deliveries", { params: { query: { state, limit: 25, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });

export const pausedQuery = queryOptions({ queryKey: ["mail-paused"], queryFn: ({ signal }) => dataOf(api.GET("/api/system/mail/paused", { signal })), staleTime: 0 });
