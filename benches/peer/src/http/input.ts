// What a client sends, parsed: bodies, queries, headers, pages.

import { invalid } from "../domain/refusal.ts";
import type { Position } from "../domain/cursor.ts";
import { open, seal } from "../domain/cursor.ts";
import type { Page } from "../objects/walk.ts";
import { type Context, jsonText } from "./app.ts";

export type Fields = Record<string, unknown>;

/** The body as a JSON object with no other fields than `known`, and the bytes it was read from. */
export async function body(c: Context, known: string[]): Promise<{ fields: Fields; bytes: ArrayBuffer }> {
  const bytes = await c.req.arrayBuffer();
  let fields: unknown;
  try {
    fields = bytes.byteLength === 0 ? {} : JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw invalid("body", "malformed_json", "The body is not JSON.");
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw invalid("body", "wrong_type", "The body must be a JSON object.");
  }
  for (const name in fields) if (!known.includes(name)) throw invalid(name, "unknown_field", "There is no such field here.");
  return { fields: fields as Fields, bytes };
}

/** A text of `least` to `most` characters, without control characters but line feeds and tabs where there may be lines. */
export function text(fields: Fields, name: string, least: number, most: number, lines = false): string {
  const value = fields[name] ?? "";
  if (typeof value !== "string") throw invalid(name, "wrong_type", "This field has another type.");
  const trimmed = value.trim();
  const length = [...trimmed].length;
  if (length < least) throw invalid(name, "required", `${name} is required.`);
  if (length > most) throw invalid(name, "too_long", `${name} has more than ${most} characters.`);
  if ((lines ? /[\p{Cc}--[\n\t]]/v : /[\p{Cc}\u2028\u2029]/v).test(trimmed)) {
    throw invalid(name, "control_character", `${name} has control characters.`);
  }
  return trimmed;
}

/** Yes or no; no when it is absent. */
export function flag(name: string, value: unknown = false): boolean {
  if (typeof value !== "boolean") throw invalid(name, "wrong_type", "This field has another type.");
  return value;
}

export function word<T extends string>(name: string, value: unknown, words: readonly T[]): T {
  if (!words.includes(value as T)) throw invalid(name, "unknown_value", `${name} is not a known ${name}.`);
  return value as T;
}

/** The query's parameters, each known and given once. */
export function query(c: Context, known: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (!known.includes(name)) throw invalid(name, "unknown_parameter", "There is no such parameter here.");
    if (values.length > 1) throw invalid(name, "duplicate_parameter", "Give it once.");
    found[name] = values[0]!;
  }
  return found;
}

export const words = <T extends string>(name: string, value: string | undefined, known: readonly T[]): T[] =>
  value === undefined ? [] : [...new Set(value.split(",").map((one) => word(name, one.trim(), known)))];

export function wholeNumber(name: string, value: string | undefined, least = 0, most = Number.MAX_SAFE_INTEGER): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) throw invalid(name, "out_of_range", `${name} is out of range.`);
  return number;
}

export function time(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw invalid(name, "malformed", `${name} is not an RFC 3339 date and time.`);
  return ms;
}

/** `limit` and `cursor`; a cursor opens only in the scope it was sealed in. */
export async function wanted(c: Context, scope: string, asked: Record<string, string>): Promise<{ limit: number; from: Position | null }> {
  return {
    limit: wholeNumber("limit", asked.limit, 1, 200) ?? 50,
    from: asked.cursor === undefined ? null : await open(c.var.config.cursorKey, scope, asked.cursor),
  };
}

/** A page as the API answers it; the items are not parsed on the way. */
export async function pageReply(c: Context, scope: string, page: Page): Promise<Response> {
  if (page.next === null) return jsonText(c, `{"items":${page.items},"next_cursor":null}`);
  const cursor = await seal(c.var.config.cursorKey, scope, page.next);
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", cursor);
  const link = `<${url.pathname}${url.search}>; rel="next"`;
  return jsonText(c, `{"items":${page.items},"next_cursor":"${cursor}"}`, 200, { link });
}
