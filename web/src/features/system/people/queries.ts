import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import type { PeopleSearch } from "./search";

export type Account = Schema<"Account">;

export const peopleQuery = (search: PeopleSearch) =>
  infiniteQueryOptions({
    queryKey: ["people", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/system/users", { params: { query: { ...search, limit: 50, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
