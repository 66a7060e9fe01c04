// Requests as they are searched by somebody who wants one of them: by number, or by words.
import { api, dataOf } from "@/api/client";
import type { Summary } from "@/api/types";
import { numberIn } from "./filters";

/** So many are offered. */
export const MOST_FOUND = 5;

/** The one with the number that is named comes first; `15` may also be a word. */
export async function requestsOf(q: string, signal: AbortSignal): Promise<Summary[]> {
  const ask = async (q: string) => (await dataOf(api.GET("/api/requests", { params: { query: { q, limit: MOST_FOUND } }, signal }))).items;
  const number = numberIn(q);
  const isWord = number === undefined || /^\d+$/.test(q);
  const [named, others] = await Promise.all([number === undefined ? [] : ask(`MR-${number}`), isWord ? ask(q) : []]);
  const exact = named.filter((row) => numberIn(row.number ?? "") === number);
  return [...new Map([...exact, ...others].map((row) => [row.id, row])).values()].slice(0, MOST_FOUND);
}
