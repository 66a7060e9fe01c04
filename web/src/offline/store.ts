// Where changes are kept until they are answered: in IndexedDB, in the order in which they were made. Where a browser has
// none for us (a private window, a full disk), they are kept by this page alone, and are sent all the same.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Problem } from "@/api/problem";
import type { Person } from "@/api/types";
import type { Basis } from "@/resources/request/basis";
import { isFileSeq, keepFile, releasedFiles, removeFile, type KeptFile } from "./files";

/** A write as it is sent, and what its author should know of it meanwhile. Stored: fields are added, never renamed. */
export interface Change {
  /** The idempotency key: the same in each attempt. */
  key: string;
  /** Who made it. */
  user: string;
  kind: "create" | "comment" | "edit" | "action" | "file";
  /** In the person's words: a title, a comment, an action. */
  what: string;
  /** POST where it is absent. */
  method?: "PATCH";
  path: string;
  body: unknown;
  /** Where it depends on what was on the screen: the version of the request, and what the decision rests on. */
  seen?: { version: number; basis?: Partial<Basis>; /** The basis, as releases before 2026-12 called it. */ matter?: Partial<Basis> };
  /** Until then, in milliseconds of this device, it is on its way for the first time and is not called waiting. */
  quietUntil?: number;
  /** When it was made, in milliseconds of this device; absent from what releases before 2026-12 kept. */
  at?: number;
  /** Who a step gives the work to, as the page shows it until the server answers. */
  assignee?: Person;
  /** The server's answer, once it refused and nobody was there to be told: it waits for a decision and lets the others pass. */
  refused?: Problem;
  /** Of a file: what it is and where it goes. Its bytes are kept beside it (files.ts). */
  file?: Enclosed;
}

export interface Enclosed {
  /** In bytes. */
  size: number;
  /** What the browser takes it for; the server looks for itself. */
  type: string;
  visibility?: "internal";
  /** What a picture shows of the work. */
  mark?: "before" | "after";
  /** The draft that it was chosen in, as long as that is one. */
  draft?: string;
  /** The key of the report or the comment that it goes with, until that is answered. */
  after?: string;
  /** The request that it goes to, once there is one. */
  request?: string;
  /** The number of the comment that it goes with. */
  comment?: number;
  /** Somebody wants it to wait. */
  isPaused?: true;
  /** Its id at the server, which has the bytes: only the small picture is still to come. */
  attached?: string;
}

/** With its place in the order. */
export type Kept = Change & { seq: number };

interface Schema extends DBSchema {
  changes: { key: number; value: Change & { seq?: number } };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;
/** Rejects where the browser has no database for us; some throw at the mere mention of one. */
const open = async () =>
  (database ??= openDB<Schema>("cepatedge", 1, {
    upgrade: (db) => void db.createObjectStore("changes", { keyPath: "seq", autoIncrement: true }),
  }));

/** Behind every number that IndexedDB gives. */
const IN_MEMORY_FROM = 2 ** 40;
const memory = new Map<number, Kept>();
let next = IN_MEMORY_FROM;

/** Everything that is kept, in the order in which it was made; each of the two has an order of its own, and clocks go back. */
export async function all(): Promise<Kept[]> {
  const [stored, files] = await Promise.all([open().then((db) => db.getAll("changes")).catch(() => []), releasedFiles()]);
  return merged([...(stored as Kept[]), ...memory.values()], files);
}

export function merged(changes: readonly Kept[], files: readonly Kept[]): Kept[] {
  const all: Kept[] = [];
  let at = 0;
  for (const change of changes) {
    while (at < files.length && (files[at]!.at ?? 0) < (change.at ?? 0)) all.push(files[at++]!);
    all.push(change);
  }
  return [...all, ...files.slice(at)];
}

/** Keeps a change at the end, or, with its `seq`, where it is. Whether it outlives this page. */
export async function keep(change: Change & { seq?: number }): Promise<boolean> {
  if (change.kind === "file") return keepFile(change as KeptFile);
  if (change.seq === undefined || change.seq < IN_MEMORY_FROM) {
    try {
      await (await open()).put("changes", change);
      return true;
    } catch {
      // Kept by the page, then.
    }
  }
  const seq = change.seq ?? next++;
  memory.set(seq, { ...change, seq });
  return false;
}

export async function remove(seq: number): Promise<void> {
  if (isFileSeq(seq)) return removeFile(seq);
  memory.delete(seq);
  await open().then((db) => db.delete("changes", seq)).catch(() => undefined);
}
