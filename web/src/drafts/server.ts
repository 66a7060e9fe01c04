// Drafts on the server: what was begun on the phone is there on the desk. The device is first: each draft is written here, and
// pushed when the typing rests; what other devices wrote is pulled when a page is looked at again. A draft that has not changed
// here since it was pushed follows the server, also in going; one that has changed is pushed, and the last writer is kept.
import { api, dataOf } from "@/api/client";
import { allDrafts, goneOf, keepDraft, keepGone, kept, onDraft, pulled, removeDraft, type Draft } from "./store";

/** So long the typing rests before a draft is pushed. */
const REST_MS = 1_500;
/** What is pulled again so soon has not changed. */
const FRESH_MS = 5_000;

/** The server forgets what is more than this, and what nobody touched for 30 days, in milliseconds (src/domain/user/draft.rs). */
const MOST = 100;
const TOLD_MS = 29 * 24 * 3_600_000;

/** So long an answer may be on its way, in milliseconds, that was made before a draft went. */
const ON_ITS_WAY_MS = 60_000;
const leftName = (user: string) => `drafts-left:${user}`;
/** Those that the server was told of lately, from any window: what another window asked for before may name them still. */
function leftOf(user: string): Record<string, number> {
  const left = JSON.parse(localStorage.getItem(leftName(user)) ?? "{}") as Record<string, number>;
  return Object.fromEntries(Object.entries(left).filter(([, at]) => Date.now() - at < ON_ITS_WAY_MS));
}

/** What other devices need of a draft besides where and when it was written. */
const bodyOf = ({ key, sent, values }: Draft) => JSON.stringify({ key, sent, values });

async function push(user: string, id: string) {
  const draft = kept(user, id);
  if (draft === undefined || draft.at === draft.synced) return;
  // From here on the server may have it, whether or not its answer comes.
  keepDraft(user, { ...draft, synced: draft.synced ?? 0 });
  const body = { scope: draft.scope, body: bodyOf(draft), updated_at: new Date(draft.at).toISOString() };
  await api.PUT("/api/me/drafts/{id}", { params: { path: { id } }, body, keepalive: true });
  const now = kept(user, id);
  if (now) keepDraft(user, { ...now, synced: draft.at });
}

/** Those that were sent or thrown away here, until the server knows. */
async function pushGone(user: string) {
  for (const id of goneOf(user)) {
    await api.DELETE("/api/me/drafts/{id}", { params: { path: { id } }, keepalive: true });
    localStorage.setItem(leftName(user), JSON.stringify({ ...leftOf(user), [id]: Date.now() }));
    keepGone(user, goneOf(user).filter((other) => other !== id));
  }
}

function received(body: string): Pick<Draft, "key" | "sent" | "values"> | undefined {
  try {
    const { key, sent, values } = JSON.parse(body) as Draft;
    return typeof key === "string" && typeof values === "object" ? { key, sent, values } : undefined;
  } catch {
    return undefined;
  }
}

async function pull(user: string) {
  const { items } = await dataOf(api.GET("/api/me/drafts"));
  const gone = [...goneOf(user), ...Object.keys(leftOf(user))];
  for (const { id, scope, body, updated_at } of items) {
    const [mine, theirs, at] = [kept(user, id), received(body), Date.parse(updated_at)];
    const isClean = mine === undefined || (mine.at === mine.synced && at > mine.at);
    if (theirs && isClean && !gone.includes(id)) keepDraft(user, { id, scope, ...theirs, at, synced: at, window: mine?.window ?? "" });
  }
  // What is missing there was sent or thrown away elsewhere. What may be missing for another reason stays here.
  const there = new Set(items.map(({ id }) => id));
  const isTold = (at: number) => items.length < MOST && Date.now() - at < TOLD_MS;
  const left = allDrafts(user).filter(({ id, at, synced }) => at === synced && !there.has(id) && isTold(at)).map(({ id }) => id);
  left.forEach((id) => removeDraft(user, id));
  pulled(user, left);
}

let last: Promise<unknown> = Promise.resolve();
/** One behind the other: what was thrown away must not overtake what was written before. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

/** Pushes everything that the server does not have. Rejects where it cannot. */
export const pushAll = (user: string) =>
  inTurn(async () => {
    await pushGone(user);
    for (const { id } of allDrafts(user)) await push(user, id);
  });

/** What the server has of this person's drafts leaves this device with them; what it does not have stays. */
export const leaveDrafts = (user: string) => allDrafts(user).filter(({ at, synced }) => at === synced).forEach(({ id }) => removeDraft(user, id));

/** Keeps this person's drafts here and on the server the same, as long as they are signed in. */
export function syncDrafts(user: string): () => void {
  let resting: ReturnType<typeof setTimeout> | undefined;
  let pulledAt = -FRESH_MS;
  const attempt = () => {
    clearTimeout(resting);
    resting = undefined;
    void pushAll(user).catch(() => undefined);
  };
  const look = () => {
    if (document.visibilityState === "hidden") return attempt();
    if (performance.now() - pulledAt < FRESH_MS) return;
    pulledAt = performance.now();
    void pushAll(user).then(() => inTurn(() => pull(user))).catch(() => undefined);
  };
  const stop = onDraft((of, _draft, isGone) => {
    if (of !== user) return;
    clearTimeout(resting);
    resting = setTimeout(attempt, isGone ? 0 : REST_MS);
  });
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  addEventListener("online", look);
  look();
  return () => {
    stop();
    clearTimeout(resting);
    document.removeEventListener("visibilitychange", look);
    removeEventListener("focus", look);
    removeEventListener("online", look);
  };
}
