// What is asked of the API about people.
import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Role } from "@/api/types";
import { orLastAnswer } from "@/offline/answers";

export const usersOptions = (role?: Role) =>
  queryOptions({
    queryKey: ["users", role ?? "all"],
    queryFn: ({ signal }) => orLastAnswer(`users ${role ?? "all"}`, () => dataOf(api.GET("/api/users", { params: { query: { role } }, signal }))),
    staleTime: 60_000,
  });

export const userOptions = (id: string) =>
  queryOptions({
    queryKey: ["user", id],
    queryFn: ({ signal }) => orLastAnswer(`user ${id}`, () => dataOf(api.GET("/api/users/{id}", { params: { path: { id } }, signal }))),
    staleTime: 60_000,
    retry: false,
  });
