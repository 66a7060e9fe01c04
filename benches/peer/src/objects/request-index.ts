// The RequestIndexObject: an organisation's request summaries in order of time, their numbers, and the live lists.

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import type { Position } from "../domain/cursor.ts";
import { type Summary, asOf } from "../domain/record.ts";
import { type Outcome, attempt } from "../domain/refusal.ts";
import {
  type Caller, type Moment, PRIORITIES, STATUSES, type Priority, type Status, isFinal, maySee, seesInternal, seesOnly,
} from "../domain/request.ts";
import { fold } from "../domain/text.ts";
import { AlarmClock, Sql, type Value } from "./sql.ts";
import { Sockets, readUpgrade, upgrading } from "./sockets.ts";
import { type Check, type Page, type Walk, page } from "./walk.ts";

/** What lists are filtered by, each with an index in each order. */
const COLUMNS = ["requester_id", "assignee_id", "status", "category", "priority", "hazard"];
/** What a newer version names only where it is another, since each of these is in an index. */
const RARELY_OTHERS = ["created_ms", ...COLUMNS];

const where = (column: string): string => (column === "assignee_id" ? " WHERE assignee_id IS NOT NULL" : "");

const SCHEMA = `
  CREATE TABLE request (
    number         INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    epoch          INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL,
    updated_ms     INTEGER NOT NULL,
    search         TEXT NOT NULL,
    json           TEXT NOT NULL,
    public_ms      INTEGER NOT NULL DEFAULT 0,
    public_version INTEGER NOT NULL DEFAULT 0,
    public_json    TEXT,
    folding        INTEGER NOT NULL DEFAULT 0,
    requester_id   TEXT NOT NULL,
    assignee_id    TEXT,
    status         TEXT NOT NULL,
    category       TEXT NOT NULL,
    priority       TEXT NOT NULL,
    hazard         INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX request_by_created ON request (created_ms);
  CREATE INDEX request_by_updated ON request (updated_ms);
  CREATE INDEX request_by_requester_id_public ON request (requester_id, public_ms);
  CREATE INDEX request_to_fold ON request (number) WHERE folding < 1;
  ${COLUMNS.map(
    (column) => `
  CREATE INDEX request_by_${column}_created ON request (${column}, created_ms)${where(column)};
  CREATE INDEX request_by_${column}_updated ON request (${column}, updated_ms)${where(column)};`,
  ).join("")}
  CREATE TABLE tally (status TEXT PRIMARY KEY, requests INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), last_number INTEGER NOT NULL)`;

export type ListFilter = {
  status: Status[];
  priority: Priority[];
  hazard: boolean | null;
  assignee: string | null;
  requester: string | null;
  category: string | null;
  q: string | null;
  from: number | null;
  to: number | null;
  sort: "-created" | "created" | "-updated";
};

export const numberText = (number: number): string => `MR-${String(number).padStart(6, "0")}`;

type Known = { number: number; epoch: number; version: number; status: string; public_version: number; others: number };

/** What an upsert did: the JSON for each kind of viewer, null for those to whom nothing has happened. */
type Taken = { number: string; json: string | null; publicJson: string | null };

