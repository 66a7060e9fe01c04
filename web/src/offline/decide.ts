// What a person decides about a change that waits, or that was refused: to make it all the same, to try it again, to throw it away,
// and to take that back. The files that go with a change share its fate.
import { basisOf } from "@/resources/request/basis";
import { bringBack, throwAway, type KeptFile } from "./files";
import { changed, whatIsKept } from "./known";
import { replay } from "./queue";
import { keep, remove, type Change, type Kept } from "./store";

/** Whether a refused change could still be made, by somebody who knows what happened meanwhile. */
export function isStillPossible({ kind, path, refused }: Change): boolean {
  const record = refused?.record;
  if (!record) return false;
  return kind === "edit" ? record.may_edit : kind === "action" && (record.allowed_actions as string[]).includes(path.split("/").at(-1) ?? "");
}

/** Makes a refused change all the same, in the state that the refusal told. */
export async function insist({ refused, ...change }: Kept) {
  const record = refused?.record;
  if (record) await again({ ...change, seen: { version: record.version, basis: basisOf(record) } });
}

/** Sends it as it is once more, as when there is room for a file by now. */
export async function again({ refused: _, ...change }: Kept) {
  await keep(change);
  await changed();
  await replay();
}

/** Lets a file wait, or go on. */
export async function pauseFile({ file, ...change }: KeptFile, isPaused: boolean) {
  const { isPaused: _, ...known } = file;
  await keep({ ...change, file: { ...known, ...(isPaused && { isPaused }) } });
  await changed();
  if (!isPaused) void replay();
}

const isWith = (key: string) => ({ file }: Kept) => file?.after === key;

export async function discard(change: Kept) {
  if (change.kind === "file") await throwAway(change as KeptFile);
  else {
    for (const file of whatIsKept().filter(isWith(change.key))) await throwAway(file as KeptFile);
    await remove(change.seq);
  }
  await changed();
}

/** Takes back that a change was discarded: it waits again, in its place. */
export async function restore(change: Kept) {
  if (change.kind === "file") await bringBack(({ key }) => key === change.key);
  else {
    await bringBack(isWith(change.key));
    await keep(change);
  }
  await changed();
  void replay();
}

/** The words of a change are used elsewhere, and it is not made: the files that went with it go to its request by themselves. */
export async function freeFiles({ key, path }: Kept) {
  const request = path.split("/")[3];
  if (request === undefined) return;
  for (const { file, ...change } of whatIsKept().filter(isWith(key)) as KeptFile[]) {
    const { after: _, ...known } = file;
    await keep({ ...change, path: `/api/requests/${request}/attachments`, file: { ...known, request } });
  }
  await changed();
}
