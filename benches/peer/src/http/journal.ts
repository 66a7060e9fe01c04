// The Worker's own log: entries are buffered in the isolate and appended in batches behind the responses, best effort.

import type { Env } from "../env.ts";
import { type Level, type NewEntry, type StreamName, newEntry } from "../domain/log.ts";
import type { Actor } from "../domain/request.ts";

const GATHER_MS = 200;
const MOST_WAITING = 2_000;
const FLUSH_LIMIT_MS = 5_000;

let waiting: [StreamName, NewEntry][] = [];
let dropped = 0;
let flushingSince: number | null = null;

/** One HTTP request, from its first byte to its answer. */
export class Visit {
  actor: Actor | null = null;
  code: string | null = null;
  #notes: [StreamName, NewEntry][] = [];

  constructor(
    readonly trace: string,
    readonly started: number,
  ) {}

  note(stream: StreamName, level: Level, message: string, fields: Record<string, unknown>): void {
    this.#notes.push([stream, { ...newEntry(`${this.trace}-${this.#notes.length + 1}`, Date.now(), level, message), fields }]);
  }

  entries(method: string, pattern: string, status: number): [StreamName, NewEntry][] {
    const level = status >= 500 ? "error" : status >= 400 ? "warn" : "info";
    const http = newEntry(`${this.trace}-0`, this.started, level, `${method} ${pattern} ${status}`);
    http.route = `${method} ${pattern}`;
    http.status = status;
    http.duration_ms = Date.now() - this.started;
    if (this.code !== null) http.fields.code = this.code;
    const all: [StreamName, NewEntry][] = [...this.#notes, ["http", http]];
    for (const [, entry] of all) {
      entry.request_id = this.trace;
      entry.actor ??= this.actor;
    }
    return all;
  }
}

/** Writes a finished request down, behind its response. */
export function write(env: Env, ctx: ExecutionContext, entries: [StreamName, NewEntry][]): void {
  for (const entry of entries) {
    if (waiting.length < MOST_WAITING) waiting.push(entry);
    else dropped += 1;
  }
  const now = Date.now();
  if (flushingSince !== null && now - flushingSince < FLUSH_LIMIT_MS) return;
  flushingSince = now;
  ctx.waitUntil(
    scheduler.wait(GATHER_MS).then(() => {
      flushingSince = null;
      return flush(env);
    }),
  );
}

async function flush(env: Env): Promise<void> {
  const streams = new Map<StreamName, NewEntry[]>();
  for (const [stream, entry] of waiting) {
    const own = streams.get(stream);
    if (own) own.push(entry);
    else streams.set(stream, [entry]);
  }
  const lost = dropped;
  waiting = [];
  dropped = 0;
  await Promise.all(
    [...streams].map(async ([stream, entries]) => {
      const told = stream === "http" ? lost : 0;
      try {
        await env.LOG_STREAM.getByName(`${env.ORG}/${stream}`).append(env.ORG, stream, entries, told);
      } catch {
        dropped += entries.length + told;
      }
    }),
  );
}
