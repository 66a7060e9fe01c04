// What an import would do, row by row, before anything is done: pure, from the rows of a file and what there is.
import type { Kind, Mapping, Target } from "@/sheet/columns";
import type { Known } from "@/sheet/there";
import type { Order } from "../values";
import type { Cells, Row } from "./names";

export type Fault =
  | "required" | "too_long" | "not_a_day" | "not_a_state" | "code_twice" | "unknown" | "twice" | "itself" | "too_deep" | "name_twice" | "too_many"
  | "not_a_priority" | "not_yes_no" | "unknown_person" | "is_done" | "not_an_address" | "not_a_username" | "not_a_role" | "not_a_language" | "not_a_colour" | "in_file_twice" | "too_many_categories";
export interface Error { line: number; column: Target; value: string; fault: Fault }

/** What is to be done with a row. A reference to another row of the file is its line. */
export interface Item {
  line: number;
  name: string;
  act: "make" | "change" | "same" | "keep";
  id?: string;
  version?: number;
  body: Record<string, unknown>;
  /** What the changed fields were. */
  before?: Record<string, unknown>;
  parent?: number;
}

export interface Plan { items: Item[]; errors: Error[] }

export interface Choice {
  kind: Kind;
  mapping: Mapping;
  order: Order;
  update: boolean;
  /** The categories that every installation knows, by what the reader calls them, folded. */
  categories?: ReadonlyMap<string, string>;
}

export type FileRow = { line: number; cells: readonly string[] };
export type Planner = (rows: Row[], known: Known, choice: Choice) => Plan;

export const rowsOf = (rows: readonly FileRow[], mapping: Mapping): Row[] =>
  rows.map(({ line, cells }) => ({ line, faults: [], cells: Object.fromEntries(mapping.flatMap((target, at) => (target === undefined ? [] : [[target, cells[at] ?? ""]]))) as Cells }));

/** Rows without a fault, as `itemOf` says; it may find faults as well. */
export const planned = (rows: readonly Row[], itemOf: (row: Row) => Item | undefined): Plan => {
  const made = rows.map((row) => ({ row, item: row.faults.length > 0 ? undefined : itemOf(row) }));
  return { items: made.flatMap(({ row, item }) => (item && row.faults.length === 0 ? [item] : [])), errors: rows.flatMap(({ faults }) => faults) };
};

/** Which of `words` a cell is, however it is written. */
export function meaning<Word extends string>(cell: string, words: Record<Word, readonly string[]>): Word | undefined {
  const plain = cell.toLowerCase().replace(/[\s_-]+/g, " ").trim();
  return (Object.keys(words) as Word[]).find((word) => words[word].includes(plain));
}

/** What a cell means; nothing where it is empty, and where it is a fault. */
export function wordOf<Word extends string>(row: Row, column: Target, words: Record<Word, readonly string[]>, fault: Fault): Word | undefined {
  const cell = row.cells[column] ?? "";
  if (cell === "") return undefined;
  const word = meaning(cell, words);
  if (word === undefined) row.faults.push({ line: row.line, column, value: cell, fault });
  return word;
}

export function tooLong(row: Row, longest: Partial<Record<Target, number>>) {
  for (const [column, most] of Object.entries(longest) as [Target, number][]) {
    const value = row.cells[column] ?? "";
    if ([...value].length > most) row.faults.push({ line: row.line, column, value, fault: "too_long" });
  }
}

export function required(row: Row, column: Target) {
  if (!row.cells[column]) row.faults.push({ line: row.line, column, value: "", fault: "required" });
}
