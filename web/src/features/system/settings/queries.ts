// Settings in the query cache: all of them at once, as PostgreSQL has them.
import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, etag } from "@/api/client";
import { isCode } from "@/api/problem";
import type { Schema } from "@/api/types";
import { organisationOptions } from "@/app/organisation";

export type Setting = Schema<"Setting">;
export type SettingValue = Schema<"SettingValue">;

/** Whether two values of a setting are the same. */
export const isSameValue = (some: SettingValue | null, other: SettingValue | null) => JSON.stringify(some) === JSON.stringify(other);

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/system/settings", { signal })),
  staleTime: 0,
});

export const historyQuery = (key: Setting["key"]) =>
  infiniteQueryOptions({
    queryKey: ["setting-history", key],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/system/settings/{key}/history", { params: { path: { key }, query: { limit: 20, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });

/** Gives it another value; `null` is the default. Refused where it is not what was on the screen any more. */
export const changeSetting = ({ key, version }: Setting, value: SettingValue | null) =>
  dataOf(api.PUT("/api/system/settings/{key}", { params: { path: { key }, header: { "If-Match": etag(version) } }, body: { value } }));

/** Brings back what a change brought into force. */
export const revertSetting = ({ key, version: seen }: Setting, version: number) =>
  dataOf(api.POST("/api/system/settings/{key}/revert", { params: { path: { key }, header: { "If-Match": etag(seen) } }, body: { version } }));

/** Shows the setting as it is now: after a change, or as the refusal of one tells it. */
export function showNow(client: QueryClient, outcome: Setting | undefined, error: unknown) {
  const now = outcome ?? (isCode(error, "stale") ? (error.problem.record as unknown as Setting | undefined) : undefined);
  if (now) client.setQueryData(settingsQuery.queryKey, (known) => known && { items: known.items.map((item) => (item.key === now.key ? now : item)) });
  return Promise.all([client.invalidateQueries({ queryKey: organisationOptions.queryKey }), client.invalidateQueries({ queryKey: settingsQuery.queryKey }), client.invalidateQueries({ queryKey: ["setting-history"] })]);
}
