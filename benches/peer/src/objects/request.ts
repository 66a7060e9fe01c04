// The RequestObject: one maintenance request. Event, snapshot, outbox rows and kept reply are one transaction; then the
// viewers are told, the index is brought up to date, and the rest of what is owed goes on behind the reply.

import { DurableObject } from "cloudflare:workers";

import type { Env } from "../env.ts";
import { type Arrived, type Attachment, type Declared, PENDING_MS, mayAttach, placeOf, visibleFiles } from "../domain/file.ts";
import { recordOf, summaryOf } from "../domain/record.ts";
import { type Outcome, attempt, keyReused, notFound, stale } from "../domain/refusal.ts";
import {
  type Caller, type Command, type Event, type MaintenanceRequest, type NewRequest,
  actorOf, apply, begin, closesAt, create, decide, isInternal, lastEvent, maySee, seesInternal,
} from "../domain/request.ts";
import { AlarmClock, Sql, earliest } from "./sql.ts";
import { type Destination, OUTBOX_SCHEMA, Outbox, RowRefused, within } from "./outbox.ts";
import { Sockets, readUpgrade, upgrading } from "./sockets.ts";
import { auditEntry, eventRow, requestRow } from "./request-rows.ts";
import type { Page } from "./walk.ts";

const INDEX_PATIENCE_MS = 250;
const KEEP_REPLIES_MS = 2 * 24 * 3_600_000;
const FORGET_EVERY_MS = 3_600_000;
const REPLAY_SLICE = 200;
const DESTINATIONS: readonly Destination[] = ["postgres", "index", "audit"];

const SCHEMA = `
  CREATE TABLE request (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    org      TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    files    TEXT
  );
  CREATE TABLE event (
    seq      INTEGER PRIMARY KEY,
    ts       INTEGER NOT NULL,
    internal INTEGER NOT NULL,
    trace    TEXT NOT NULL,
    json     TEXT NOT NULL
  );
  CREATE INDEX event_public ON event (seq) WHERE internal = 0;
  CREATE TABLE idempotency (
    key       TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    reply     TEXT NOT NULL,
    at        INTEGER NOT NULL
  ) WITHOUT ROWID;
  ${OUTBOX_SCHEMA}`;

/** For whom and in which HTTP request an object is called. */
export type Context = {
  org: string;
  caller: Caller;
  trace: string;
  idempotency: { key: string; body_hash: string } | null;
};

type Pending = Record<string, Declared & { at: number }>;

/** A record as JSON text, and the version in its ETag. */
export type Versioned = { version: number; record: string };

export class RequestObject extends DurableObject<Env> {
  #db = new Sql(this.ctx.storage, SCHEMA);
  #alarm = new AlarmClock(this.ctx.storage);
  #outbox = new Outbox(this.#db);
  #sockets = new Sockets(this.ctx, this.env);
  #request: MaintenanceRequest | null | undefined;
  #files: Pending = {};
  #forgotAt = -Infinity;