export class RequestIndexObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);
  #alarm = new AlarmClock(this.ctx.storage);
  #sockets = new Sockets(this.ctx, this.env);

  /** Takes a summary unless it has a newer one; the request's number. */
  upsert(summary: Summary, epoch: number, lastPublic: Moment | null): string {
    const taken = this.#db.atomically((sql) => take(sql, summary, epoch, lastPublic));
    this.#broadcast(summary, taken);
    return taken.number;
  }

  list(caller: Caller, filter: ListFilter, after: Position | null, limit: number): Outcome<Page> {
    return attempt(() => page(this.#db, walkOf(filter, caller), after, limit));
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

  #broadcast(summary: Summary, { json, publicJson }: Taken): void {
    if (json === null) return;
    const viewers = this.#sockets.viewers();
    if (viewers.length === 0) return;
    const message = (text: string | null): string | null => text && `{"type":"request","request":${text}}`;
    const [all, shown] = [message(json), message(publicJson)];
    for (const [socket, { caller, wish }] of viewers) {
      const text = seesInternal(caller.role) ? all : shown;
      if (text !== null && (wish === null || wish === summary.requester.id) && maySee(summary, caller)) socket.send(text);
    }
  }
}

/** `others` has a bit for each of the columns that is another. */
const KNOWN = `
  SELECT number, epoch, version, status, public_version,
         ${RARELY_OTHERS.map((column, place) => `((${column} IS NOT ?) << ${place})`).join(" | ")} AS others
  FROM request WHERE id = ?`;

const INSERT = `
  INSERT INTO request (number, id, epoch, version, updated_ms, search, json, public_ms, public_version, public_json, folding,
                       ${RARELY_OTHERS.join(", ")})
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1${", ?".repeat(RARELY_OTHERS.length)})`;

const UPDATES: string[] = [];

/** SQLite writes the entry of each index of which a column is named here, whether its value is another or not. */
const update = (others: number): string => (UPDATES[others] ??= `
  UPDATE request SET epoch = ?3, version = ?4, updated_ms = ?5, search = ?6, json = ?7, public_ms = ?8, public_version = ?9,
                     public_json = ?10, folding = 1${chosen(RARELY_OTHERS, others).map((column) => `, ${column} = ?`).join("")}
  WHERE number = ?1 AND id = ?2`);

const chosen = <T>(all: T[], bits: number): T[] => all.filter((_, place) => (bits >> place) & 1);

/** Writes a summary, its number and its tally, unless this version or a newer one is there. */
function take(sql: SqlStorage, summary: Summary, epoch: number, lastPublic: Moment | null): Taken {
  const { id, requester, assignee, status, category, priority, hazard, title } = summary;
  const others: Value[] = [
    Date.parse(summary.created_at), requester.id, assignee?.id ?? null, status, fold(category), priority, Number(hazard),
  ];
  const known = sql.exec<Known>(KNOWN, ...others, id).toArray()[0];
  if (known && (epoch < known.epoch || (epoch === known.epoch && summary.version <= known.version))) {
    return { number: numberText(known.number), json: null, publicJson: null };
  }
  const number = known ? known.number : nextNumber(sql);
  const text = numberText(number);
  const numbered = { ...summary, number: text };
  const json = JSON.stringify(numbered);
  const publicJson = lastPublic && JSON.stringify(asOf(numbered, lastPublic));
  const updated = Date.parse(summary.updated_at);
  const shown = lastPublic ?? { version: summary.version, at: updated };
  const search = `${text.toLowerCase()}\n${fold(title)}`;
  const values = [number, id, epoch, summary.version, updated, search, json, shown.at, shown.version, publicJson];
  if (known) sql.exec(update(known.others), ...values, ...chosen(others, known.others));
  else sql.exec(INSERT, ...values, ...others);
  if (known?.status !== status) sql.exec(TALLY, known?.status ?? null, status);
  const isPublic = !known || epoch > known.epoch || shown.version > known.public_version;
  return { number: text, json, publicJson: isPublic ? (publicJson ?? json) : null };
}

function nextNumber(sql: SqlStorage): number {
  return sql
    .exec<{ n: number }>(
      `INSERT INTO counter (one, last_number) VALUES (1, 1)
       ON CONFLICT (one) DO UPDATE SET last_number = last_number + 1 RETURNING last_number AS n`,
    )
    .one().n;
}

/** Counts a request in its status, and no more in the one before. */
const TALLY = `
  INSERT INTO tally (status, requests) SELECT ?1, -1 WHERE ?1 IS NOT NULL UNION ALL SELECT ?2, 1 WHERE true
  ON CONFLICT (status) DO UPDATE SET requests = requests + excluded.requests`;

/**
 * Which index leads, and what is left to check row by row. Whoever does not read internal comments sees one requester's alone, as
 * they were at their last event that is not internal.
 */
function walkOf(filter: ListFilter, caller: Caller): Walk {
  const [only, readsInternal] = [seesOnly(caller), seesInternal(caller.role)];
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
      ["category", someone(filter.category && fold(filter.category))],
      ["priority", priority],
      ["hazard", filter.hazard === null ? [] : [Number(filter.hazard)]],
      ["status", open ? [] : status],
    ] as [string, Value[]][]
  ).filter(([, values]) => values.length > 0);
  const checks: Check[] = [];
  let legs: Walk["legs"];
  if (number !== undefined) {
    legs = [{ index: null, equals: [["number", Number(number)]] }];
  } else if (wanted.length > 0) {
    const [column, values] = wanted.shift()!;
    const order = byUpdate && !readsInternal && column === "requester_id" ? "public" : suffix;
    legs = values.map((value) => ({ index: `request_by_${column}_${order}`, equals: [[column, value]] }));
  } else {
    legs = [{ index: `request_by_${suffix}`, equals: [] }];
  }
  checks.push(...wanted.map(([column, oneOf]) => ({ column, oneOf })));
  if (number === undefined && filter.q !== null) checks.push({ column: "search", contains: filter.q });
  if (byUpdate && filter.from !== null) checks.push({ column: "created_ms", atLeast: filter.from });
  if (byUpdate && filter.to !== null) checks.push({ column: "created_ms", below: filter.to });
  return {
    table: "request",
    json: readsInternal ? "json" : "coalesce(public_json, json)",
    time: byUpdate ? (readsInternal ? "updated_ms" : "public_ms") : "created_ms",
    key: "number",
    newest: filter.sort !== "created",
    legs,
    from: byUpdate ? null : filter.from,
    to: byUpdate ? null : filter.to,
    checks,
  };
}
