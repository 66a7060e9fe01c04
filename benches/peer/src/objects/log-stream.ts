// The LogStreamObject: one stream of log entries. `audit` is append-only and hash-chained, and owes each entry to PostgreSQL.

import { createHash } from "node:crypto";

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import type { Position } from "../domain/cursor.ts";
import { LEVELS, type Level, type LogFilter, type NewEntry } from "../domain/log.ts";
import { type Outcome, attempt } from "../domain/refusal.ts";
import { foldLines } from "../domain/text.ts";
import { OUTBOX_SCHEMA, Outbox, RowRefused } from "./outbox.ts";
import { AlarmClock, Sql, earliest } from "./sql.ts";
import { type Check, type Leg, type Page, type Walk, page } from "./walk.ts";

const DAY_MS = 24 * 3_600_000;
const KEEP_MS: Record<Level, number> = { debug: 3 * DAY_MS, info: 30 * DAY_MS, warn: 90 * DAY_MS, error: 180 * DAY_MS };
const SWEEP = 500;
const SWEEP_PACE_MS = 15 * 60_000;
const MOST_BYTES = 128 * 1024;
const GENESIS = "0".repeat(64);

const SCHEMA = `
  CREATE TABLE stream (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    name      TEXT NOT NULL,
    last_seq  INTEGER NOT NULL DEFAULT 0,
    last_hash TEXT NOT NULL,
    dropped   INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE tally (level TEXT PRIMARY KEY, entries INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE entry (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    ts         INTEGER NOT NULL,
    level      TEXT NOT NULL,
    actor_id   TEXT,
    request_id TEXT,
    hash       TEXT,
    search     TEXT NOT NULL,
    json       TEXT NOT NULL,
    folding    INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX entry_to_fold ON entry (seq) WHERE folding < 1;
  CREATE INDEX entry_by_level ON entry (level, ts);
  CREATE INDEX entry_by_actor ON entry (actor_id, level, ts) WHERE actor_id IS NOT NULL;
  CREATE INDEX entry_by_request ON entry (request_id, ts) WHERE request_id IS NOT NULL;
  CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
  CREATE TRIGGER chained_entry_stays BEFORE DELETE ON entry WHEN old.hash IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'the audit stream is append-only'); END;
  ${OUTBOX_SCHEMA}`;

const INSERT = `
  INSERT INTO entry (seq, id, ts, level, actor_id, request_id, hash, search, json, folding)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO NOTHING RETURNING seq`;

export class LogStreamObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);
  #alarm = new AlarmClock(this.ctx.storage);
  #outbox = new Outbox(this.#db);
  #sweepAt: number | null | undefined;

  /** Appends entries in order; one whose id is there is skipped. The newest seq. */
  append(org: string, stream: string, entries: NewEntry[], dropped: number): number {
    const audit = stream === "audit";
    const lastSeq = this.#db.atomically((sql) => this.#grow(sql, `${org}/${stream}`, audit, entries, dropped));
    this.#sweepAt = audit ? null : earliest(this.#sweepAt, ...entries.map((entry) => entry.ts + KEEP_MS[entry.level]));
    this.#alarm.ringBy(this.#nextDue());
    if (audit) this.ctx.waitUntil(this.#push());
    return lastSeq;
  }

  query(filter: LogFilter, before: Position | null, limit: number): Outcome<Page> {
    return attempt(() => page(this.#db, walkOf(filter), before, limit));
  }

  async poke(replay: boolean): Promise<void> {
    this.#outbox.poked(replay);
    await this.#push();
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#sweep();
    await this.#push();
  }

  #grow(sql: SqlStorage, name: string, audit: boolean, entries: NewEntry[], dropped: number): number {
    sql.exec("INSERT INTO stream (one, name, last_hash) VALUES (1, ?, ?) ON CONFLICT (one) DO NOTHING", name, GENESIS);
    const end = sql.exec<{ last_seq: number; last_hash: string }>("SELECT last_seq, last_hash FROM stream").one();
    let { last_seq: seq, last_hash: hash } = end;
    const counts: Record<string, number> = {};
    const seqs: number[] = [];
    for (const entry of entries) {
      const json = publicJson(entry, seq + 1);
      const link = audit ? createHash("sha256").update(hash).update(json).digest("hex") : null;
      const inserted = sql
        .exec(
          INSERT,
          seq + 1, entry.id, entry.ts, entry.level, entry.actor?.id ?? null, entry.request_id, link, searchText(entry), json,
        )
        .toArray();
      if (inserted.length === 0) continue;
      seq += 1;
      hash = link ?? hash;
      seqs.push(seq);
      counts[entry.level] = (counts[entry.level] ?? 0) + 1;
    }
    sql.exec("UPDATE stream SET last_seq = ?, last_hash = ?, dropped = dropped + ?", seq, hash, dropped);
    for (const [level, count] of Object.entries(counts)) {
      sql.exec(
        "INSERT INTO tally (level, entries) VALUES (?, ?) ON CONFLICT (level) DO UPDATE SET entries = entries + excluded.entries",
        level, count,
      );
    }
    if (audit) for (const own of seqs) this.#outbox.owe(sql, ["postgres"], own, Date.now());
    return seq;
  }

  async #push(): Promise<void> {
    await this.#outbox.flush("postgres", (seqs) => this.#toPostgres(seqs));
    this.#alarm.ringBy(this.#nextDue());
  }

  async #toPostgres(seqs: number[]): Promise<void> {
    const name = this.#db.row<{ name: string }>("SELECT name FROM stream")?.name ?? "";
    const org = name.split("/")[0]!;
    const kept = this.#db.rows<{ json: string; hash: string }>(
      "SELECT json, hash FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq",
      seqs[0]!, seqs[seqs.length - 1]!,
    );
    const audit = kept.map(({ json, hash }) => auditRow(org, json, hash));
    const outcome = await this.env.DATABASE.getByName(`${org}/0`).apply({ requests: [], events: [], audit });
    if (outcome !== null) throw new RowRefused(outcome);
  }

  #sweep(): void {
    const now = Date.now();
    if ((this.#sweepAt ?? Infinity) > now) return;
    this.#db.atomically((sql) => {
      for (const level of LEVELS) {
        const left = sql
          .exec(
            `DELETE FROM entry WHERE seq IN (
               SELECT seq FROM entry INDEXED BY entry_by_level WHERE level = ? AND ts <= ? ORDER BY ts LIMIT ?
             ) RETURNING seq`,
            level, now - KEEP_MS[level], SWEEP,
          )
          .toArray().length;
        if (left > 0) sql.exec("UPDATE tally SET entries = entries - ? WHERE level = ?", left, level);
      }
    });
    this.#sweepAt = now + SWEEP_PACE_MS;
  }

  #nextDue(): number | null {
    return earliest(this.#outbox.nextDue(), this.#sweepAt);
  }
}

