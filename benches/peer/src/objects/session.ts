// The SessionObject: one session, from sign-in to its end. It alone says whether the session holds.

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import type { Caller } from "../domain/request.ts";
import { type Outcome, attempt, unauthenticated } from "../domain/refusal.ts";
import { AlarmClock, Sql } from "./sql.ts";

const IDLE_LIMIT_MS = 12 * 3_600_000;
const ABSOLUTE_LIMIT_MS = 7 * 24 * 3_600_000;
const STEP_MS = 60_000;

const SCHEMA = `
  CREATE TABLE session (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    caller    TEXT NOT NULL,
    email     TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    address   TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    seen_ms   INTEGER NOT NULL,
    ends_ms   INTEGER NOT NULL,
    ended_ms  INTEGER
  )`;

export type Held = {
  session: string;
  caller: Caller;
  email: string;
  opened_at: number;
  seen_at: number;
  expires_at: number;
  ends_at: number;
  user_agent: string;
  address: string;
};

type Row = {
  caller: Caller;
  email: string;
  user_agent: string;
  address: string;
  opened_ms: number;
  seen_ms: number;
  ends_ms: number;
};

const expiresAt = (row: Row): number => Math.min(row.seen_ms + IDLE_LIMIT_MS, row.ends_ms);

export class SessionObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);
  #alarm = new AlarmClock(this.ctx.storage);
  #row: Row | null | undefined;

  open(session: string, input: { caller: Caller; email: string; user_agent: string; address: string }): Outcome<Held> {
    return attempt(() => {
      if (this.#load() !== null) throw unauthenticated();
      const now = Date.now();
      const row: Row = { ...input, opened_ms: now, seen_ms: now, ends_ms: now + ABSOLUTE_LIMIT_MS };
      this.#db.atomically((sql) =>
        sql.exec(
          `INSERT INTO session (one, caller, email, user_agent, address, opened_ms, seen_ms, ends_ms)
           VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
          JSON.stringify(row.caller), row.email, row.user_agent, row.address, row.opened_ms, row.seen_ms, row.ends_ms,
        ),
      );
      this.#row = row;
      this.#alarm.ringBy(expiresAt(row));
      return held(session, row);
    });
  }

  /** Whether the session holds; its expiry slides, written down at most once a minute. */
  check(session: string): Outcome<Held> {
    return attempt(() => {
      const [row, now] = [this.#load(), Date.now()];
      if (row === null || now >= expiresAt(row)) throw unauthenticated();
      if (now - row.seen_ms >= STEP_MS) {
        this.#db.atomically((sql) => sql.exec("UPDATE session SET seen_ms = ?", now));
        row.seen_ms = now;
        this.#alarm.ringBy(expiresAt(row));
      }
      return held(session, row);
    });
  }

  revoke(): void {
    if (this.#load() === null) return;
    this.#db.atomically((sql) =>
      sql.exec("UPDATE session SET ended_ms = ?, caller = '', email = '', user_agent = '', address = ''", Date.now()),
    );
    this.#row = null;
  }

  override alarm(): void {
    this.#alarm.rang();
    const row = this.#load();
    if (row === null) return;
    if (Date.now() >= expiresAt(row)) this.revoke();
    else this.#alarm.ringBy(expiresAt(row));
  }

  #load(): Row | null {
    if (this.#row === undefined) {
      const found = this.#db.row<Record<string, string | number>>("SELECT * FROM session WHERE ended_ms IS NULL");
      this.#row = found ? ({ ...found, caller: JSON.parse(found.caller as string) } as unknown as Row) : null;
    }
    return this.#row;
  }
}

function held(session: string, row: Row): Held {
  return {
    session,
    caller: row.caller,
    email: row.email,
    opened_at: row.opened_ms,
    seen_at: row.seen_ms,
    expires_at: expiresAt(row),
    ends_at: row.ends_ms,
    user_agent: row.user_agent,
    address: row.address,
  };
}
