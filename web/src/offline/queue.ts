// Writes that could not be sent, kept in IndexedDB in the order in which they were made. Each carries the idempotency key
// of its first attempt, so one that did arrive, though its answer was lost, is not carried out again.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { useSyncExternalStore } from "react";
import { etag, post } from "@/api/client";
import { ApiError, isCode, isPassing, type Problem } from "@/api/problem";
import { isSameBasis, basisOf, type Basis } from "@/resources/request/basis";

export interface Change {
  seq?: number;
  /** The idempotency key. */
  key: string;
  user: string;
  kind: "create" | "comment" | "action";
  /** In the person's words: a title, a comment, an action. */
  what: string;
  path: string;
  body: unknown;
  /** For a step of a request: the version that was on the screen, and what it said. */
  seen?: { version: number; basis: Basis };
  /** The server's answer, once it refused: the change waits for a decision and lets the others pass. */
  refused?: Problem;
}

interface Schema extends DBSchema {
  changes: { key: number; value: Change };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;
const open = () =>
  (database ??= openDB<Schema>("cepatedge", 1, {
    upgrade: (db) => void db.createObjectStore("changes", { keyPath: "seq", autoIncrement: true }),
  }));

let known: Change[] = [];
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("queue");
channel?.addEventListener("message", () => void refresh());

async function refresh() {
  known = await (await open()).getAll("changes");
  listeners.forEach((listener) => listener());
}

async function changed() {
  await refresh();
  channel?.postMessage("changed");
}

const views = new Map<string, { of: Change[]; mine: Change[] }>();
/** What this person has waiting. */
export function useQueue(user: string): Change[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, () => {
    const view = views.get(user);
    if (view?.of === known) return view.mine;
    const mine = known.filter((change) => change.user === user);
    views.set(user, { of: known, mine });
    return mine;
  });
}

/** What the write said, or `queued` when it is kept for later. Behind one that waits, it waits too: order is kept. */
export async function send(change: Change): Promise<{ answer: unknown } | "queued"> {
  const waits = known.some((other) => other.user === change.user && !other.refused);
  if (!waits) {
    try {
      return { answer: await perform(change) };
    } catch (error) {
      if (!isPassing(error) || isCode(error, "too_many_attempts")) throw error;
    }
  }
  await (await open()).add("changes", change);
  await changed();
  void replay();
  return "queued";
}

/** A step is made in the state that was on the screen, or in a later one in which the basis is the same. */
async function perform(change: Change): Promise<unknown> {
  const attempt = (version?: number) => post(change.path, change.body, { "idempotency-key": change.key, ...(version !== undefined && { "if-match": etag(version) }) });
  try {
    return await attempt(change.seen?.version);
  } catch (error) {
    const now = isCode(error, "stale") ? error.problem.record : null;
    if (!now || !change.seen || !isSameBasis(change.seen.basis, now)) throw error;
    return attempt(now.version);
  }
}

/** Whether a refused step could still be made, by somebody who knows what changed. */
export const isStillPossible = ({ kind, path, refused }: Change) =>
  kind === "action" && (refused?.record?.allowed_actions as string[] | undefined)?.includes(path.split("/").at(-1) ?? "") === true;

/** Makes a refused step all the same, in the state that the refusal told. */
export async function insist(change: Change) {
  const { refused, ...again } = change;
  const record = refused?.record;
  if (!record) return;
  await (await open()).put("changes", { ...again, seen: { version: record.version, basis: basisOf(record) } });
  await changed();
  await replay();
}

export async function discard(change: Change) {
  await (await open()).delete("changes", change.seq!);
  await changed();
}

let user: string | null = null;
const sentListeners = new Set<(change: Change) => void>();
/** Tells of each change that was carried out later. */
export const onSent = (listener: (change: Change) => void) => {
  sentListeners.add(listener);
  return () => void sentListeners.delete(listener);
};

/** Sends what waits, in order, one window at a time; stops at the first that does not get through. */
export async function replay() {
  const work = async () => {
    await refresh();
    for (const change of known.filter((change) => change.user === user && !change.refused)) {
      try {
        await perform(change);
        await (await open()).delete("changes", change.seq!);
        sentListeners.forEach((listener) => listener(change));
      } catch (error) {
        const refused = error instanceof ApiError ? error.problem : null;
        if (refused === null || isPassing(error) || refused.code === "unauthenticated") break;
        await (await open()).put("changes", { ...change, refused });
      }
      await changed();
    }
  };
  await (navigator.locks ? navigator.locks.request("queue", work) : work());
}

/** From now on what this person has waiting is sent as soon as it can be. */
export function keepSending(person: string): () => void {
  user = person;
  const attempt = () => void replay();
  attempt();
  addEventListener("online", attempt);
  const timer = setInterval(() => known.length > 0 && attempt(), 10_000);
  return () => {
    user = null;
    removeEventListener("online", attempt);
    clearInterval(timer);
  };
}
