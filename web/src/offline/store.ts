// Where changes are kept until they are answered: in IndexedDB, in the order in which they were made. Where a browser has
// none for us (a private window, a full disk), they are kept by this page alone, and are sent all the same.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Problem } from "@/api/problem";
import type { Person } from "@/api/types";
import type { Basis } from "@/resources/request/basis";

/** A write as it is sent, and what its author should know of it meanwhile. Stored: fields are added, never renamed. */
export interface Change {
  /** The idempotency key: the same in each attempt. */
  key: string;
  /** Who made it. */
  user: string;
  kind: "create" | "comment" | "edit" | "action";
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

export async function all(): Promise<Kept[]> {
  const stored = await open().then((db) => db.getAll("changes")).catch(() => []);
  return [...(stored as Kept[]), ...memory.values()];
}

/** Keeps a change at the end, or, with its `seq`, where it is. Whether it outlives this page. */
export async function keep(change: Change & { seq?: number }): Promise<boolean> {
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
  memory.delete(seq);
  await open().then((db) => db.delete("changes", seq)).catch(() => undefined);
}
