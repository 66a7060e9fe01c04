// What a team may begin with instead of an empty page: places, categories of requests, and what is to be known of its assets.
import type { Schema } from "@/api/types";

export const STARTERS = ["hotel", "school", "factory", "office", "hospital"] as const;
export type StarterName = (typeof STARTERS)[number];

export interface Starter {
  /** A tree, a place a line, a space for each level, its kind behind a bar. */
  places: string;
  /** Name, colour and, where one is proposed, priority. The words of the default list are known to every language. */
  categories: readonly string[];
  /** Of a sort of asset: its name, then a field each: name, kind, and unit or choices. */
  assets: readonly string[];
}

export type Category = Schema<"OfferedCategory">;

export interface PlaceRow { name: string; kind: string; path: string }

export function placesOf(tree: string): PlaceRow[] {
  const up: string[] = [];
  return tree.trim().split("\n").map((line) => {
    const level = line.search(/\S/);
    const [name = "", kind = ""] = line.trim().split("|");
    const path = up.slice(0, level).join(" > ");
    up.splice(level, Infinity, name);
    return { name, kind, path };
  });
}

export const categoriesOf = (lines: readonly string[]): Category[] =>
  lines.map((line) => {
    const [name = "", colour = "grey", priority] = line.split("/");
    return { name, colour: colour as Category["colour"], priority: (priority ?? null) as Category["priority"], archived: false };
  });

export interface AssetFields { name: string; fields: { name: string; kind: "text" | "number" | "date" | "choice" | "yes_no"; unit?: string; choices?: string[] }[] }

export const assetsOf = (lines: readonly string[]): AssetFields[] =>
  lines.map((line) => {
    const [name = "", ...fields] = line.split("; ");
    return {
      name,
      fields: fields.map((field) => {
        const [title = "", kind = "text", ...rest] = field.split("/") as [string, AssetFields["fields"][number]["kind"], ...string[]];
        const more = rest.join("/");
        return { name: title, kind, ...(kind === "number" && more && { unit: more }), ...(kind === "choice" && { choices: more.split(",") }) };
      }),
    };
  });
