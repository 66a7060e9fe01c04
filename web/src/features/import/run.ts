// Brings in what was planned, and takes it back. Each row is an ordinary write of the API, under the same rules and with the same audit
// as one by hand; its idempotency key is the import's and the row's, so that a row which is sent again is made once.
import { api, dataOf, etag } from "@/api/client";
import { ApiError, isCode, isPassing } from "@/api/problem";
import type { Schema } from "@/api/types";
import type { Kind } from "@/sheet/columns";
import { people, requests, type Calls, type Made } from "./calls";
import { putCategories } from "./categories";
import { keepResult, keepRun, type Result, type Run } from "./kept";
import type { Item } from "./plans";

/** So many rows are on their way at once: changes of places and assets wait for each other at the server anyway. */
const AT_ONCE = 4;
/** While there is no answer, the next attempt waits up to so long, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** How the rows of one kind are made, changed and taken away. */
const CALLS: Record<Exclude<Kind, "categories">, Calls> = {
  requests,
  people,
  places: {
    make: (body, key) => dataOf(api.POST("/api/locations", { params: { header: { "Idempotency-Key": key } }, body: body as Schema<"PlaceBody"> })),
    change: (id, version, body) => dataOf(api.PATCH("/api/locations/{id}", { params: { path: { id }, header: { "If-Match": etag(version) } }, body: body as Schema<"PlaceBody"> })),
    remove: (id, version) => dataOf(api.DELETE("/api/locations/{id}", { params: { path: { id }, header: { "If-Match": etag(version) } } })),
  },
  assets: {
    make: (body, key) => dataOf(api.POST("/api/assets", { params: { header: { "Idempotency-Key": key } }, body: body as Schema<"AssetBody"> })),
    change: (id, version, body) => dataOf(api.PATCH("/api/assets/{id}", { params: { path: { id }, header: { "If-Match": etag(version) } }, body: body as Schema<"AssetBody"> })),
    remove: (id, version) => dataOf(api.DELETE("/api/assets/{id}", { params: { path: { id }, header: { "If-Match": etag(version) } } })),
  },
};

const rest = (ms: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });

/** Until there is an answer. Throws what the server refuses, and the signal's reason. */
async function answered<T>(call: () => Promise<T>, signal: AbortSignal, waits: (isWaiting: boolean) => void): Promise<T> {
  for (let wait = 1_000; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    try {
      const answer = await call();
      waits(false);
      return answer;
    } catch (error) {
      if (!isPassing(error)) throw error;
      waits(true);
      await rest(wait * (0.75 + Math.random() / 2), signal);
    }
  }
}

/** What no other attempt would mend: the session, not the row. */
const endsAll = (error: unknown) => !(error instanceof ApiError) || isCode(error, "unauthenticated", "forbidden", "reauthentication_required", "second_factor_required");

function failed(run: string, line: number, error: ApiError): Result {
  const [wrong] = error.problem.errors ?? [];
  return { run, line, outcome: "failed", code: wrong?.code ?? error.problem.code, field: wrong?.field, detail: wrong?.detail ?? error.problem.detail };
}

/** Whether what there is has already what a change wants: it was made, and its answer was lost. */
function hasAll(record: unknown, body: Record<string, unknown>): boolean {
  const now = record as Record<string, unknown> | null | undefined;
  const of = (field: string) => (field.endsWith("_id") ? (now?.[field] ?? (now?.[field.slice(0, -3)] as { id?: string } | null)?.id ?? "") : (now?.[field] ?? ""));
  return now != null && Object.entries(body).every(([field, value]) => JSON.stringify(of(field)) === JSON.stringify(value));
}

/** Parts of the work that stand on the part before: parents come before what is in them. */
export function levelsOf(items: readonly Item[]): Item[][] {
  const byLine = new Map(items.map((item) => [item.line, item]));
  const level = (item: Item): number => {
    const parent = item.parent === undefined ? undefined : byLine.get(item.parent);
    return parent ? level(parent) + 1 : 0;
  };
  const levels: Item[][] = [];
  for (const item of items) (levels[level(item)] ??= []).push(item);
  return levels.filter((some) => some !== undefined);
}

