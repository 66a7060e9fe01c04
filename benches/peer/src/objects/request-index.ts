// The RequestIndexObject: an organisation's request summaries in order of time, their numbers, and the live lists.

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import type { Position } from "../domain/cursor.ts";
import type { Summary } from "../domain/record.ts";
import { type Outcome, attempt } from "../domain/refusal.ts";
import { type Caller, PRIORITIES, STATUSES, type Priority, type Status, isFinal, maySee, seesOnly } from "../domain/request.ts";
import { AlarmClock, Sql, type Value } from "./sql.ts";
import { Sockets, readUpgrade, upgrading } from "./sockets.ts";
import { type Check, type Page, type Walk, page } from "./walk.ts";

const COLUMNS = ["status", "priority", "category", "requester_id"];

const SCHEMA = `
  CREATE TABLE request (
    number       INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    epoch        INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    status       TEXT NOT NULL,
    priority     TEXT NOT NULL,
    category     TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    assignee_id  TEXT,
    created_ms   INTEGER NOT NULL,
    updated_ms   INTEGER NOT NULL,
    search       TEXT NOT NULL,
    json         TEXT NOT NULL
  );
  CREATE INDEX request_by_created ON request (created_ms);
  CREATE INDEX request_by_updated ON request (updated_ms);
  ${COLUMNS.map(
    (column) => `
  CREATE INDEX request_by_${column}_created ON request (${column}, created_ms);
  CREATE INDEX request_by_${column}_updated ON request (${column}, updated_ms);`,
  ).join("")}
  CREATE INDEX request_by_assignee_id_created ON request (assignee_id, created_ms) WHERE assignee_id IS NOT NULL;
  CREATE INDEX request_by_assignee_id_updated ON request (assignee_id, updated_ms) WHERE assignee_id IS NOT NULL;
  CREATE TABLE tally (status TEXT PRIMARY KEY, requests INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), last_number INTEGER NOT NULL)`;

export type ListFilter = {
  status: Status[];
  priority: Priority[];
  assignee: string | null;
  requester: string | null;
  category: string | null;
  q: string | null;
  from: number | null;
  to: number | null;
  sort: "-created" | "created" | "-updated";
};

export const numberText = (number: number): string => `MR-${String(number).padStart(6, "0")}`;

export class RequestIndexObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);
  #alarm = new AlarmClock(this.ctx.storage);
  #sockets = new Sockets(this.ctx, this.env);

  /** Takes a summary unless it has a newer one; the request's number. */
  upsert(summary: Summary, epoch: number): string {
    const taken = this.#db.atomically((sql) => this.#take(sql, summary, epoch));
    if (taken.json !== null) this.#broadcast(summary, taken.json);
    return taken.number;
  }

  list(caller: Caller, filter: ListFilter, after: Position | null, limit: number): Outcome<Page> {
    return attempt(() => page(this.#db, walkOf(filter, seesOnly(caller)), after, limit));
  }

  override fetch(request: Request): Response {
    return upgrading(() => {
      const upgrade = readUpgrade(request);
      const { response } = this.#sockets.accept({ ...upgrade, wish: seesOnly(upgrade.caller) });
      this.#alarm.ringBy(this.#sockets.nextDue());
      return response;
    });
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    await this.#sockets.dropEndedSessions();
    this.#alarm.ringBy(this.#sockets.nextDue());
  }

  override webSocketClose(): void {
    this.#sockets.changed();
  }

  #take(sql: SqlStorage, summary: Summary, epoch: number): { number: string; json: string | null } {
    const known = sql
      .exec<{ number: number; epoch: number; version: number; status: string }>(
        "SELECT number, epoch, version, status FROM request WHERE id = ?",
        summary.id,
      )
      .toArray()[0];
    if (known && (epoch < known.epoch || (epoch === known.epoch && summary.version <= known.version))) {
      return { number: numberText(known.number), json: null };
    }
    const number = known ? known.number : nextNumber(sql);
    if (known) tally(sql, known.status, -1);
    const text = numberText(number);
    const json = JSON.stringify({ ...summary, number: text });
    const binds = [
      number, summary.id, epoch, summary.version, summary.status, summary.priority, summary.category,
      summary.requester.id, summary.assignee?.id ?? null, Date.parse(summary.created_at), Date.parse(summary.updated_at),
      `${text}\n${summary.title}`.toLowerCase(), json,
    ];
    sql.exec(known ? UPDATE : INSERT, ...binds);
    tally(sql, summary.status, 1);
    return { number: text, json };
  }

  #broadcast(summary: Summary, json: string): void {
    const viewers = this.#sockets.viewers();
    if (viewers.length === 0) return;
    const text = `{"type":"request","request":${json}}`;
    for (const [socket, viewer] of viewers) {
      if ((viewer.wish === null || viewer.wish === summary.requester.id) && maySee(summary, viewer.caller)) socket.send(text);
    }
  }
}

