// Every write of a report, a comment, an edit or an action goes through this queue. It is kept (store.ts), with its
// idempotency key, before it is sent, and removed once it is answered. So a page that is reloaded, closed or killed in
// between sends it again, and the server knows it by its key and carries it out once.
//
// One window sends at a time, one change after the other, in the order in which they were made. Files go one after the other as
// well, but beside the rest: nobody's words wait for a video. A file goes when the report or the comment that it belongs to has been
// answered. Whoever made a change may sit in another window than the one that sends it: the outcome is told to all of them.
import { etag, write } from "@/api/client";
import { ApiError, isCode, isPassing } from "@/api/problem";
import { isSameBasis } from "@/resources/request/basis";
import type { KeptFile } from "./files";
import { QUIET_MS, Stopped, changed, onHeard, refresh, tellOthers, whatIsKept, type Outcome } from "./known";
import { LANES, isBefore, type Lane } from "./lanes";
import { keep, remove, type Change, type Kept } from "./store";

export { useQueue } from "./known";
export type { Change, Kept } from "./store";

// --- who is told -------------------------------------------------------------------------------------------------------

/** Those in this window who made a change and wait for what comes of it, by its key. */
const waiting = new Map<string, (outcome: Outcome) => void>();

function tell(key: string, outcome: Outcome): boolean {
  const waiter = waiting.get(key);
  waiting.delete(key);
  waiter?.(outcome);
  return waiter !== undefined;
}

/** A refusal of what was made here is shown here, and no longer kept. */
onHeard((key, outcome) => {
  const refused = tell(key, outcome) && whatIsKept().find((change) => change.key === key && change.refused);
  if (refused) void remove(refused.seq).then(changed);
});

const sentListeners = new Set<(change: Change) => void>();
/** Tells of each change that was carried out when nobody in this window waited for it any more. */
export const onSent = (listener: (change: Change) => void) => {
  sentListeners.add(listener);
  return () => void sentListeners.delete(listener);
};

/** What this person has waiting to be sent. */
export const whatWaits = (user: string) => whatIsKept().filter((change) => change.user === user && !change.refused);

// --- sending -----------------------------------------------------------------------------------------------------------

let keeping: Promise<unknown> = Promise.resolve();
/** Keeps what is made in this window in the order in which it was made, also where something has to be done first. */
function keepInTurn(change: Change & { seq?: number }, first?: () => Promise<unknown>): Promise<boolean> {
  const turn = keeping.then(() => first?.()).then(() => keep(change));
  keeping = turn.catch(() => undefined);
  return turn;
}

/**
 * Keeps a change, calls `onKept` when it outlives this page (or is answered), and sends it behind those that wait already. Before it is
 * kept, `first` is done, as the release of the files that go with it.
 * Resolves to the server's answer, or to `queued` when that takes long or comes later; a refusal is thrown, and the change is
 * then kept no longer. The same key again is the same change.
 */
export async function send(change: Change, onKept?: () => void, first?: () => Promise<unknown>): Promise<{ answer: unknown } | "queued"> {
  const outcome = new Promise<Outcome>((resolve) => waiting.set(change.key, resolve));
  const earlier = whatIsKept().find(({ key }) => key === change.key);
  const isKept = await keepInTurn({ at: Date.now(), ...change, quietUntil: Date.now() + QUIET_MS, ...(earlier && { seq: earlier.seq }) }, first);
  if (isKept) onKept?.();
  void changed();
  void replay();
  // Nobody waits at a button for longer than that: what is refused later is told where it was made.
  const patience = setTimeout(() => tell(change.key, "queued"), QUIET_MS);
  const came = await outcome;
  clearTimeout(patience);
  if (came !== "queued" && "refused" in came) throw new ApiError(came.refused);
  if (!isKept && came !== "queued") onKept?.();
  return came;
}

let sender: { user: string; isStill: () => boolean } | null = null;
/** Whether it is this person's turn: not, when another one has signed in through another window. */
const mayBeSent = (change: Kept) => change.user === sender?.user && sender.isStill() && !change.refused;

/** Sends what waits in a lane, in order, one window at a time; stops at the first that does not get through. */
const sendAll = (lane: Lane) =>
  inTurn(lane, async () => {
    for (;;) {
      const next = (await refresh()).find((change) => LANES[lane](change) && mayBeSent(change));
      if (next === undefined) return;
      // A picture of the finished work may be what its end needs.
      if (lane === "changes" && whatIsKept().some((file) => isBefore(file, next))) {
        await sendAll("files");
        if (whatIsKept().some((file) => isBefore(file, next))) return pause(lane);
      }
      if (!(await attempt(next))) return pause(lane);
    }
  });

