// Imports that were begun on this device, and what became of each row: kept before it is done, so that one goes on where it was after
// a reload, a crash or an ended session, and can be taken back. A database of its own, as for files.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Kind } from "@/sheet/columns";
import type { Item } from "./plans";

export interface Run {
  id: string;
  /** Who brings it in: nobody else on this device sees it. */
  user: string;
  kind: Kind;
  /** The file's name. */
  file: string;
  /** When it was begun, in milliseconds of this device. */
  at: number;
  /** What is made or changed, what is named before what names it. */
  items: Item[];
  /** Settings that came with it: which, the version that it left, and what they were; null is the default. */
  settings?: { key: string; version: number; before: unknown }[];
}

export interface Result {
  run: string;
  line: number;
  /** `stays`: it was to be taken back, and something depends on it or has changed it. */
  outcome: "made" | "changed" | "failed" | "undone" | "stays";
  id?: string;
  version?: number;
  /** Why it failed: a code of the API, and its field. */
  code?: string;
  field?: string;
  detail?: string;
  /** What lets in who was invited; as long as this window knows it. */
  link?: string;
}

interface Schema extends DBSchema {
  runs: { key: string; value: Run };
  results: { key: [string, number]; value: Result };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;
const open = async () =>
  (database ??= openDB<Schema>("imports", 1, {
    upgrade: (db) => {
      db.createObjectStore("runs", { keyPath: "id" });
      db.createObjectStore("results", { keyPath: ["run", "line"] });
    },
  }));

/** So many imports are kept of each person, the newest. */
const MOST_RUNS = 10;

const linesOf = (run: string) => IDBKeyRange.bound([run, 0], [run, Infinity]);

export const runsOf = async (user: string): Promise<Run[]> =>
  (await (await open()).getAll("runs")).filter((run) => run.user === user).sort((a, b) => b.at - a.at);

export async function keepRun(run: Run): Promise<void> {
  await (await open()).put("runs", run);
  for (const { id } of (await runsOf(run.user)).slice(MOST_RUNS)) await forgetRun(id);
}

export async function forgetRun(id: string): Promise<void> {
  const tx = (await open()).transaction(["runs", "results"], "readwrite");
  await Promise.all([tx.objectStore("runs").delete(id), tx.objectStore("results").delete(linesOf(id)), tx.done]);
}

export const keepResult = async (result: Result): Promise<void> => void (await (await open()).put("results", result));

export const resultsOf = async (run: string): Promise<Map<number, Result>> =>
  new Map((await (await open()).getAll("results", linesOf(run))).map((result) => [result.line, result]));
