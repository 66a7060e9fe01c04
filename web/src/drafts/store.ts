// What somebody has begun to write, kept on this device with each key that is pressed, until it is sent or thrown away. Each
// window writes a draft of its own: a window that is open holds a lock by its name, so another one that comes to the same place
// takes up the newest draft that nobody has open, or begins a new one. server.ts keeps them for the person's other devices.
//
// The idempotency key stays with a draft: a page that is reloaded while its words are on the way, and sends them again, means
// the same request.

/** Stored: fields are added, never renamed. */
export interface Draft {
  id: string;
  /** Where it is written: `new`, or what is written about which request: `comment:<id>`. */
  scope: string;
  /** The idempotency key of the words, once they are sent. */
  key: string;
  /** The body that was sent under the key, once one was. */
  sent?: string;
  values: Record<string, unknown>;
  /** When it was changed last, in milliseconds of this device. */
  at: number;
  /** The window that has it open; empty when none has. */
  window: string;
  /** The `at` that the server has; 0 where it may have one of before. */
  synced?: number;
}

/** This window, until it is reloaded. */
const WINDOW = crypto.randomUUID();
const lockOf = (window: string) => `window-${window}`;
const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
void locks?.request(lockOf(WINDOW), () => new Promise(() => undefined));

/** Where a browser has no locks, a window that has written lately counts as open. */
const LATELY_MS = 60_000;

async function openElsewhere(): Promise<(draft: Draft) => boolean> {
  if (!locks) return ({ at, window }) => window !== "" && window !== WINDOW && Date.now() - at < LATELY_MS;
  const { held = [] } = await locks.query();
  const names = new Set(held.map(({ name }) => name));
  return ({ window }) => window !== WINDOW && names.has(lockOf(window));
}

const nameOf = (user: string, id: string) => `draft:${user}:${id}`;

function parsed(text: string | null): Draft[] {
  try {
    const draft = JSON.parse(text ?? "") as Draft;
    return typeof draft.scope === "string" && typeof draft.values === "object" ? [draft] : [];
  } catch {
    return [];
  }
}

/** Every draft of this person on this device, the one that was changed last first. */
export function allDrafts(user: string): Draft[] {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(nameOf(user, "")));
  return names.flatMap((name) => parsed(localStorage.getItem(name))).sort((a, b) => b.at - a.at);
}

/** The draft as it is kept on this device now. */
export const kept = (user: string, id: string): Draft | undefined => parsed(localStorage.getItem(nameOf(user, id)))[0];

type PullListener = (user: string, gone: readonly string[]) => void;
const pullListeners = new Set<PullListener>();
/** Tells whenever what other devices wrote has come to this one, and which drafts they sent or threw away. */
export const onPulled = (listener: PullListener) => {
  pullListeners.add(listener);
  return () => void pullListeners.delete(listener);
};
export const pulled: PullListener = (user, gone) => pullListeners.forEach((listener) => listener(user, gone));

type Listener = (user: string, draft: Draft, isGone: boolean) => void;
const listeners = new Set<Listener>();
/** Tells of each draft that was written or removed here. */
export const onDraft = (listener: Listener) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function keepDraft(user: string, draft: Draft) {
  try {
    localStorage.setItem(nameOf(user, draft.id), JSON.stringify(draft));
  } catch {
    // A device that is full keeps the words on the page alone.
  }
}

export const removeDraft = (user: string, id: string) => localStorage.removeItem(nameOf(user, id));

const goneName = (user: string) => `drafts-gone:${user}`;
/** Those that were sent or thrown away here, until the server knows (server.ts). */
export const goneOf = (user: string) => JSON.parse(localStorage.getItem(goneName(user)) ?? "[]") as string[];
export const keepGone = (user: string, ids: readonly string[]) => localStorage.setItem(goneName(user), JSON.stringify(ids));

/** Its words were sent, or thrown away. */
export function forgetDraft(user: string, draft: Draft) {
  const synced = kept(user, draft.id)?.synced ?? draft.synced;
  removeDraft(user, draft.id);
  // Kept here, whether or not the page has begun to tell the server: else it would come back from there.
  if (synced !== undefined) keepGone(user, [...goneOf(user), draft.id]);
  listeners.forEach((listener) => listener(user, { ...draft, synced }, true));
}