  async create(cx: Context, id: string, draft: NewRequest): Promise<Outcome<Versioned>> {
    const opened = attempt(() => {
      if (this.#load() !== null) {
        if (this.#replied(cx) === null) throw keyReused();
        return;
      }
      const now = Date.now();
      const event = create(draft, cx.caller, now);
      this.#commit(cx, event, begin(id, event, now), () => "");
    });
    if ("refused" in opened) return opened;
    await this.#settle();
    return attempt(() => this.#opened(cx));
  }

  read(cx: Context): Outcome<Versioned> {
    return attempt(() => this.#versioned(this.#visible(cx.caller), cx.caller));
  }

  async act(cx: Context, command: Command, ifMatch: number | null): Promise<Outcome<Versioned>> {
    const done = attempt(() => {
      const request = this.#visible(cx.caller);
      const kept = this.#replied(cx);
      if (kept !== null) return kept;
      const record = () => recordOf(request, cx.caller, Date.now());
      if (ifMatch !== null && ifMatch !== lastEvent(request, seesInternal(cx.caller.role)).version) throw stale(record());
      return this.#carryOut(cx, request, command, record, (after) => JSON.stringify(this.#versioned(after, cx.caller)));
    });
    if ("refused" in done) return done;
    await this.#settle();
    return { ok: JSON.parse(done.ok) as Versioned };
  }

  /** Adds a comment; its event as JSON text. */
  async comment(cx: Context, command: Command): Promise<Outcome<string>> {
    const done = attempt(() => {
      const request = this.#visible(cx.caller);
      return this.#replied(cx) ?? this.#carryOut(cx, request, command, () => undefined, (_, json) => json);
    });
    if ("ok" in done) await this.#settle();
    return done;
  }

  /** A file is to come, and is written down before its bytes. Null, or the reply that was kept. */
  beginFile(cx: Context, file: Declared): Outcome<string | null> {
    return attempt(() => {
      const request = this.#visible(cx.caller);
      const kept = this.#replied(cx);
      if (kept !== null) return kept;
      mayAttach(request, file, cx.caller, () => recordOf(request, cx.caller, Date.now()));
      const pending = { ...this.#pending(), [file.id]: { ...file, at: Date.now() } };
      this.#db.atomically((sql) => this.#keepPending(sql, pending));
      this.#alarm.ringBy(this.#nextDue());
      return null;
    });
  }

  /** The bytes of a file are there; the file as JSON text. */
  async attachFile(cx: Context, id: string, arrived: Arrived & { filename: string }): Promise<Outcome<string>> {
    const done = attempt(() => {
      const request = this.#visible(cx.caller);
      const kept = this.#replied(cx);
      if (kept !== null) return kept;
      const declared = this.#pending()[id];
      if (declared === undefined) throw notFound();
      const { at: _, ...file } = declared;
      const attachment: Attachment = {
        ...file, ...arrived, mark: null, comment: null, width: null, height: null, thumbnail: false,
        by: cx.caller.user, created_at: new Date().toISOString(),
      };
      const record = () => recordOf(request, cx.caller, Date.now());
      return this.#carryOut(cx, request, { kind: "attach", attachment }, record, () => JSON.stringify(attachment));
    });
    if ("ok" in done) await this.#settle();
    return done;
  }

  /** A file will not come: what of it is in the bucket goes, and then nobody remembers it. */
  async dropFile(id: string): Promise<void> {
    const request = this.#load();
    if (request === null || this.#pending()[id] === undefined) return;
    await this.env.FILES.delete(placeOf(this.#org(), request.id, id));
    const { [id]: _, ...left } = this.#pending();
    this.#db.atomically((sql) => this.#keepPending(sql, left));
  }

  /** What is known of a file, as JSON text. */
  readFile(cx: Context, id: string): Outcome<string> {
    return attempt(() => {
      const file = visibleFiles(this.#visible(cx.caller), cx.caller).find((known) => known.id === id);
      if (file === undefined) throw notFound();
      return JSON.stringify(file);
    });
  }

  timeline(cx: Context, after: number, limit: number): Outcome<Page> {
    return attempt(() => {
      this.#visible(cx.caller);
      const visible = seesInternal(cx.caller.role) ? "" : "internal = 0";
      const row = this.#db.row<{ items: string | null; last: number | null; ts: number | null; newest: number | null }>(
        `SELECT group_concat(json, ',') AS items, max(seq) AS last, max(ts) AS ts,
                (SELECT max(seq) FROM event ${visible && `WHERE ${visible}`}) AS newest
         FROM (SELECT seq, ts, json FROM event WHERE ${visible && `${visible} AND`} seq > ? ORDER BY seq LIMIT ?)`,
        after, limit,
      );
      const last = row?.last ?? null;
      const more = last !== null && last < (row?.newest ?? 0);
      return { items: `[${row?.items ?? ""}]`, next: more ? { ts: row?.ts ?? 0, id: String(last) } : null };
    });
  }

  async poke(replay: boolean): Promise<void> {
    this.#outbox.poked(replay);
    await this.#pushToIndex();
    await this.#pushToOthers();
  }

  override fetch(request: Request): Response {
    return upgrading(() => {
      const upgrade = readUpgrade(request);
      const state = this.#visible(upgrade.caller);
      const { socket, response } = this.#sockets.accept(upgrade);
      this.#replay(socket, upgrade.after ?? state.version, state, upgrade.caller);
      this.#alarm.ringBy(this.#nextDue());
      return response;
    });
  }

  override webSocketClose(): void {
    this.#sockets.changed();
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#closeWhenDue();
    for (const { id, at } of Object.values(this.#pending())) if (at + PENDING_MS <= Date.now()) await this.dropFile(id);
    await this.#pushToIndex();
    await this.#pushToOthers();
    await this.#sockets.dropEndedSessions();
    this.#alarm.ringBy(this.#nextDue());
  }

  #load(): MaintenanceRequest | null {
    if (this.#request === undefined) {
      const row = this.#db.row<{ snapshot: string; files: string | null }>("SELECT snapshot, files FROM request");
      this.#request = row ? (JSON.parse(row.snapshot) as MaintenanceRequest) : null;
      this.#files = JSON.parse(row?.files ?? "{}") as Pending;
    }
    return this.#request;
  }

  /** Files that are on their way, by id. */
  #pending(): Pending {
    this.#load();
    return this.#files;
  }

  #keepPending(sql: SqlStorage, pending: Pending): void {
    sql.exec("UPDATE request SET files = ?", JSON.stringify(pending));
    this.#files = pending;
  }

  #visible(caller: Caller): MaintenanceRequest {
    const request = this.#load();
    if (request === null || !maySee(request, caller)) throw notFound();
    return request;
  }

  #versioned(request: MaintenanceRequest, caller: Caller): Versioned {
    const record = recordOf(request, caller, Date.now());
    return { version: record.version, record: JSON.stringify(record) };
  }

  #carryOut(
    cx: Context,
    request: MaintenanceRequest,
    command: Command,
    record: () => unknown,
    reply: (after: MaintenanceRequest, json: string) => string,
  ): string {
    const { kind, body } = decide(request, command, cx.caller, Date.now(), record);
    const ts = Math.max(Date.now(), request.updated_at);
    const actor = actorOf(cx.caller);
    const event: Event = { seq: request.version + 1, ts: new Date(ts).toISOString(), kind, body, actor };
    return this.#commit(cx, event, apply(request, event, ts), reply);
  }

  /** The one write: event, snapshot, outbox and kept reply in one transaction. */
  #commit(
    cx: Pick<Context, "org" | "trace" | "idempotency">,
    event: Event,
    after: MaintenanceRequest,
    reply: (after: MaintenanceRequest, json: string) => string,
  ): string {
    const json = JSON.stringify(event);
    const text = reply(after, json);
    const now = Date.now();
    const internal = isInternal(event);
    try {
      this.#db.atomically((sql) => {
        sql.exec(
          "INSERT INTO event (seq, ts, internal, trace, json) VALUES (?, ?, ?, ?, ?)",
          event.seq, after.updated_at, Number(internal), cx.trace, json,
        );
        putSnapshot(sql, cx.org, after);
        if (event.kind === "attached") {
          const { [event.body.attachment.id]: _, ...left } = this.#pending();
          this.#keepPending(sql, left);
        }
        this.#outbox.owe(sql, DESTINATIONS, event.seq, now);
        if (cx.idempotency) keepReply(sql, cx.idempotency, event.seq, text, now);
        this.#forgetReplies(sql, now);
      });
    } catch (error) {
      this.#request = undefined;
      throw error;
    }
    this.#request = after;
    this.#broadcast(internal, json, after);
    this.#alarm.ringBy(this.#nextDue());
    return text;
  }