/** `results` is what became of each row so far: it is written to as the work goes on, for whoever shows it. */
export interface Progress { signal: AbortSignal; results: Map<number, Result>; waits: (isWaiting: boolean) => void; words: Words }

/** What is said with what is done, in the reader's language. */
export interface Words { takenBack: string }

async function each<T>(all: readonly T[], signal: AbortSignal, work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all].reverse();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      signal.throwIfAborted();
      await work(one);
    }
  }));
}

async function bringIn(run: Run, calls: Calls, item: Item, { signal, results, waits }: Progress): Promise<Result> {
  const { line } = item;
  const parent = item.parent === undefined ? undefined : results.get(item.parent)?.id;
  if (item.parent !== undefined && parent === undefined) return { run: run.id, line, outcome: "failed", code: "parent_failed", field: "parent" };
  const body = { ...item.body, ...(parent !== undefined && { parent_id: parent }) };
  try {
    const made = await answered(() => (item.act === "make" ? calls.make(body, `import-${run.id}-${line}`) : calls.change!(item.id!, item.version!, body)), signal, waits);
    return { run: run.id, line, outcome: item.act === "make" ? "made" : "changed", id: made.id, version: made.version, link: made.link };
  } catch (error) {
    if (endsAll(error)) throw error;
    const { problem } = error as ApiError;
    const record = problem.record as unknown as Made | undefined;
    if (problem.code === "stale" && record && hasAll(record, body)) return { run: run.id, line, outcome: "changed", id: record.id, version: record.version };
    return failed(run.id, line, error as ApiError);
  }
}

/** Brings in what was not yet. Throws what ends all of it, and when it is stopped. */
export async function carryOut(run: Run, progress: Progress): Promise<void> {
  const { results, signal, waits } = progress;
  if (run.kind === "categories") {
    if (run.items.every(({ line }) => results.has(line))) return;
    run.settings = await answered(() => putCategories(run.items), signal, waits);
    await keepRun(run);
    for (const { line, act } of run.items) {
      const result: Result = { run: run.id, line, outcome: act === "make" ? "made" : "changed" };
      results.set(line, result);
      await keepResult(result);
    }
    return;
  }
  const calls = CALLS[run.kind];
  for (const level of levelsOf(run.items)) {
    await each(level.filter(({ line }) => !results.has(line)), signal, async (item) => {
      const result = await bringIn(run, calls, item, progress);
      results.set(item.line, result);
      // The secret of a link is not for the disk.
      await keepResult({ ...result, link: undefined });
    });
  }
}

/** Takes back what was brought in, as long as nothing depends on it and nobody has changed it. */
export async function takeBack(run: Run, { signal, results, waits, words }: Progress): Promise<void> {
  // What is a setting is taken back as one.
  if (run.kind === "categories") return;
  const calls = CALLS[run.kind];
  for (const level of levelsOf(run.items).reverse()) {
    await each(level, signal, async ({ line, before, body }) => {
      const done = results.get(line);
      if (!done?.id || (done.outcome !== "made" && done.outcome !== "changed")) return;
      const { id, version = 1 } = done;
      let outcome: Result["outcome"] = "undone";
      try {
        const gone = await answered<unknown>(() => (done.outcome === "made" ? calls.remove(id, version, words, body) : calls.change!(id, version, before ?? {})), signal, waits);
        if (gone === false) outcome = "stays";
      } catch (error) {
        if (endsAll(error)) throw error;
        // Somebody deleted it already.
        if (!isCode(error, "not_found")) outcome = "stays";
      }
      const result: Result = { ...done, outcome };
      results.set(line, result);
      await keepResult(result);
    });
  }
}