/** Sends what waits. */
export async function replay() {
  await sendAll("changes");
  await sendAll("files");
}

/** Whether a change was answered, with a yes or a no, or was given up. */
async function attempt(change: Kept): Promise<boolean> {
  const { key, seq } = change;
  const came = await perform(change).then((answer) => ({ answer }), (error: unknown) => ({ error }));
  if ("answer" in came) {
    const hasFiles = await letGo(change, came.answer);
    await remove(seq);
    if (!tell(key, came)) sentListeners.forEach((listener) => listener(change));
    tellOthers(key, came);
    await changed();
    if (hasFiles) void sendAll("files");
    return true;
  }
  const { error } = came;
  if (error instanceof Stopped) return true;
  if (isPassing(error) || isCode(error, "unauthenticated", "other_user") || !(error instanceof ApiError)) {
    // Whoever is signed out is told so, and the change is kept until they are back. Whoever tried too often is told as well.
    if (isCode(error, "unauthenticated")) tell(key, { refused: error.problem });
    if (isCode(error, "too_many_attempts") && tell(key, { refused: error.problem })) await remove(seq);
    return false;
  }
  const refused = error.problem;
  if (tell(key, { refused })) await remove(seq);
  else {
    await keep({ ...change, refused });
    tellOthers(key, { refused });
  }
  await changed();
  return true;
}

/** What was answered has its place: from now on the files that go with it know theirs. Whether there are any. */
async function letGo({ key, kind, path }: Change, answer: unknown): Promise<boolean> {
  const files = kind === "file" ? [] : whatIsKept().filter(({ file }) => file?.after === key);
  for (const { file, ...rest } of files as KeptFile[]) {
    const { after: _, ...known } = file;
    const place = kind === "create" ? { request: (answer as { id: string }).id } : { request: path.split("/")[3]!, comment: (answer as { seq: number }).seq };
    await keep({ ...rest, path: `/api/requests/${place.request}/attachments`, file: { ...known, ...place } });
  }
  return files.length > 0;
}

/** What is left is sent later, and is called waiting from now on: first where it shows, then to whoever waits for its answer. */
async function pause(lane: Lane) {
  await refresh();
  const left = sender ? whatWaits(sender.user).filter(LANES[lane]) : [];
  for (const { quietUntil, ...change } of left) if (quietUntil !== undefined) await keep(change);
  await changed();
  for (const { key } of left) tell(key, "queued");
}

/** A change counts in the state that was on the screen, or in a later one in which the decision rests on the same. */
async function perform(change: Kept): Promise<unknown> {
  if (change.kind === "file") return (await import("@/resources/file/sendFile")).sendFile(change as KeptFile);
  const attempt = (version?: number) =>
    write(change.user, change.method ?? "POST", change.path, change.body, { "idempotency-key": change.key, ...(version !== undefined && { "if-match": etag(version) }) });
  try {
    return await attempt(change.seen?.version);
  } catch (error) {
    const now = isCode(error, "stale") ? error.problem.record : null;
    const basis = change.seen?.basis ?? change.seen?.matter;
    if (!now || !basis || !isSameBasis(basis, now)) throw error;
    return attempt(now.version);
  }
}

/** The name that releases before 2026-12 know is that of the changes. */
const LOCKS = { changes: "queue", files: "queue-files" };
const last: { [lane in Lane]?: Promise<unknown> } = {};
/** One after the other: in all windows where the browser has locks, otherwise in this one. */
async function inTurn(lane: Lane, work: () => Promise<void>): Promise<void> {
  if (navigator.locks) return await navigator.locks.request(LOCKS[lane], work);
  const turn = Promise.resolve(last[lane]).then(work);
  last[lane] = turn.catch(() => undefined);
  return turn;
}

/** From now on what this person has waiting is sent as soon as it can be, while `isStill` says that they are signed in here. */
export function keepSending(user: string, isStill = () => true): () => void {
  sender = { user, isStill };
  const attempt = () => void replay();
  attempt();
  addEventListener("online", attempt);
  const timer = setInterval(() => whatIsKept().length > 0 && attempt(), 10_000);
  return () => {
    sender = null;
    removeEventListener("online", attempt);
    clearInterval(timer);
  };
}
