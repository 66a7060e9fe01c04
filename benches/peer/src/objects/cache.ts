// The CacheObject: values of one namespace with a time to live, and the stale ones for when their source is away.

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import { Sql } from "./sql.ts";

const SCHEMA = `
  CREATE TABLE entry (
    key      TEXT PRIMARY KEY,
    fresh_ms INTEGER NOT NULL,
    value    TEXT NOT NULL
  ) WITHOUT ROWID`;

export class CacheObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);

  read(key: string): { value: string; fresh: boolean } | null {
    const row = this.#db.row<{ value: string; fresh_ms: number }>("SELECT value, fresh_ms FROM entry WHERE key = ?", key);
    return row ? { value: row.value, fresh: row.fresh_ms > Date.now() } : null;
  }

  write(key: string, value: string, ttlMs: number): void {
    this.#db.atomically((sql) =>
      sql.exec("INSERT OR REPLACE INTO entry (key, fresh_ms, value) VALUES (?, ?, ?)", key, Date.now() + ttlMs, value),
    );
  }
}
