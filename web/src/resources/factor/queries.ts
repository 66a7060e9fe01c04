// One's own second factors.
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";

export const factorsOptions = queryOptions({ queryKey: ["me", "factors"], queryFn: ({ signal }) => dataOf(api.GET("/api/me/factors", { signal })) });

/** What is shown of factors and sessions is no longer so. */
export const factorsChanged = (client: QueryClient) =>
  Promise.all([client.invalidateQueries({ queryKey: factorsOptions.queryKey }), client.invalidateQueries({ queryKey: ["me", "sessions"] })]);
