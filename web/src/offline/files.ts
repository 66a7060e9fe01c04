// Files that somebody chose, kept on this device until the server has them: what is known of each, and its bytes in a store beside
// it, so that a change of the one does not write the other anew. Where the browser has no room, or no database for us, they are kept
// by this page alone. A database of its own: a window of an earlier release that is still open neither holds this one up, nor takes
// a file for a change that it could send.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Change, Kept } from "./store";

export interface Bytes {
  bytes: Blob;
  /** A small picture of it, where the browser could make one. */
  thumbnail?: Blob;
}

/** A change of the kind `file`. */
export type FileChange = Change & { kind: "file"; file: NonNullable<Change["file"]> };
export type KeptFile = Kept & FileChange;

interface Schema extends DBSchema {
  files: { key: number; value: FileChange & { seq?: number } };
  bytes: { key: string; value: Bytes & { key: string } };
}

/** Behind every number that the changes have (store.ts), in memory or not. */
const FROM = 2 ** 41;
const IN_MEMORY_FROM = 2 ** 42;

let database: Promise<IDBPDatabase<Schema>> | undefined;
const open = async () =>
  (database ??= openDB<Schema>("files", 1, {
    upgrade: (db) => {
      db.createObjectStore("files", { keyPath: "seq", autoIncrement: true });
      db.createObjectStore("bytes", { keyPath: "key" });
    },
  }));

const memory = new Map<number, KeptFile>();
const memoryBytes = new Map<string, Bytes>();
let next = IN_MEMORY_FROM;

export const isFileSeq = (seq: number) => seq >= FROM;

/** Every file, of all persons, in the order in which they were chosen; also those of a draft. */
export async function allFiles(): Promise<KeptFile[]> {
  const stored = await open().then((db) => db.getAll("files")).catch(() => []);
  return [...stored.map((file) => ({ ...file, seq: FROM + file.seq! })), ...memory.values()];
}

/** Those that wait to be sent, and are of no draft any more. */
export const releasedFiles = async () => (await allFiles()).filter(({ file }) => file.after !== undefined || file.request !== undefined);

/** Keeps a file at the end. Whether it outlives this page. */
export async function addFile(change: FileChange, { bytes, thumbnail }: Bytes): Promise<boolean> {
  try {
    const tx = (await open()).transaction(["files", "bytes"], "readwrite");
    await Promise.all([tx.objectStore("bytes").put({ key: change.key, bytes, ...(thumbnail && { thumbnail }) }), tx.objectStore("files").add(change), tx.done]);
    return true;
  } catch {
    // No room, or no database: kept by the page, then.
    const seq = next++;
    memory.set(seq, { ...change, seq });
    memoryBytes.set(change.key, { bytes, ...(thumbnail && { thumbnail }) });
    return false;
  }
}

/** Whether this file is lost when the page is closed. */
export const isOnlyHere = ({ seq }: { seq: number }) => seq >= IN_MEMORY_FROM;

/** What is known of a file from now on; one that was removed meanwhile stays away. */
export async function keepFile(change: KeptFile): Promise<boolean> {
  if (isOnlyHere(change)) {
    if (memory.has(change.seq)) memory.set(change.seq, change);
    return false;
  }
  try {
    const store = (await open()).transaction("files", "readwrite").store;
    const seq = change.seq - FROM;
    if ((await store.getKey(seq)) !== undefined) await store.put({ ...change, seq });
    return true;
  } catch {
    return false;
  }
}

/** Its bytes; none where the device has lost them. */
export async function bytesOf(key: string): Promise<Bytes | undefined> {
  return memoryBytes.get(key) ?? (await open().then((db) => db.get("bytes", key)).catch(() => undefined));
}

/** What was thrown away since this page was opened, so that it can be taken back. */
const thrown = new Map<string, { change: KeptFile; bytes: Bytes }>();

/** It was sent. */
export async function removeFile(seq: number): Promise<void> {
  const inMemory = memory.get(seq);
  memory.delete(seq);
  if (inMemory) memoryBytes.delete(inMemory.key);
  if (seq >= IN_MEMORY_FROM) return;
  try {
    const tx = (await open()).transaction(["files", "bytes"], "readwrite");
    const kept = await tx.objectStore("files").get(seq - FROM);
    if (kept) await Promise.all([tx.objectStore("files").delete(seq - FROM), tx.objectStore("bytes").delete(kept.key)]);
    await tx.done;
  } catch {
    // What cannot be removed is sent once more, under the key that the server knows.
  }
}

/** Somebody does not want it sent; they may think better of it. */
export async function throwAway(change: KeptFile) {
  const bytes = await bytesOf(change.key);
  if (bytes) thrown.set(change.key, { change, bytes });
  await removeFile(change.seq);
}

/** Takes back that these were thrown away. */
export async function bringBack(wanted: (change: KeptFile) => boolean) {
  for (const { change, bytes } of [...thrown.values()]) {
    if (!wanted(change)) continue;
    thrown.delete(change.key);
    const { seq: _, ...again } = change;
    await addFile(again as FileChange, bytes);
  }
}