  #forgetReplies(sql: SqlStorage, now: number): void {
    if (now - this.#forgotAt < FORGET_EVERY_MS) return;
    sql.exec("DELETE FROM idempotency WHERE at < ?", now - KEEP_REPLIES_MS);
    this.#forgotAt = now;
  }

  /** The reply that was kept for this call's key. */
  #replied(cx: Context): string | null {
    if (!cx.idempotency) return null;
    const row = this.#db.row<{ body_hash: string; reply: string }>(
      "SELECT body_hash, reply FROM idempotency WHERE key = ?",
      cx.idempotency.key,
    );
    if (!row) return null;
    if (row.body_hash !== cx.idempotency.body_hash) throw keyReused();
    return row.reply;
  }

  /** The reply to a create: the record with its number, kept for a repeated create. */
  #opened(cx: Context): Versioned {
    const kept = this.#replied(cx);
    if (kept) return JSON.parse(kept) as Versioned;
    const request = this.#visible(cx.caller);
    const versioned = this.#versioned(request, cx.caller);
    if (cx.idempotency && request.number !== null) {
      const { idempotency } = cx;
      this.#db.atomically((sql) => keepReply(sql, idempotency, 1, JSON.stringify(versioned), Date.now()));
    }
    return versioned;
  }

  async #settle(): Promise<void> {
    const pushed = this.#pushToIndex();
    await within(INDEX_PATIENCE_MS, pushed);
    this.ctx.waitUntil(
      pushed.then(() => this.#pushToOthers()).then(() => this.#alarm.ringBy(this.#nextDue())),
    );
  }

  async #pushToIndex(): Promise<void> {
    const seqs = this.#outbox.pending("index");
    if (seqs.length > 0) await this.#outbox.send("index", seqs, () => this.#toIndex());
  }

  async #pushToOthers(): Promise<void> {
    const numbered = this.#load()?.number != null;
    await Promise.all([
      numbered ? this.#outbox.flush("postgres", (seqs) => this.#toPostgres(seqs)) : null,
      this.#outbox.flush("audit", (seqs) => this.#toAudit(seqs)),
    ]);
  }

  async #toIndex(): Promise<void> {
    const [request, org] = [this.#load()!, this.#org()];
    const number = await this.env.REQUEST_INDEX.getByName(org).upsert(summaryOf(request), request.epoch, request.last_public ?? null);
    const latest = this.#load()!;
    if (latest.number !== null) return;
    const numbered = { ...latest, number };
    this.#db.atomically((sql) => putSnapshot(sql, org, numbered));
    this.#request = numbered;
  }

  async #toPostgres(seqs: number[]): Promise<void> {
    const [request, org] = [this.#load()!, this.#org()];
    const events = this.#between(seqs).map(({ trace, json }) => eventRow(org, request, JSON.parse(json), trace));
    const shard = parseInt(request.id.slice(-4), 16) % Number(this.env.DATABASE_SHARDS || 1);
    const delivery = { requests: [requestRow(org, request)], events, audit: [] };
    const verdict = await this.env.DATABASE.getByName(`${org}/${shard}`).apply(delivery);
    if (verdict !== null) throw new RowRefused(verdict);
  }

  async #toAudit(seqs: number[]): Promise<void> {
    const [request, org] = [this.#load()!, this.#org()];
    const entries = this.#between(seqs).map(({ trace, json }) => auditEntry(request, JSON.parse(json), trace));
    await this.env.LOG_STREAM.getByName(`${org}/audit`).append(org, "audit", entries, 0);
  }

  #between(seqs: number[]): { trace: string; json: string }[] {
    return this.#db.rows("SELECT trace, json FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq", seqs[0]!, seqs[seqs.length - 1]!);
  }

  #org(): string {
    return this.#db.row<{ org: string }>("SELECT org FROM request")!.org;
  }

  #replay(socket: WebSocket, after: number, request: MaintenanceRequest, caller: Caller): void {
    const shown = recordOf(request, caller, Date.now());
    const record = JSON.stringify(shown);
    for (let from = after; ; ) {
      const events = this.#db.rows<{ seq: number; json: string }>(
        `SELECT seq, json FROM event WHERE ${seesInternal(caller.role) ? "" : "internal = 0 AND"} seq > ? ORDER BY seq LIMIT ?`,
        from, REPLAY_SLICE,
      );
      if (events.length === 0) break;
      for (const { json } of events) socket.send(`{"type":"event","event":${json},"request":${record}}`);
      from = events[events.length - 1]!.seq;
    }
    socket.send(`{"type":"ready","version":${shown.version},"request":${record}}`);
  }

  /** The record is written once for each different viewer. */
  #broadcast(internal: boolean, json: string, request: MaintenanceRequest): void {
    const texts = new Map<string, string>();
    for (const [socket, { caller }] of this.#sockets.viewers()) {
      if (!maySee(request, caller) || (internal && !seesInternal(caller.role))) continue;
      const viewer = `${caller.user.id},${caller.role}`;
      let text = texts.get(viewer);
      if (text === undefined) {
        text = `{"type":"event","event":${json},"request":${JSON.stringify(recordOf(request, caller, Date.now()))}}`;
        texts.set(viewer, text);
      }
      socket.send(text);
    }
  }

  #closeWhenDue(): void {
    const request = this.#load();
    const now = Date.now();
    if (!request || (closesAt(request) ?? Infinity) > now) return;
    const ts = Math.max(now, request.updated_at);
    const actor = { id: null, name: "system" };
    const event: Event = { seq: request.version + 1, ts: new Date(ts).toISOString(), kind: "closed", body: { rating: null }, actor };
    this.#commit({ org: this.#org(), trace: crypto.randomUUID(), idempotency: null }, event, apply(request, event, ts), () => "");
  }

  #nextDue(): number | null {
    const request = this.#load();
    const expires = Object.values(this.#pending()).map(({ at }) => at + PENDING_MS);
    return earliest(request && closesAt(request), ...expires, this.#outbox.nextDue(), this.#sockets.nextDue());
  }
}

function putSnapshot(sql: SqlStorage, org: string, request: MaintenanceRequest): void {
  sql.exec(
    "INSERT INTO request (one, org, snapshot) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET snapshot = excluded.snapshot",
    org, JSON.stringify(request),
  );
}

function keepReply(sql: SqlStorage, key: { key: string; body_hash: string }, seq: number, reply: string, now: number): void {
  sql.exec(
    `INSERT INTO idempotency (key, body_hash, seq, reply, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET reply = excluded.reply`,
    key.key, key.body_hash, seq, reply, now,
  );
}
