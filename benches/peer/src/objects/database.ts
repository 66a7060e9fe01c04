// The DatabaseObject: one shard of connections to PostgreSQL. What arrives within a few milliseconds is committed together.

import { DurableObject } from "cloudflare:workers";
import postgres from "postgres";

import type { Env } from "../env.ts";
import type { Position } from "../domain/cursor.ts";
import { APPLY_AUDIT, APPLY_EVENTS, APPLY_REQUESTS, LIST_ASSETS, LIST_REQUESTS } from "./statements.ts";
import type { Page } from "./walk.ts";

const GATHER_MS = 3;
const MOST_ROWS = 200;

type Json = Record<string, unknown>;
export type Delivery = { requests: Json[]; events: Json[]; audit: Json[] };
/** Why a delivery will never be taken, or null when it was. A failure that may pass is thrown. */
export type Verdict = string | null;

type Waiting = { delivery: Delivery; resolve: (verdict: Verdict) => void; reject: (error: Error) => void };

export type User = { id: string; name: string; email: string; role: string };
export type Credentials = User & { status: string; password_hash: string };

export class DatabaseObject extends DurableObject<Env> {
  #sql = postgres(this.env.DATABASE_URL, { max: 1, idle_timeout: 0, connect_timeout: 5, fetch_types: false });
  #waiting: Waiting[] = [];
  #committing = false;

  /** Commits a delivery together with whatever else is waiting; answers after COMMIT. */
  apply(delivery: Delivery): Promise<Verdict> {
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    this.#waiting.push({ delivery, resolve, reject });
    if (!this.#committing) this.ctx.waitUntil(this.#commitAll());
    return promise;
  }

  async credentials(org: string, email: string): Promise<Credentials | null> {
    const rows = await this.#sql<Credentials[]>`
      SELECT id, email, name, role, status, password_hash FROM users WHERE org_id = ${org} AND lower(email) = lower(${email})`;
    return rows[0] ? { ...rows[0] } : null;
  }

  async user(org: string, id: string): Promise<User | null> {
    const rows = await this.#sql<User[]>`
      SELECT id, email, name, role FROM users WHERE org_id = ${org} AND id = ${id} AND status = 'active'`;
    return rows[0] ? { ...rows[0] } : null;
  }

  /** A page of requests of one status, newest first, straight from PostgreSQL. */
  async list(org: string, status: string, after: Position | null, limit: number): Promise<Page> {
    return this.#page(LIST_REQUESTS, [org, status, after?.ts ?? null, after?.id ?? null], limit);
  }

  /** A page of assets, in the order of their names. */
  async assets(org: string, after: Position | null, limit: number): Promise<Page> {
    return this.#page(LIST_ASSETS, [org, after?.id.slice(0, 36) ?? null, after?.id.slice(36) ?? null], limit);
  }

  /** Rows of JSON, time and id; the statement's last parameter is how many. */
  async #page(statement: string, binds: (string | number | null)[], limit: number): Promise<Page> {
    const rows = await this.#sql.unsafe<{ json: string; ts: string; id: string }[]>(statement, [...binds, limit + 1], { prepare: true });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown[shown.length - 1]! : null;
    return {
      items: `[${shown.map(({ json }) => json).join(",")}]`,
      next: last === null ? null : { ts: Number(last.ts), id: last.id },
    };
  }

  async #commitAll(): Promise<void> {
    this.#committing = true;
    try {
      while (this.#waiting.length > 0) {
        await scheduler.wait(GATHER_MS);
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const run of runs(waiting)) await this.#commit(run);
      }
    } finally {
      this.#committing = false;
    }
  }

  async #commit(run: Waiting[]): Promise<void> {
    try {
      await this.#write(run.map(({ delivery }) => delivery));
      for (const { resolve } of run) resolve(null);
    } catch (error) {
      if (!isRefusal(error)) {
        for (const { reject } of run) reject(new Error("The database is not available at the moment."));
      } else if (run.length === 1) {
        run[0]!.resolve(String(error));
      } else {
        // Halved until the culprit stands alone.
        const middle = run.length >> 1;
        await this.#commit(run.slice(0, middle));
        await this.#commit(run.slice(middle));
      }
    }
  }

  async #write(deliveries: Delivery[]): Promise<void> {
    const tables: [string, Json[]][] = [
      [APPLY_REQUESTS, deliveries.flatMap(({ requests }) => requests)],
      [APPLY_EVENTS, deliveries.flatMap(({ events }) => events)],
      [APPLY_AUDIT, deliveries.flatMap(({ audit }) => audit)],
    ];
    const writes = tables.filter(([, rows]) => rows.length > 0);
    if (writes.length === 0) return;
    await this.#sql.begin((sql) => writes.map(([statement, rows]) => sql.unsafe(statement, [JSON.stringify(rows)], { prepare: true })));
  }
}

/** In order, runs that each fit one transaction. */
function runs(waiting: Waiting[]): Waiting[][] {
  const all: Waiting[][] = [[]];
  let rows = 0;
  for (const one of waiting) {
    const own = one.delivery.requests.length + one.delivery.events.length + one.delivery.audit.length;
    if (rows + own > MOST_ROWS && rows > 0) {
      all.push([]);
      rows = 0;
    }
    all[all.length - 1]!.push(one);
    rows += own;
  }
  return all;
}

/** Whether PostgreSQL refused the data (SQLSTATE 22, 23, 54, P0). */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? "";
  return /^(22|23|54|P0)...$/.test(code);
}
