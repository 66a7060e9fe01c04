// The last answers of the API, kept on this device, so that what was read once can be read without a network. A fresh answer
// always wins; the kept one serves only when none comes. Signing out removes them all.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { Unreachable } from "@/api/problem";

interface Schema extends DBSchema {
  answers: { key: string; value: { name: string; at: number; answer: unknown }; indexes: { at: number } };
}

/** So many answers are kept; the oldest go first. */
const MOST = 200;

/** Its name is of an earlier time: another one would leave what is in it on people's devices. */
const DATABASE = "kept";
let database: Promise<IDBPDatabase<Schema>> | undefined;
/** Rejects where the browser has no database for us; some throw at the mere mention of one. */
export const openAnswers = async () =>
  (database ??= openDB<Schema>(DATABASE, 1, {
    upgrade: (db) => void db.createObjectStore("answers", { keyPath: "name" }).createIndex("at", "at"),
  }));

let hasServed = false;
/** Whether kept answers were shown since this was last asked: then they are to be asked for anew. */
export function hasServedOldAnswers(): boolean {
  const was = hasServed;
  hasServed = false;
  return was;
}

/** What was answered last under this name. */
export async function lastAnswer<T>(name: string): Promise<T | undefined> {
  const kept = await openAnswers().then((db) => db.get("answers", name)).catch(() => undefined);
  return kept?.answer as T | undefined;
}

/** What `ask` answers, or, when nothing can be reached, what it answered last under this name. */
export async function orLastAnswer<T>(name: string, ask: () => Promise<T>): Promise<T> {
  try {
    const answer = await ask();
    void keepAnswer(name, answer).catch(() => undefined);
    return answer;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const kept = await lastAnswer<T>(name);
    if (kept === undefined) throw error;
    hasServed = true;
    return kept;
  }
}

/** From now on this is the last answer under this name. */
export async function keepAnswer(name: string, answer: unknown) {
  if (answer === undefined) return;
  const store = (await openAnswers()).transaction("answers", "readwrite").store;
  await store.put({ name, at: Date.now(), answer });
  let spare = (await store.count()) - MOST;
  for (let oldest = await store.index("at").openCursor(); oldest && spare > 0; oldest = await oldest.continue(), spare--) await oldest.delete();
}

export async function forgetAnswers() {
  await (await openAnswers()).clear("answers");
}
