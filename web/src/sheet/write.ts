// Rows as a file: a workbook, or CSV that a spreadsheet opens in the right encoding and computes nothing of.

import { save } from "@/ui/save";

type Cell = string | number | boolean;

const MARK = "\ufeff";

export async function csvOf(rows: readonly (readonly Cell[])[]): Promise<Blob> {
  const { default: Papa } = await import("papaparse");
  // RFC 4180; a text that begins as a formula gets an apostrophe in front.
  const text = Papa.unparse(rows.map((row) => [...row]), { newline: "\r\n", escapeFormulae: /^[=+\-@\t\r](?!\d+(?:[.,]\d+)?$)/ });
  return new Blob([MARK, text, "\r\n"], { type: "text/csv;charset=utf-8;header=present" });
}

export async function workbookOf(rows: readonly (readonly Cell[])[]): Promise<Blob> {
  const { default: write } = await import("write-excel-file/browser");
  const [head = [], ...rest] = rows;
  // What is no number is a text, also where it looks like a formula or a date.
  const cell = (value: Cell) => (typeof value === "string" ? { value, type: String } : typeof value === "number" ? { value, type: Number } : { value, type: Boolean });
  return write([head.map((value) => ({ ...cell(value), fontWeight: "bold" as const })), ...rest.map((row) => row.map(cell))], { stickyRowsCount: 1 }).toBlob();
}

/** A file of ours as a workbook: texts as they were written, so that no spreadsheet makes a number of a telephone's. */
export async function workbookOfCsv(file: Blob): Promise<Blob> {
  const { read } = await import("./table");
  const { head, rows } = await read(file);
  return workbookOf([head, ...rows.map(({ cells }) => cells)]);
}

/** By the end of its name. */
export const saveRows = async (name: string, rows: readonly (readonly Cell[])[]): Promise<void> => save(await (name.endsWith(".csv") ? csvOf : workbookOf)(rows), name);
