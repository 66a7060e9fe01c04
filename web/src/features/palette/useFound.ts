// What is found, as one types: asked when the typing rests, each question once, and what was asked before is given up. Whatever has been
// found stands where it stands: what comes later comes below.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { Unreachable } from "@/api/problem";
import { manages, type Role, type Summary } from "@/api/types";
import { folded } from "@/resources/request/filters";
import { MOST_FOUND as MOST, requestsOf } from "@/resources/request/search";
import { loginOf } from "@/resources/user/login";
import { usersOptions } from "@/resources/user/queries";
import { useRested } from "@/ui/useRested";
import { assetEntry, personEntry, placeEntry, requestEntry, type Entry, type Group } from "./entries";
import { assetsHere, placesHere, requestsHere } from "./onDevice";

/** A second look at the same words is not asked again for so long. */
const FRESH_MS = 10_000;

/** `isKept`: nothing could be asked, and this is what the device had. */
interface Found<Item> { items: Item[]; isKept: boolean }

async function orHere<Item>(ask: () => Promise<Item[]>, here: () => Promise<Item[]>): Promise<Found<Item>> {
  try {
    return { items: await ask(), isKept: false };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { items: (await here()).slice(0, MOST), isKept: true };
  }
}

const question = <Item>(noun: string, q: string, enabled: boolean, ask: (signal: AbortSignal) => Promise<Item[]>, here: () => Promise<Item[]>) => ({
  queryKey: ["palette", noun, q],
  queryFn: ({ signal }: { signal: AbortSignal }) => orHere(() => ask(signal), here),
  enabled,
  retry: false,
  staleTime: FRESH_MS,
  refetchOnReconnect: "always" as const,
});

/** Words behind each other, from the beginning of one of the words of a title. */
export function isMeant(title: string, sought: string): boolean {
  const words = folded(title).split(" ");
  return folded(sought).split(" ").every((word) => words.some((other) => other.startsWith(word)));
}

export function useFound(text: string, me: { id: string; role: Role }) {
  const { t } = useTranslation();
  const asked = useRested(text, text);
  const isAsked = text !== "" && text === asked;
  const mayList = manages(me.role);
  const requests = useQuery(question("requests", text, isAsked, (signal) => requestsOf(text, signal), () => requestsHere(text, me.id)));
  const assets = useQuery(question("assets", text, isAsked, async (signal) => (await dataOf(api.GET("/api/assets", { params: { query: { q: text, limit: MOST } }, signal }))).items, () => assetsHere(text)));
  const places = useQuery(question("places", text, isAsked, async (signal) => (await dataOf(api.GET("/api/locations", { params: { query: { q: text, limit: MOST } }, signal }))).items, () => placesHere(text)));
  const users = useQuery({ ...usersOptions(), enabled: isAsked && mayList, retry: false });
  // Without a network usersOptions answers from the device by itself.
  const people = users.data?.items.filter((user) => isMeant(`${user.name} ${loginOf(user) ?? ""}`, text)).slice(0, MOST) ?? [];
  const found: [string, Entry[] | undefined, boolean][] = [
    ["nav.requests", requests.data && [...requests.data.items.map((row) => requestEntry(row, t(`status.${row.status}`))), ...all(requests.data.items, text, t("palette.all", { text }))], requests.isError],
    ["nav.assets", assets.data?.items.map(assetEntry), assets.isError],
    ["nav.places", places.data?.items.map(placeEntry), places.isError],
    ["nav.people", mayList ? users.data && people.map((user) => personEntry(user, loginOf(user) ?? "", t(`role.${user.role}`), me.role)) : [], users.isError],
  ];
  const arrived = found.findIndex(([, entries, isError]) => entries === undefined && !isError);
  const shown = isAsked ? found.slice(0, arrived === -1 ? found.length : arrived) : [];
  const groups: Group[] = shown.flatMap(([label, entries]) => (entries && entries.length > 0 ? [{ label, entries }] : []));
  return {
    groups,
    isBusy: text !== "" && (!isAsked || arrived !== -1),
    isKept: isAsked && [requests, assets, places].some(({ data }) => data?.isKept),
    hasFailed: isAsked && [requests, assets, places, users].some(({ isError }) => isError),
  };
}

/** Where there may be more than is shown, the way to all of them. */
const all = (items: Summary[], q: string, title: string): Entry[] => (items.length < MOST ? [] : [{ ...requestEntry(items[0]!, ""), key: "all", title, hint: undefined, href: `/requests?q=${encodeURIComponent(q)}` }]);