function publicJson(entry: NewEntry, seq: number): string {
  const { id, ts, level, message, request_id, actor, route, status, duration_ms, fields } = entry;
  const shown = { id, ts: new Date(ts).toISOString(), seq, level, message, request_id, actor, route, status, duration_ms, fields };
  const json = JSON.stringify(shown);
  return json.length <= MOST_BYTES ? json : JSON.stringify({ ...shown, fields: { left_out_bytes: json.length } });
}

/** Message, route and `field:value` lines, folded. */
function searchText(entry: NewEntry): string {
  let text = entry.route === null ? entry.message : `${entry.message}\n${entry.route}`;
  const put = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) put(name, item);
    else if (value !== null && typeof value === "object") for (const [inner, own] of Object.entries(value)) put(`${name}.${inner}`, own);
    else text += `\n${name}:${value}`;
  };
  for (const [name, value] of Object.entries(entry.fields)) put(name, value);
  return foldLines(text);
}

function auditRow(org: string, json: string, hash: string) {
  const entry = JSON.parse(json);
  const { object, action } = entry.fields;
  return {
    org_id: org, id: entry.id, seq: entry.seq, ts: Date.parse(entry.ts),
    actor_id: entry.actor?.id ?? null, actor_name: entry.actor?.name ?? "system",
    actor_role: entry.actor?.role ?? null,
    action: action ?? entry.message, object_type: object?.type ?? "", object_id: object?.id ?? "",
    request_id: entry.request_id, fields: { ...entry.fields, message: entry.message, hash },
  };
}

function walkOf(filter: LogFilter): Walk {
  const checks: Check[] = [];
  let legs: Leg[];
  const levels = filter.level.length > 0 ? filter.level : [...LEVELS];
  if (filter.request_id !== null) {
    if (filter.actor !== null) checks.push({ column: "actor_id", oneOf: [filter.actor] });
    if (filter.level.length > 0) checks.push({ column: "level", oneOf: filter.level });
    legs = [{ index: "entry_by_request", equals: [["request_id", filter.request_id]] }];
  } else if (filter.actor !== null) {
    const { actor } = filter;
    legs = levels.map((level) => ({ index: "entry_by_actor", equals: [["actor_id", actor], ["level", level]] }));
  } else {
    legs = levels.map((level) => ({ index: "entry_by_level", equals: [["level", level]] }));
  }
  if (filter.q !== null) checks.push({ column: "search", contains: filter.q });
  return { table: "entry", json: "json", time: "ts", key: "seq", newest: true, legs, from: filter.from, to: filter.to, checks };
}
