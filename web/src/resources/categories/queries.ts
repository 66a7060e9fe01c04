// The categories that the organisation offers: what the forms and the filters list, and how each is marked. Without an answer, and
// without a kept one, the words of the field itself are offered.
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Translate } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { orLastAnswer } from "@/offline/answers";
import { sayValue, type Field } from "@/resources/request/fields";
import { folded } from "@/resources/request/filters";

export type Category = Schema<"OfferedCategory">;
export type Colour = Category["colour"];

export const categoriesOptions = queryOptions({
  queryKey: ["categories"],
  queryFn: ({ signal }) => orLastAnswer("categories", () => dataOf(api.GET("/api/categories", { signal }))),
  staleTime: 60_000,
});

/** As the index compares them. */
export const isSameName = (some: string, other: string) => folded(some) === folded(other);

/** The words of a choice as they are offered now, and behind them those that are so no more. */
export function useOffered(field: Field): { words: readonly string[]; archived: readonly string[] } {
  const isOpen = field.kind === "choice" && field.isOpen === true;
  const { data } = useQuery({ ...categoriesOptions, enabled: isOpen });
  if (field.kind !== "choice") return { words: [], archived: [] };
  if (!isOpen || !data) return { words: field.words, archived: [] };
  const named = (archived: boolean) => data.items.filter((category) => category.archived === archived).map(({ name }) => name);
  return { words: named(false), archived: named(true) };
}

/** The mark of a category that has one. */
export function useColour(category: unknown): Colour | undefined {
  const { data } = useQuery(categoriesOptions);
  return data?.items.find(({ name }) => isSameName(name, String(category)))?.colour;
}

/** Its name in the reader's language, where it is of the first list. */
export const sayCategory = (t: Translate, name: string) => sayValue(t, "category", name);
