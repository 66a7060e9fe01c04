// The AccountObject: the throttle of one account's sign-in, and the list of its live sessions.

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import { type Outcome, attempt, tooManyAttempts } from "../domain/refusal.ts";
import { AlarmClock, Sql } from "./sql.ts";

const FREE_TRIES = 5;
const FADES_AFTER_MS = 3_600_000;
const LONGEST_WAIT_MS = 900_000;

const SCHEMA = `
  CREATE TABLE throttle (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    failures INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL
  );
  CREATE TABLE session (
    session    TEXT PRIMARY KEY,
    opened_ms  INTEGER NOT NULL,
    ends_ms    INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address    TEXT NOT NULL
  ) WITHOUT ROWID`;

export type Listing = { session: string; opened_at: number; ends_at: number; user_agent: string; address: string };

export class AccountObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);
  #alarm = new AlarmClock(this.ctx.storage);

  attempt(): Outcome<null> {
    return attempt(() => {
      const now = Date.now();
      const row = this.#db.row<{ failures: number; last_ms: number }>("SELECT failures, last_ms FROM throttle");
      const failures = row && now - row.last_ms < FADES_AFTER_MS ? row.failures : 0;
      const wait = failures < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (failures - FREE_TRIES));
      const passed = now - (row?.last_ms ?? 0);
      if (passed < wait) throw tooManyAttempts(Math.ceil((wait - passed) / 1_000));
      this.#db.atomically((sql) =>
        sql.exec("INSERT OR REPLACE INTO throttle (one, failures, last_ms) VALUES (1, ?, ?)", failures + 1, now),
      );
      this.#alarm.ringBy(now + FADES_AFTER_MS);
      return null;
    });
  }

  succeeded(): void {
    if (this.#db.exists()) this.#db.atomically((sql) => sql.exec("DELETE FROM throttle"));
  }

  opened(listing: Listing): void {
    this.#db.atomically((sql) =>
      sql.exec(
        "INSERT INTO session (session, opened_ms, ends_ms, user_agent, address) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        listing.session, listing.opened_at, listing.ends_at, listing.user_agent, listing.address,
      ),
    );
    this.#alarm.ringBy(listing.ends_at);
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    const now = Date.now();
    this.#db.atomically((sql) => {
      sql.exec("DELETE FROM session WHERE ends_ms <= ?", now);
      sql.exec("DELETE FROM throttle WHERE last_ms <= ?", now - FADES_AFTER_MS);
    });
    const next = this.#db.row<{ due: number | null }>("SELECT min(ends_ms) AS due FROM session")?.due ?? null;
    if (next === null) await this.#db.erase();
    else this.#alarm.ringBy(next);
  }
}
