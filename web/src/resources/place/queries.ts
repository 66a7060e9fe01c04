// What is asked of the API about places. The last answers are kept on the device: whoever reports where there is no network finds the
// places that were seen lately.
import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, etag } from "@/api/client";
import type { Schema } from "@/api/types";
import { orLastAnswer } from "@/offline/answers";

export type Place = Schema<"Place">;
export type PlaceBody = Schema<"PlaceBody">;

/** The id of a place, or `none` for the outermost ones. */
export interface PlaceSearch { q?: string; parent?: string; archived?: true }

/** Lists under PLACES, single ones under PLACE: a change makes both old. */
const PLACES = "places";
const PLACE = "place";

export const placesOptions = (search: PlaceSearch, limit = 100) =>
  infiniteQueryOptions({
    queryKey: [PLACES, search],
    queryFn: ({ pageParam, signal }) => {
      const ask = () => dataOf(api.GET("/api/locations", { params: { query: { ...search, counts: true, limit, cursor: pageParam } }, signal }));
      return pageParam === undefined && !search.q ? orLastAnswer(`places ${JSON.stringify(search)}`, ask) : ask();
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 30_000,
  });

export const placeOptions = (id: string) =>
  queryOptions({
    queryKey: [PLACE, id],
    queryFn: ({ signal }) => orLastAnswer(`place ${id}`, () => dataOf(api.GET("/api/locations/{id}", { params: { path: { id } }, signal }))),
    staleTime: 30_000,
  });

/** For pickers: few, and without counts. */
export const searchPlaces = (q: string) =>
  queryOptions({
    queryKey: [PLACES, "picker", q],
    queryFn: ({ signal }) => {
      const ask = () => dataOf(api.GET("/api/locations", { params: { query: { q: q || undefined, limit: 20 } }, signal }));
      return q === "" ? orLastAnswer("places picker", ask) : ask();
    },
    staleTime: 30_000,
  });

export const makePlace = (body: PlaceBody, key: string) => dataOf(api.POST("/api/locations", { params: { header: { "Idempotency-Key": key } }, body }));
export const changePlace = ({ id, version }: Place, body: PlaceBody) => dataOf(api.PATCH("/api/locations/{id}", { params: { path: { id }, header: { "If-Match": etag(version) } }, body }));
export const mergePlaces = ({ id, version }: Place, into: string) => dataOf(api.POST("/api/locations/{id}/merge", { params: { path: { id }, header: { "If-Match": etag(version) } }, body: { into } }));

/** A place was changed: whatever shows places, or what is called after them, is asked for anew. */
export const placesChanged = (client: QueryClient) =>
  Promise.all([PLACES, PLACE, "requests", "assets", "asset"].map((name) => client.invalidateQueries({ queryKey: [name] })));
