// The fields of assets: which a category asks for, and what somebody has put in, as text and as it is kept.
import type { Schema } from "@/api/types";
import { folded } from "@/resources/request/filters";

export type AssetField = Schema<"AssetField">;
export type CategoryFields = Schema<"AssetCategoryFields">;

/** The fields of a category, however it is spelled; of one that nobody has set, none. */
export const fieldsOf = (list: CategoryFields[] | undefined, category: string | null): AssetField[] =>
  (category ? list?.find(({ name }) => folded(name) === folded(category))?.fields : undefined) ?? [];

/** A field while it is put in: as text, whatever its kind. */
export interface OwnField { name: string; value: string; wasBoolean?: boolean }

export const ownOf = (custom: Record<string, unknown>): OwnField[] => Object.entries(custom).map(([name, value]) => ({ name, value: String(value), wasBoolean: typeof value === "boolean" }));

/** With another value of a field, which may be a new one. */
export const withOwn = (own: OwnField[], name: string, value: string): OwnField[] =>
  own.some((field) => field.name === name) ? own.map((field) => (field.name === name ? { ...field, value } : field)) : [...own, { name, value }];

/** Whether a text is how a number is written, and nothing is lost by keeping it as one. */
const isNumber = (text: string) => text !== "" && String(Number(text)) === text;

/** A number as people here write it; what is none stays a text, for the server to refuse in its place. */
const numberOf = (text: string) => { const number = Number(text.replace(",", ".")); return Number.isNaN(number) ? text : number; };

function valueOf({ value, wasBoolean }: OwnField, field: AssetField | undefined): unknown {
  const text = value.trim();
  if (field) return field.kind === "number" ? numberOf(text) : field.kind === "yes_no" ? text === "true" : text;
  return wasBoolean && (text === "true" || text === "false") ? text === "true" : isNumber(text) ? Number(text) : text;
}

/** What is kept of it; an empty one is not, and a box that must be there and was not touched is a no. */
export function toOwn(own: OwnField[], fields: AssetField[] = []): Record<string, unknown> {
  const boxes = fields.filter(({ name, kind, required }) => kind === "yes_no" && required && !own.some((field) => field.name === name)).map(({ name }) => ({ name, value: "false" }));
  const said = [...own, ...boxes].filter(({ name, value }) => name.trim() !== "" && value.trim() !== "");
  return Object.fromEntries(said.map((field) => [field.name.trim(), valueOf(field, fields.find(({ name }) => name === field.name.trim()))]));
}