/** Drafts of this window that are being sent: nothing is written in them any more. Whoever reloads finds them again. */
const going = new Set<string>();

/** Its words are being sent. It is kept until something else has them. */
export function onItsWay(user: string, draft: Draft): Draft {
  going.add(draft.id);
  return keepOn(user, draft);
}

/** Keeps a draft that a window has in hand: whether the server has it is known by what is kept, also since the last key that was pressed. */
export function keepOn(user: string, draft: Draft): Draft {
  const synced = kept(user, draft.id)?.synced ?? draft.synced;
  const on = { ...draft, ...(synced !== undefined && { synced }) };
  keepDraft(user, on);
  return on;
}

/** Forgets the draft whose words were sent under this key; one that was begun since stays. */
export const forgetSent = (user: string, key: string) =>
  allDrafts(user).filter((draft) => draft.key === key && draft.sent !== undefined).forEach((draft) => forgetDraft(user, draft));

export const blankDraft = (scope: string): Draft => ({ id: crypto.randomUUID(), scope, key: crypto.randomUUID(), values: {}, at: Date.now(), window: WINDOW });

/** The draft that this window had open before it was reloaded. A window that was copied from it says the same, but finds it open. */
const rememberedAs = (scope: string) => `draft:${scope}`;

/** What a release before 2026-12 kept: one report a person, at first as its values alone. */
function takeOverEarlier(user: string) {
  const name = `draft-${user}`;
  const kept = JSON.parse(localStorage.getItem(name) ?? "null") as Partial<Draft> | null;
  if (kept === null) return;
  const { key, sent } = kept;
  keepDraft(user, { ...blankDraft("new"), ...(key && { key, sent }), values: kept.values ?? (kept as Draft["values"]), window: "" });
  localStorage.removeItem(name);
}

/** The page that a reload replaces may hold its lock for a moment longer. */
const RELOAD_MS = [0, 50, 150, 400];

/** Takes up a draft that was begun at this place and that no other window has open; `undefined` where there is none. */
export async function takeUp(user: string, scope: string): Promise<Draft | undefined> {
  takeOverEarlier(user);
  for (const wait of RELOAD_MS) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const isElsewhere = await openElsewhere();
    const here = allDrafts(user).filter((draft) => draft.scope === scope && !going.has(draft.id));
    const own = here.find(({ id }) => id === sessionStorage.getItem(rememberedAs(scope)));
    if (own && isElsewhere(own)) continue;
    const found = own ?? here.find((draft) => !isElsewhere(draft));
    if (found === undefined) return undefined;
    const taken = { ...found, window: WINDOW };
    keepDraft(user, taken);
    sessionStorage.setItem(rememberedAs(scope), taken.id);
    return taken;
  }
  return undefined;
}

/** Keeps what was written; what is blank again is not kept. */
export function write(user: string, draft: Draft, values: Record<string, unknown>, isBlank: boolean): Draft {
  // What was pushed meanwhile is known by what is kept.
  const synced = kept(user, draft.id)?.synced ?? draft.synced;
  const written = { ...draft, values, at: Date.now(), window: WINDOW, ...(synced !== undefined && { synced }) };
  if (isBlank) removeDraft(user, draft.id);
  else keepDraft(user, written);
  sessionStorage.setItem(rememberedAs(draft.scope), draft.id);
  listeners.forEach((listener) => listener(user, written, isBlank));
  return written;
}

/** This window no longer shows it: another one may take it up. */
export function release(user: string, { id }: Draft) {
  const draft = kept(user, id);
  if (draft?.window === WINDOW) keepDraft(user, { ...draft, window: "" });
}

/** The draft about to be sent as `body`: under its key, unless another body was sent under that. */
export function sealed(draft: Draft, body: unknown): Draft {
  const text = JSON.stringify(body);
  const isOther = draft.sent !== undefined && draft.sent !== text;
  return { ...draft, key: isOther ? crypto.randomUUID() : draft.key, sent: text };
}
