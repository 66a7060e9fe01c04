// What there is already, read whole: an import looks for every row in it.
import { api, dataOf } from "@/api/client";
import type { Asset } from "@/resources/asset/queries";
import type { Place } from "@/resources/place/queries";
import type { PeopleQuery, Schema } from "@/api/types";
import { ASSET_STATUS } from "@/api/words";
import type { Kind } from "./columns";

/** What there is already, as far as an import looks at it. The code of a request is its number, that of a person what they sign in with. */
export interface There {
  id: string;
  version: number;
  name: string;
  code: string | null;
  /** Of a place: what it is in. Of an asset: what it is a part of. */
  parent: string | null;
  /** Where an asset is. */
  location: string | null;
  /** What else is said of it, by the names of the API. */
  values: Record<string, string | number | boolean | null>;
  own: Record<string, unknown>;
}

/** What an import of its kind asks for; the others are empty. */
export type Known = Record<Kind, There[]>;

const PAGE = 100;

/** Every page of a list, with word of how many there are so far. */
export async function everyPage<Item>(page: (cursor: string | undefined) => Promise<{ items: Item[]; next_cursor?: string | null }>, tell?: (count: number) => void): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await page(cursor);
    all.push(...items);
    tell?.(all.length);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

export const allPlaces = (signal?: AbortSignal, tell?: (count: number) => void) =>
  everyPage((cursor) => dataOf(api.GET("/api/locations", { params: { query: { limit: PAGE, cursor } }, signal })), tell);

export const allAssets = (signal?: AbortSignal, tell?: (count: number) => void) =>
  everyPage((cursor) => dataOf(api.GET("/api/assets", { params: { query: { limit: PAGE, cursor, status: [...ASSET_STATUS] } }, signal })), tell);

export const placeThere = ({ id, version, name, code, parent_id, kind, address, time_zone }: Place): There =>
  ({ id, version, name, code, parent: parent_id, location: null, values: { name, code, kind, address, time_zone }, own: {} });

export const assetThere = (asset: Asset): There => {
  const { id, version, name, code, category, maker, model, serial, bought, warranty_until, cost, notes, status } = asset;
  return { id, version, name, code, parent: asset.parent?.id ?? null, location: asset.location?.id ?? null, values: { name, code, category, maker, model, serial, bought, warranty_until, cost, notes, status }, own: asset.custom };
};

const bare = { version: 0, parent: null, location: null, own: {} };

const requestThere = ({ id, version, title, number, location, asset, status }: Schema<"Summary">): There =>
  ({ ...bare, id, version, name: title, code: number, location: location?.id ?? null, values: { asset: asset?.id ?? null, status } });

const personThere = ({ id, name, email, username }: Schema<"User">): There => ({ ...bare, id, name, code: email ?? username, values: {} });

export const allAccounts = (search: PeopleQuery, signal?: AbortSignal, tell?: (count: number) => void) =>
  everyPage((cursor) => dataOf(api.GET("/api/system/users", { params: { query: { ...search, limit: 200, cursor } }, signal })), tell);

const categories = async (signal: AbortSignal) =>
  (await dataOf(api.GET("/api/categories", { signal }))).items.map(({ name, colour, priority, archived }): There => ({ ...bare, id: name, name, code: null, values: { name, colour, priority, archived } }));

export async function known(kind: Kind, signal: AbortSignal, tell: (count: number) => void): Promise<Known> {
  const none: Known = { places: [], assets: [], requests: [], people: [], categories: [] };
  if (kind === "people") return { ...none, people: (await allAccounts({}, signal, tell)).map(personThere) };
  if (kind === "categories") return { ...none, categories: await categories(signal) };
  let sum = 0;
  const add = (before: number) => (count: number) => tell((sum = before + count));
  const places = (await allPlaces(signal, add(0))).map(placeThere);
  if (kind === "places") return { ...none, places };
  const assets = (await allAssets(signal, add(sum))).map(assetThere);
  if (kind === "assets") return { ...none, places, assets };
  const before = sum;
  const [requests, people] = await Promise.all([
    everyPage((cursor) => dataOf(api.GET("/api/requests", { params: { query: { limit: 200, cursor, sort: "created" } }, signal })), add(before)),
    dataOf(api.GET("/api/users", { signal })),
  ]);
  return { ...none, places, assets, requests: requests.map(requestThere), people: people.items.map(personThere) };
}
