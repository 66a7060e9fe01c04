// What is asked of the API about assets.
import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, etag } from "@/api/client";
import type { Schema } from "@/api/types";
import { orLastAnswer } from "@/offline/answers";

export type Asset = Schema<"Asset">;
export type AssetBody = Schema<"AssetBody">;
export type AssetStatus = Schema<"AssetStatus">;
export interface AssetSearch { q?: string; location?: string; parent?: string; category?: string; status?: AssetStatus[] }

export const assetsOptions = (search: AssetSearch, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ["assets", search],
    queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/assets", { params: { query: { ...search, limit, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 30_000,
  });

export const assetOptions = (id: string) =>
  queryOptions({
    queryKey: ["asset", id],
    queryFn: ({ signal }) => orLastAnswer(`asset ${id}`, () => dataOf(api.GET("/api/assets/{id}", { params: { path: { id } }, signal }))),
    staleTime: 30_000,
  });

/** When it stood still, the newest first, and what that comes to in the last year. Its key begins as the asset's: what changes that changes this. */
export const downtimeOptions = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["asset", id, "downtime"],
    queryFn: ({ pageParam, signal }) => dataOf(api.GET("/api/assets/{id}/downtime", { params: { path: { id }, query: { limit: 10, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 10_000,
  });

/** For pickers: few. */
export const searchAssets = (q: string) =>
  queryOptions({
    queryKey: ["assets", "picker", q],
    queryFn: ({ signal }) => {
      const ask = () => dataOf(api.GET("/api/assets", { params: { query: { q: q || undefined, limit: 20 } }, signal }));
      return q === "" ? orLastAnswer("assets picker", ask) : ask();
    },
    staleTime: 30_000,
  });

export const makeAsset = (body: AssetBody, key: string) => dataOf(api.POST("/api/assets", { params: { header: { "Idempotency-Key": key } }, body }));
export const changeAsset = ({ id, version }: Asset, body: AssetBody) => dataOf(api.PATCH("/api/assets/{id}", { params: { path: { id }, header: { "If-Match": etag(version) } }, body }));

export const assetsChanged = (client: QueryClient) => Promise.all(["assets", "asset", "places", "place"].map((name) => client.invalidateQueries({ queryKey: [name] })));

/** Whether its warranty has ended: on the day behind its last one, by the clock of whoever looks. */
export const isOutOfWarranty = ({ warranty_until }: Pick<Asset, "warranty_until">) => warranty_until !== null && warranty_until < new Date().toLocaleDateString("sv");
