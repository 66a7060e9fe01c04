// The categories of a file, in the setting that has the list: one write, beside whatever else came into it meanwhile.
import type { Schema } from "@/api/types";
import type { Run } from "./kept";
import type { Item } from "./plans";
import { fold } from "./plans/names";
import { changeSettings } from "./starters/settings";

type Category = Schema<"OfferedCategory">;

/** What the setting was, to take it back; nothing where it has all of it already. */
export const putCategories = (items: readonly Item[]): Promise<NonNullable<Run["settings"]>> =>
  changeSettings({
    categories: (there) => {
      const told = new Map(items.map((item) => [fold(item.name), item]));
      const known = new Set(there.map(({ name }) => fold(name)));
      return [
        ...(there as Category[]).map((category) => ({ ...category, ...told.get(fold(category.name))?.body, name: category.name })),
        ...items.filter(({ name }) => !known.has(fold(name))).map(({ body }) => body as Category),
      ];
    },
  });
