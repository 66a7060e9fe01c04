// The files of what somebody writes: kept on the device from the moment they are chosen, shown with the draft that they belong to, and
// released to the queue (src/offline) when it is sent. While their words are on the way they are known by the key of those.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { addFile, allFiles, isOnlyHere, keepFile, removeFile, throwAway, type FileChange, type KeptFile } from "@/offline/files";
import { QUIET_MS, changed } from "@/offline/known";
import { replay } from "@/offline/queue";
import type { Prepared } from "./prepare";

export { isOnlyHere };

/** Nothing until the device was asked. */
let known: KeptFile[] | undefined;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

async function refresh() {
  known = await allFiles();
  listeners.forEach((listener) => listener());
}

/** What tells which files are a draft's: see src/drafts/useDraft.ts. */
export interface Drafting { id: string; isSealedAs: (key: string) => boolean }

/** Those of this draft, in the order in which they were chosen; nothing until the device was asked. */
export function useDrafted(user: string, { id, isSealedAs }: Drafting): KeptFile[] | undefined {
  const all = useSyncExternalStore(subscribe, () => known);
  useEffect(() => void refresh(), [user, id]);
  return useMemo(() => all?.filter(({ user: of, file }) => of === user && (file.draft === id || (file.after !== undefined && isSealedAs(file.after)))), [all, user, id, isSealedAs]);
}

/** Keeps a file with a draft. Whether it outlives this page. */
export async function choose(user: string, draft: string, { name, bytes, thumbnail }: Prepared): Promise<boolean> {
  const file = { size: bytes.size, type: bytes.type, draft };
  const isKept = await addFile({ key: crypto.randomUUID(), user, kind: "file", what: name, path: "", body: {}, at: Date.now(), file }, { bytes, thumbnail });
  await refresh();
  return isKept;
}

/** Says of a picture what it shows of the work. */
export async function mark({ file, ...change }: KeptFile, shows: "before" | "after" | undefined) {
  const { mark: _, ...rest } = file;
  await keepFile({ ...change, file: { ...rest, ...(shows && { mark: shows }) } });
  await refresh();
}

export async function unchoose(files: readonly KeptFile[]) {
  for (const file of files) await throwAway(file);
  await refresh();
}

/** Where files go: with the words that are sent under this key, or to a request by themselves. */
export type Target = { after: string } | { request: string };

/** From now on these files are sent: once those words are answered, or at once. */
export async function release(files: readonly KeptFile[], target: Target, visibility: "public" | "internal" = "public") {
  const now = Date.now();
  for (const [place, { file, ...change }] of files.entries()) {
    const { draft: _, after: __, visibility: ___, ...rest } = file;
    const path = "request" in target ? `/api/requests/${target.request}/attachments` : "";
    await keepFile({ ...change, path, at: now + place, quietUntil: now + QUIET_MS, file: { ...rest, ...target, ...(visibility === "internal" && { visibility }) } });
  }
  if (files.length === 0) return;
  await Promise.all([changed(), refresh()]);
  if ("request" in target) void replay();
}

/** The words under this key were refused: their files are those of a draft again. */
export async function takeBack(key: string, draft: string) {
  for (const { file, ...change } of (await allFiles()).filter(({ file }) => file.after === key)) {
    const { after: _, ...rest } = file;
    await keepFile({ ...change, file: { ...rest, draft } });
  }
  await Promise.all([changed(), refresh()]);
}

/** So long a draft's files stay when the draft is nowhere on this device, in milliseconds: the server keeps drafts as long. */
const FORGOTTEN_MS = 31 * 24 * 3_600_000;

/** Removes the files of drafts that are long gone. */
export async function sweepDrafted(user: string, drafts: readonly string[]) {
  const isForgotten = ({ user: of, at, file }: FileChange) => of === user && file.draft !== undefined && !drafts.includes(file.draft) && Date.now() - (at ?? 0) > FORGOTTEN_MS;
  for (const file of (await allFiles()).filter(isForgotten)) await removeFile(file.seq);
}
