// A browser with several windows and a server behind a bad network, small enough to be driven through thousands of histories
// (interleavings.test.ts). The queue and its store are the real ones, on an IndexedDB in memory; each window has a copy of its own. A window
// that is killed stops at the next thing it waits for, whatever that is, and its locks go on to the next.
import { AsyncLocalStorage } from "node:async_hooks";
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";
import type * as Queue from "./queue";
import type * as Store from "./store";

export type Person = "ana" | "budi";
export type Network = "fine" | "down" | "answers are lost" | "hangs before" | "hangs after";

interface Window { isDead: boolean; queue: typeof Queue; stop: (() => void) | undefined }

const never = new Promise<never>(() => undefined);
const inWindow = new AsyncLocalStorage<Window>();
const realTimeout = globalThis.setTimeout;
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What runs in a window that is killed goes no further. */
async function alive<T>(work: () => Promise<T>): Promise<T> {
  const window = inWindow.getStore();
  await breathe();
  if (window?.isDead) return never;
  const result = await work();
  await breathe();
  return window?.isDead ? never : result;
}

class Locks {
  private holder: Window | undefined;
  private readonly waiting: { window: Window; go: () => void }[] = [];
  async request(_name: string, work: () => Promise<unknown>) {
    const window = inWindow.getStore()!;
    if (this.holder) await new Promise<void>((go) => this.waiting.push({ window, go }));
    else this.holder = window;
    try {
      return await work();
    } finally {
      this.release(window);
    }
  }
  release(window: Window) {
    if (this.holder !== window) return;
    let next = this.waiting.shift();
    while (next?.window.isDead) next = this.waiting.shift();
    this.holder = next?.window;
    next?.go();
  }
}

export class World {
  network: Network = "fine";
  /** Who the cookie is of, and who the app says is signed in: the second follows a moment later. */
  cookie: Person | null = "ana";
  profile: Person | null = "ana";
  /** What the server carried out: by whom, and under which key of whom. */
  readonly done: { by: Person; key: string }[] = [];
  readonly windows: Window[] = [];
  /** Words that are still in a draft. */
  readonly drafts = new Map<string, Person>();
  readonly written: { key: string; author: Person; at: Window }[] = [];
  private readonly locks = new Locks();
  private readonly channels: { window: Window; hear: (event: { data: unknown }) => void }[] = [];

  constructor() {
    const world = this;
    vi.stubGlobal("indexedDB", new IDBFactory());
    vi.stubGlobal("location", { origin: "http://localhost" });
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("removeEventListener", () => undefined);
    vi.stubGlobal("navigator", { locks: this.locks });
    vi.stubGlobal("setInterval", () => 0);
    // Nobody lives long enough here to lose patience.
    vi.stubGlobal("setTimeout", (work: () => void, ms = 0) => (ms >= 1_000 ? 0 : realTimeout(work, ms)));
    vi.stubGlobal("fetch", (_path: string, init: { headers: Record<string, string> }) => alive(() => this.serve(init.headers)));
    vi.stubGlobal("BroadcastChannel", class {
      private readonly window = inWindow.getStore()!;
      addEventListener(_type: string, hear: (event: { data: unknown }) => void) {
        world.channels.push({ window: this.window, hear });
      }
      postMessage(data: unknown) {
        const others = world.channels.filter(({ window }) => window !== this.window);
        for (const { window, hear } of others) setImmediate(() => window.isDead || inWindow.run(window, () => hear({ data: structuredClone(data) })));
      }
    });
  }

  private async serve(headers: Record<string, string>): Promise<Response> {
    const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });
    const { network } = this;
    if (network === "hangs before") return never;
    if (network === "down") throw new TypeError("no network");
    if (this.cookie === null) return answer(401, { status: 401, code: "unauthenticated", detail: "" });
    if (headers["x-cepatedge"] !== this.cookie) return answer(409, { status: 409, code: "other_user", detail: "" });
    const [by, key] = [this.cookie, headers["idempotency-key"]!];
    if (!this.done.some((one) => one.by === by && one.key === key)) this.done.push({ by, key });
    if (network === "hangs after") return never;
    if (network === "answers are lost") throw new TypeError("lost");
    return answer(200, { seq: this.done.length });
  }

  async open(): Promise<Window> {
    const window = { isDead: false, stop: undefined } as unknown as Window;
    vi.resetModules();
    vi.doMock("./store", async (original) => {
      const store = (await original()) as typeof Store;
      return { all: () => alive(store.all), keep: (change: Store.Kept) => alive(() => store.keep(change)), remove: (seq: number) => alive(() => store.remove(seq)) };
    });
    window.queue = await inWindow.run(window, () => import("./queue"));
    this.windows.push(window);
    this.attend(window);
    return window;
  }

  /** The app of this window works for whoever is signed in as far as it knows. */
  private attend(window: Window) {
    window.stop?.();
    const me = this.profile;
    window.stop = me === null ? undefined : inWindow.run(window, () => window.queue.keepSending(me, () => this.profile === me));
  }

  kill(window: Window) {
    window.isDead = true;
    this.windows.splice(this.windows.indexOf(window), 1);
    this.locks.release(window);
  }

  /** Somebody sends what they wrote, under the key of their draft. */
  write(window: Window, key: string) {
    const author = this.profile;
    if (author === null) return;
    this.drafts.set(key, author);
    this.written.push({ key, author, at: window });
    this.send(window, key, author);
  }

  send(window: Window, key: string, user: Person) {
    const change = { key, user, kind: "comment", what: key, path: "/api/requests/r/comments", body: { body: key } } as const;
    inWindow.run(window, () => window.queue.send(change, () => void (window.isDead || this.drafts.delete(key))).catch(() => undefined));
  }

  replay(window: Window) {
    void inWindow.run(window, () => window.queue.replay()).catch(() => undefined);
  }

  /** From one window; the others hear of it a moment later. */
  async becomes(person: Person | null, window: Window) {
    this.cookie = person;
    await breathe();
    await breathe();
    this.profile = person;
    this.attend(window);
    for (const other of [...this.windows].filter((other) => other !== window)) {
      await breathe();
      this.attend(other);
    }
  }

  async kept(window: Window): Promise<Store.Kept[]> {
    return inWindow.run(window, async () => (await import("./store")).all());
  }
}