const INSERT = `
  INSERT INTO request (number, id, epoch, version, status, priority, category, requester_id, assignee_id, created_ms,
                       updated_ms, search, json)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`;

const UPDATE = `
  UPDATE request SET epoch = ?3, version = ?4, status = ?5, priority = ?6, category = ?7, requester_id = ?8,
                     assignee_id = ?9, created_ms = ?10, updated_ms = ?11, search = ?12, json = ?13
  WHERE number = ?1 AND id = ?2`;

function nextNumber(sql: SqlStorage): number {
  return sql
    .exec<{ n: number }>(
      `INSERT INTO counter (one, last_number) VALUES (1, 1)
       ON CONFLICT (one) DO UPDATE SET last_number = last_number + 1 RETURNING last_number AS n`,
    )
    .one().n;
}

function tally(sql: SqlStorage, status: string, change: number): void {
  sql.exec(
    "INSERT INTO tally (status, requests) VALUES (?, ?) ON CONFLICT (status) DO UPDATE SET requests = requests + excluded.requests",
    status, change,
  );
}

/** Which index leads, and what is left to check row by row. */
function walkOf(filter: ListFilter, only: string | null): Walk {
  const byUpdate = filter.sort === "-updated";
  const suffix = byUpdate ? "updated" : "created";
  const number = /^MR-(\d{6,15})$/i.exec(filter.q ?? "")?.[1];
  const status = filter.status.length < STATUSES.length ? filter.status : [];
  const priority = filter.priority.length < PRIORITIES.length ? filter.priority : [];
  const open = !status.some(isFinal);
  const someone = (id: string | null): Value[] => (id === null ? [] : [id]);
  const wanted: [string, Value[]][] = (
    [
      ["requester_id", someone(only)],
      ["requester_id", someone(filter.requester)],
      ["assignee_id", someone(filter.assignee)],
      ["status", open ? status : []],
      ["category", someone(filter.category)],
      ["priority", priority],
      ["status", open ? [] : status],
    ] as [string, Value[]][]
  ).filter(([, values]) => values.length > 0);
  const checks: Check[] = [];
  let legs: Walk["legs"];
  if (number !== undefined) {
    legs = [{ index: null, equals: [["number", Number(number)]] }];
  } else if (wanted.length > 0) {
    const [column, values] = wanted.shift()!;
    legs = values.map((value) => ({ index: `request_by_${column}_${suffix}`, equals: [[column, value]] }));
  } else {
    legs = [{ index: `request_by_${suffix}`, equals: [] }];
  }
  checks.push(...wanted.map(([column, oneOf]) => ({ column, oneOf })));
  if (number === undefined && filter.q !== null) checks.push({ column: "search", contains: filter.q });
  if (byUpdate && filter.from !== null) checks.push({ column: "created_ms", atLeast: filter.from });
  if (byUpdate && filter.to !== null) checks.push({ column: "created_ms", below: filter.to });
  return {
    table: "request",
    time: byUpdate ? "updated_ms" : "created_ms",
    key: "number",
    newest: filter.sort !== "created",
    legs,
    from: byUpdate ? null : filter.from,
    to: byUpdate ? null : filter.to,
    checks,
  };
}
