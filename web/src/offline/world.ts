// A browser with several windows and a server behind a bad network, small enough to be driven through thousands of histories
// (interleavings.test.ts). The queue and its store are the real ones, on an IndexedDB in memory; each window has a copy of its own. A window
// that is killed stops at the next thing it waits for, whatever that is, and its locks go on to the next.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";
import type * as Files from "./files";
import type * as Store from "./store";
import { Locks, alive, breathe, inWindow, never, type Window } from "./windows";

export type Person = "ana" | "budi";
export type Network = "fine" | "down" | "answers are lost" | "hangs before" | "hangs after";

const realTimeout = globalThis.setTimeout;

export class World {
  network: Network = "fine";
  /** Who the cookie is of, and who the app says is signed in: the second follows a moment later. */
  cookie: Person | null = "ana";
  profile: Person | null = "ana";
  /** What the server carried out: by whom, and under which key of whom; a file has a name, and the number of its comment. */
  readonly done: { by: Person; key: string; name?: string; comment?: number }[] = [];
  readonly windows: Window[] = [];
  /** Words that are still in a draft. */
  readonly drafts = new Map<string, Person>();
  readonly written: { key: string; author: Person; at: Window; hasFile?: true }[] = [];
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
    vi.stubGlobal("fetch", (path: string, init: { headers: Record<string, string> }) => alive(() => this.serve(path, init.headers)));
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

  private async serve(path: string, headers: Record<string, string>): Promise<Response> {
    const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });
    const { network } = this;
    if (network === "hangs before") return never;
    if (network === "down") throw new TypeError("no network");
    if (this.cookie === null) return answer(401, { status: 401, code: "unauthenticated", detail: "" });
    if (headers["x-cepatedge"] !== this.cookie) return answer(409, { status: 409, code: "other_user", detail: "" });
    const [by, key] = [this.cookie, headers["idempotency-key"]!];
    const { searchParams } = new URL(path, "http://localhost");
    const name = searchParams.get("filename");
    const isThis = (one: { by: Person; key: string }) => one.by === by && one.key === key;
    if (!this.done.some(isThis)) this.done.push({ by, key, ...(name !== null && { name, comment: Number(searchParams.get("comment")) }) });
    if (network === "hangs after") return never;
    if (network === "answers are lost") throw new TypeError("lost");
    return answer(200, { id: key, seq: this.done.findIndex(isThis) });
  }

  async open(): Promise<Window> {
    const window = { isDead: false, stop: undefined } as unknown as Window;
    vi.resetModules();
    vi.doMock("./store", async (original) => {
      const store = (await original()) as typeof Store;
      return { ...store, all: () => alive(store.all), keep: (change: Store.Kept) => alive(() => store.keep(change)), remove: (seq: number) => alive(() => store.remove(seq)) };
    });
    vi.doMock("./files", async (original) => {
      const files = (await original()) as typeof Files;
      return {
        ...files,
        allFiles: () => alive(files.allFiles),
        addFile: (change: Files.FileChange, bytes: Files.Bytes) => alive(() => files.addFile(change, bytes)),
        keepFile: (change: Files.KeptFile) => alive(() => files.keepFile(change)),
      };
    });
    // The bytes themselves go by another way than the rest; here it is the same.
    vi.doMock("@/resources/file/sendFile", () => ({
      sendFile: async ({ user, key, path, what, file }: Files.KeptFile) => {
        const { write } = await import("@/api/client");
        return write(user, "POST", `${path}?filename=${encodeURIComponent(what)}&comment=${file.comment}`, {}, { "idempotency-key": key });
      },
    }));
    [window.queue, window.drafted, window.files] = await inWindow.run(window, () => Promise.all([import("./queue"), import("@/resources/file/drafted"), import("./files")]));
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
    this.locks.releaseAll(window);
  }

  /** Somebody sends what they wrote, under the key of their draft. */
  write(window: Window, key: string) {
    const author = this.profile;
    if (author === null) return;
    this.drafts.set(key, author);
    this.written.push({ key, author, at: window });
    this.send(window, key, author);
  }

  /** Somebody puts a file to what they write, and sends both. What they had not finished when the window was killed is not written. */
  writeWithFile(window: Window, key: string) {
    const author = this.profile;
    if (author === null) return;
    void inWindow.run(window, async () => {
      await window.drafted.choose(author, `draft of ${key}`, { name: `file of ${key}`, bytes: new Blob([key]) });
      if (window.isDead) return;
      this.drafts.set(key, author);
      this.written.push({ key, author, at: window, hasFile: true });
      this.send(window, key, author);
    });
  }

  /** The files of a draft are released before its words are kept; a page that goes on with the draft finds them either way. */
  send(window: Window, key: string, user: Person) {
    const change = { key, user, kind: "comment", what: key, path: "/api/requests/r/comments", body: { body: key } } as const;
    const release = async () => {
      const isOf = ({ file }: Files.KeptFile) => file.draft === `draft of ${key}` || file.after === key;
      await window.drafted.release((await window.files.allFiles()).filter(isOf), { after: key });
    };
    const hasFile = this.written.some((one) => one.key === key && one.hasFile);
    inWindow.run(window, () => window.queue.send(change, () => void (window.isDead || this.drafts.delete(key)), hasFile ? release : undefined).catch(() => undefined));
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
