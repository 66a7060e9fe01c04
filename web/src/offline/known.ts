// What is kept (store.ts), as this window knows it: what it shows as waiting, and the word to and from the other windows.
import { useSyncExternalStore } from "react";
import type { Problem } from "@/api/problem";
import { all, type Kept } from "./store";

/** So long a change may be on its way before it is shown as one that waits. */
export const QUIET_MS = 2_000;

/** A file is not sent on: somebody threw it away, or wants it to wait. */
export class Stopped extends Error {}

/** What came of a change: the server's answer, its refusal, or that it is sent later. */
export type Outcome = { answer: unknown } | { refused: Problem } | "queued";

let known: Kept[] = [];
let shown: Kept[] = [];
let unveil: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Everything that is kept, of all persons, in the order in which it was made. */
export const whatIsKept = () => known;

/** Tells the page what waits, and again when the first that is still quiet no longer is. */
function show() {
  const now = Date.now();
  const isQuiet = ({ refused, quietUntil = 0 }: Kept) => !refused && quietUntil > now;
  const waiting = known.filter((change) => !isQuiet(change));
  if (waiting.length > 0 || shown.length > 0) shown = waiting;
  clearTimeout(unveil);
  const ends = known.filter(isQuiet).map(({ quietUntil = 0 }) => quietUntil);
  if (ends.length > 0) unveil = setTimeout(show, Math.min(...ends) - now + 1);
  listeners.forEach((listener) => listener());
}

export async function refresh(): Promise<Kept[]> {
  known = await all();
  show();
  return known;
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Everything that is kept as it changes, also what is still quiet. */
export const useAllKept = () => useSyncExternalStore(subscribe, whatIsKept);

/** Runs at each change of what is kept, until it is told not to any more. */
export const onKept = subscribe;

const views = new Map<string, { of: Kept[]; mine: Kept[] }>();
/** What this person has waiting. */
export function useQueue(user: string): Kept[] {
  return useSyncExternalStore(subscribe, () => {
    const view = views.get(user);
    if (view?.of === shown) return view.mine;
    const mine = shown.filter((change) => change.user === user);
    views.set(user, { of: shown, mine });
    return mine;
  });
}

/** From window to window: that something changed, or what came of the change with this key. */
interface Message { key?: string; outcome?: Outcome }
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("queue");

/** After each change of what is kept. */
export async function changed() {
  await refresh();
  channel?.postMessage({} satisfies Message);
}

export const tellOthers = (key: string, outcome: Outcome) => channel?.postMessage({ key, outcome } satisfies Message);

/** Hears what came of changes that another window sent. */
export function onHeard(hear: (key: string, outcome: Outcome) => void) {
  channel?.addEventListener("message", async ({ data: { key, outcome } }: MessageEvent<Message>) => {
    await refresh();
    if (key !== undefined && outcome !== undefined) hear(key, outcome);
  });
}
