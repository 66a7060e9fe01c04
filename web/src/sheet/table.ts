// What a file has: rows of cells, all of them texts, and how it was read. CSV and XLSX are read here, in the browser.
import { decode, encodingOf, type Encoding } from "./text";

export interface Table {
  head: string[];
  /** Each with its line in the file, as a spreadsheet counts: the head is the first. */
  rows: { line: number; cells: string[] }[];
  /** How it was read; none of a workbook. */
  encoding?: Encoding;
  separator?: string;
  /** The sheets of a workbook, and which of them this is. */
  sheets?: string[];
  sheet?: string;
}

export class Unreadable extends Error {
  constructor(readonly why: "empty" | "broken" | "old_excel" | "no_rows") {
    super(why);
  }
}

const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;
/** The beginning of a compound file, as Excel wrote them until 2003. */
const isOldExcel = (bytes: Uint8Array) => bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11;

export async function read(file: Blob, sheet?: string): Promise<Table> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.length === 0) throw new Unreadable("empty");
  if (isOldExcel(bytes)) throw new Unreadable("old_excel");
  return isZip(bytes) ? workbook(file, sheet) : separated(bytes);
}

/** As `read`, of a file that has something to bring in. */
export async function tableOf(file: Blob, sheet?: string): Promise<Table> {
  const table = await read(file, sheet);
  if (table.rows.length === 0) throw new Unreadable("no_rows");
  return table;
}

function shaped(lines: string[][], how: Omit<Table, "head" | "rows">): Table {
  const rows = lines.map((cells, at) => ({ line: at + 1, cells: cells.map((cell) => cell.trim()) })).filter(({ cells }) => cells.some((cell) => cell !== ""));
  const [head, ...rest] = rows;
  return { head: head?.cells ?? [], rows: rest, ...how };
}

const SEPARATORS = [",", ";", "\t", "|"] as const;

/** What stands most often in the head, outside of quotes. */
function separatorOf(text: string): string {
  const head = (/^(?:"(?:[^"]|"")*"|[^\r\n"])*/.exec(text)?.[0] ?? "").replace(/"(?:[^"]|"")*"/g, "");
  const counts = SEPARATORS.map((separator) => head.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** In front of a text that a spreadsheet would compute, as files of ours and of others have it. */
const ESCAPED = /^'(?=[=+\-@\t\r])/;

async function separated(bytes: Uint8Array): Promise<Table> {
  const { default: Papa } = await import("papaparse");
  const encoding = encodingOf(bytes);
  const text = decode(bytes, encoding);
  // A line that Excel takes for the separator, and no head.
  const said = /^sep=(.)\r?\n/.exec(text);
  const separator = said?.[1] ?? separatorOf(text);
  const { data } = Papa.parse<string[]>(said ? text.replace("sep=", "") : text, { delimiter: separator });
  const cells = data.map((row) => row.map((cell) => cell.replace(ESCAPED, "")));
  return shaped(said ? cells.map((row, at) => (at === 0 ? [] : row)) : cells, { encoding, separator });
}

/** As it would be written: days without their hour, which a spreadsheet has in UTC. */
function written(cell: unknown): string {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? "" : cell.toISOString().slice(0, 10);
  return cell === null || cell === undefined ? "" : String(cell as string | number | boolean);
}

async function workbook(file: Blob, wanted?: string): Promise<Table> {
  const { default: readWorkbook } = await import("read-excel-file/browser");
  try {
    const sheets = await readWorkbook(file);
    const found = sheets.find(({ sheet }) => sheet === wanted) ?? sheets.find(({ data }) => data.length > 1) ?? sheets[0];
    if (!found) throw new Unreadable("empty");
    return shaped(found.data.map((row) => row.map(written)), { sheets: sheets.map(({ sheet }) => sheet), sheet: found.sheet });
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable("broken");
  }
}
