// What is found where nothing can be asked: in the answers that are kept on this device.
import type { Summary } from "@/api/types";
import { openAnswers } from "@/offline/answers";
import type { Asset } from "@/resources/asset/queries";
import type { Place } from "@/resources/place/queries";
import { folded, matches } from "@/resources/request/filters";
import type { RequestView } from "@/resources/request/live";

interface Page<Item> { items?: Item[] }

/** Each once, the one that was kept last. */
const once = <Item extends { id: string }>(items: Item[]) => [...new Map(items.map((item) => [item.id, item])).values()];

/** The answers to questions that begin so, as lists; one that is about a single thing is a list of that. */
async function kept<Item extends { id: string }>(list: string, single: string | undefined, itemOf: (answer: unknown) => Item): Promise<Item[]> {
  const answers = (await openAnswers().then((db) => db.getAll("answers")).catch(() => [])).toSorted((one, other) => one.at - other.at);
  return once(answers.flatMap(({ name, answer }) => (name.startsWith(list) ? ((answer as Page<Item>).items ?? []) : single !== undefined && name.startsWith(single) ? [itemOf(answer)] : [])));
}

const hasWords = (sought: string, ...texts: (string | null | undefined)[]) => {
  const text = folded(texts.join(" "));
  return folded(sought).split(" ").every((word) => text.includes(word));
};

export const requestsHere = async (q: string, me: string) =>
  (await kept<Summary>('["requests","list"', "request ", (view) => (view as RequestView).record as unknown as Summary)).filter((row) => matches(row, { q }, me));

export const placesHere = async (q: string) =>
  (await kept<Place>("places ", "place ", (place) => place as Place)).filter((place) => hasWords(q, place.name, place.code, ...place.path.map(({ name }) => name)));

export const assetsHere = async (q: string) =>
  (await kept<Asset>("assets ", "asset ", (asset) => asset as Asset)).filter((asset) => hasWords(q, asset.name, asset.code, asset.location?.name));

