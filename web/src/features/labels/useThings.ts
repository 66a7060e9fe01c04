// The places or assets whose labels are to be printed.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { assetOptions, assetsOptions } from "@/resources/asset/queries";
import { placeOptions, placesOptions } from "@/resources/place/queries";
import type { Noun } from "@/resources/request/named";
import { sayLabel } from "@/resources/request/named";
import type { LabelsSearch } from "./search";

/** So many labels are made at once. */
export const MOST = 240;

export interface Wanted { id: string; name: string; where: string }

export function useThings({ place, thing, list, ...filters }: LabelsSearch): { noun: Noun; things: Wanted[]; isPending: boolean; error: unknown } {
  const one = useQuery({ ...placeOptions(place ?? ""), enabled: place !== undefined });
  const below = useInfiniteQuery({ ...placesOptions({ parent: place ?? "" }), enabled: place !== undefined });
  const asset = useQuery({ ...assetOptions(thing ?? ""), enabled: thing !== undefined });
  const assets = useInfiniteQuery({ ...assetsOptions(filters), enabled: list === true });
  const [pages, more] = place === undefined ? [assets.data?.pages.length ?? 0, assets] : [below.data?.pages.length ?? 0, below];
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = more;
  const isEnough = pages === 0 || !hasNextPage || isError || (place === undefined ? 50 : 100) * pages >= MOST;
  useEffect(() => {
    if (!isEnough && !isFetchingNextPage) void fetchNextPage();
  }, [isEnough, isFetchingNextPage, fetchNextPage]);
  const places = [...(one.data ? [one.data] : []), ...(below.data?.pages.flatMap((page) => page.items) ?? [])];
  const things = place !== undefined
    ? places.map(({ id, name, path }) => ({ id, name, where: path.map(({ name }) => name).join(" › ") }))
    : [...(asset.data ? [asset.data] : []), ...(assets.data?.pages.flatMap((page) => page.items) ?? [])].map(({ id, name, code, location }) => ({ id, name, where: [code, location && sayLabel(location)].filter(Boolean).join(" · ") }));
  const asked = [place !== undefined && one, place !== undefined && below, thing !== undefined && asset, list && assets].filter((query) => !!query);
  return { noun: place !== undefined ? "location" : "asset", things: things.slice(0, MOST), isPending: asked.some(({ isPending }) => isPending) || !isEnough, error: asked.find(({ error }) => error)?.error };
}
