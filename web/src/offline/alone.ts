// What the tests of the queue stand on that see it as one page alone does: there are no IndexedDB, no locks and no other windows here, as in a
// browser that gives none.
import { vi } from "vitest";
import type { Change } from "./store";

export interface Call { path: string; key: string; match: string | undefined }

/** The server: what it was asked, and what it answers. */
export const server: { calls: Call[]; answer: (call: Call) => Promise<Response> | Response } = { calls: [], answer: () => ok() };

export const ok = (body: unknown = {}) => new Response(JSON.stringify(body), { status: 200 });
export const problem = (status: number, code: string, more = {}) => new Response(JSON.stringify({ status, code, detail: "", ...more }), { status });
export const comment = (key: string, more: Partial<Change> = {}): Change => ({ key, user: "me", kind: "comment", what: key, path: `/api/requests/r/comments`, body: { body: key }, ...more });

/** Before each test: a page alone, with a server that takes everything. */
export function bePageAlone() {
  vi.stubGlobal("location", { origin: "http://localhost" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("BroadcastChannel", undefined);
  vi.stubGlobal("navigator", {});
  server.calls = [];
  server.answer = () => ok();
  vi.stubGlobal("fetch", async (path: string, { headers }: { headers: Record<string, string> }) => {
    const call = { path, key: headers["idempotency-key"]!, match: headers["if-match"] };
    server.calls.push(call);
    return server.answer(call);
  });
}

/** A queue that has just been loaded, and sends. */
export async function start() {
  vi.resetModules();
  const [queue, store] = await Promise.all([import("./queue"), import("./store")]);
  const stop = queue.keepSending("me");
  return { ...queue, ...store, stop };
}
