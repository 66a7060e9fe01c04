// The windows of the browser of world.ts: what runs in one goes no further once it is killed, and its locks go on to the next.
import { AsyncLocalStorage } from "node:async_hooks";
import type * as Drafted from "@/resources/file/drafted";
import type * as Files from "./files";
import type * as Queue from "./queue";

export interface Window { isDead: boolean; queue: typeof Queue; drafted: typeof Drafted; files: typeof Files; stop: (() => void) | undefined }

export const never = new Promise<never>(() => undefined);
export const inWindow = new AsyncLocalStorage<Window>();
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What runs in a window that is killed goes no further. */
export async function alive<T>(work: () => Promise<T>): Promise<T> {
  const window = inWindow.getStore();
  await breathe();
  if (window?.isDead) return never;
  const result = await work();
  await breathe();
  return window?.isDead ? never : result;
}

export class Locks {
  private readonly holders = new Map<string, Window>();
  private readonly waiting: { name: string; window: Window; go: () => void }[] = [];
  async request(name: string, work: () => Promise<unknown>) {
    const window = inWindow.getStore()!;
    if (this.holders.has(name)) await new Promise<void>((go) => this.waiting.push({ name, window, go }));
    else this.holders.set(name, window);
    try {
      return await work();
    } finally {
      this.release(name, window);
    }
  }
  releaseAll(window: Window) {
    for (const name of [...this.holders.keys()]) this.release(name, window);
  }
  private release(name: string, window: Window) {
    if (this.holders.get(name) !== window) return;
    this.holders.delete(name);
    const at = this.waiting.findIndex((one) => one.name === name && !one.window.isDead);
    const next = this.waiting[at];
    if (!next) return;
    this.waiting.splice(at, 1);
    this.holders.set(name, next.window);
    next.go();
  }
}
