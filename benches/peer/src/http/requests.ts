// Maintenance requests over HTTP: parse, hand to the object or the index, answer.

import { isGenuine, isUuid, requestId, sha256Hex } from "../domain/ids.ts";
import { Refused, forbidden, invalid, notFound, taken } from "../domain/refusal.ts";
import {
  ACTIONS, type Action, type Caller, type Command, PRIORITIES, type Person, STATUSES, manages, seesOnly,
} from "../domain/request.ts";
import type { User } from "../objects/database.ts";
import type { Context as CallContext, RequestObject, Versioned } from "../objects/request.ts";
import type { ListFilter } from "../objects/request-index.ts";
import { type Upgrade, readRefusal, upgradeRequest } from "../objects/sockets.ts";
import { type Context, jsonText } from "./app.ts";
import { isAmong, tagOf, versionIn } from "./etag.ts";
import { type Fields, body, flag, pageReply, query, text, time, wanted, wholeNumber, word, words } from "./input.ts";

const USERS_FRESH_MS = 60_000;

export async function create(c: Context): Promise<Response> {
  const { fields, bytes } = await body(c, ["title", "description", "category", "priority", "contact", "hazard", "requester_id"]);
  const { config, caller } = c.var;
  const draft = {
    title: text(fields, "title", 1, 200),
    description: text(fields, "description", 0, 10_000, true),
    category: text(fields, "category", 1, 60),
    priority: word("priority", fields.priority, PRIORITIES),
    contact: text(fields, "contact", 0, 120) || null,
    hazard: flag("hazard", fields.hazard),
    requester: await onBehalfOf(c, caller, fields.requester_id),
  };
  const key = idempotencyKey(c);
  const id = await requestId(config.idKey, config.org, caller.user.id, key);
  const cx = await context(c, "create", key, bytes);
  const outcome = await noting(c, "create", id, () => stubOf(c, id).create(cx, id, draft));
  return versioned(c, 201, taken(outcome), { location: `/api/requests/${id}` });
}

export async function read(c: Context): Promise<Response> {
  const id = await genuine(c);
  const { version, record } = taken(await stubOf(c, id).read(await context(c, "read", null, null)));
  const etag = tagOf(version, record);
  const named = c.req.header("if-none-match");
  return named !== undefined && isAmong(etag, named) ? c.body(null, 304, { etag }) : jsonText(c, record, 200, { etag });
}

export async function act(c: Context): Promise<Response> {
  const action = c.req.param("action") as Action;
  if (!ACTIONS.includes(action)) throw notFound();
  const id = await genuine(c);
  const { fields, bytes } = await body(c, ["reason", "assignee_id", "take_over", "resolution", "rating"]);
  const command = await commandOf(c, action, fields);
  const cx = await context(c, action, idempotencyKey(c), bytes);
  const outcome = await noting(c, action, id, () => stubOf(c, id).act(cx, command, ifMatch(c)));
  return versioned(c, 200, taken(outcome));
}

export async function comment(c: Context): Promise<Response> {
  const id = await genuine(c);
  const { fields, bytes } = await body(c, ["body", "visibility"]);
  const command: Command = {
    kind: "comment",
    body: text(fields, "body", 1, 10_000, true),
    visibility: word("visibility", fields.visibility ?? "public", ["public", "internal"] as const),
  };
  const cx = await context(c, "comment", idempotencyKey(c), bytes);
  return jsonText(c, taken(await noting(c, "comment", id, () => stubOf(c, id).comment(cx, command))), 201);
}

export async function events(c: Context): Promise<Response> {
  const id = await genuine(c);
  const asked = query(c, ["after", "limit", "cursor"]);
  const { user, role } = c.var.caller;
  const scope = `events/${id};viewer=${user.id},${role}`;
  const { limit, from } = await wanted(c, scope, asked);
  const after = from === null ? (wholeNumber("after", asked.after) ?? 0) : Number(from.id);
  const page = taken(await stubOf(c, id).timeline(await context(c, "events", null, null), after, limit));
  return pageReply(c, scope, page);
}

const FILTERS = [
  "status", "priority", "hazard", "assignee", "requester", "category", "q", "from", "to", "sort", "limit", "cursor",
];

export async function list(c: Context): Promise<Response> {
  const asked = query(c, FILTERS);
  const { caller, config } = c.var;
  const someone = (name: string): string | null => (asked[name] === "me" ? caller.user.id : (asked[name] ?? null));
  const filter: ListFilter = {
    status: words("status", asked.status, STATUSES),
    priority: words("priority", asked.priority, PRIORITIES),
    hazard: asked.hazard === undefined ? null : word("hazard", asked.hazard, ["true", "false"] as const) === "true",
    assignee: someone("assignee"),
    requester: someone("requester"),
    category: asked.category ?? null,
    q: asked.q?.trim() || null,
    from: time("from", asked.from),
    to: time("to", asked.to),
    sort: word("sort", asked.sort ?? "-created", ["-created", "created", "-updated"] as const),
  };
  const scope = `requests;viewer=${caller.user.id},${caller.role};${JSON.stringify(filter)}`;
  const { limit, from } = await wanted(c, scope, asked);
  return pageReply(c, scope, taken(await c.env.REQUEST_INDEX.getByName(config.org).list(caller, filter, from, limit)));
}

/** The same page from PostgreSQL: one status, newest first. */
export async function listFromPostgres(c: Context): Promise<Response> {
  const asked = query(c, ["status", "limit", "cursor"]);
  const { caller, config } = c.var;
  if (seesOnly(caller) !== null) throw forbidden();
  const status = word("status", asked.status, STATUSES);
  const scope = `postgres;viewer=${caller.user.id},${caller.role};${status}`;
  const { limit, from } = await wanted(c, scope, asked);
  return pageReply(c, scope, await c.env.DATABASE.getByName(`${config.org}/0`).list(config.org, status, from, limit));
}

export async function watch(c: Context): Promise<Response> {
  const id = await genuine(c);
  const after = wholeNumber("after", query(c, ["after"]).after);
  return openSocket(c, stubOf(c, id), after);
}

export const watchList = (c: Context): Promise<Response> =>
  openSocket(c, c.env.REQUEST_INDEX.getByName(c.var.config.org), null);

async function openSocket(c: Context, stub: { fetch(request: Request): Promise<Response> }, after: number | null): Promise<Response> {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    throw invalid("Upgrade", "upgrade_required", "This is a WebSocket; ask for the upgrade.");
  }
  const { config, caller, session } = c.var;
  const upgrade: Upgrade = { org: config.org, caller, session, after, wish: null };
  const response = await stub.fetch(upgradeRequest(upgrade));
  if (response.status !== 101) throw new Refused(await readRefusal(response));
  return response;
}

async function commandOf(c: Context, action: Action, fields: Fields): Promise<Command> {
  switch (action) {
    case "approve":
    case "start":
    case "resume":
      return { kind: action };
    case "reject":
    case "release":
    case "hold":
    case "reopen":
    case "cancel":
      return { kind: action, reason: text(fields, "reason", 1, 2_000, true) };
    case "assign":
      return { kind: action, assignee: await assigneeOf(c, fields.assignee_id), takeOver: flag("take_over", fields.take_over ?? false) };
    case "complete":
      return { kind: action, resolution: text(fields, "resolution", 1, 5_000, true) };
    case "close":
      return { kind: action, rating: (fields.rating as number | undefined) ?? null };
  }
}

/** Who the work goes to. A claim needs no look-up: the caller is known. */
async function assigneeOf(c: Context, id: unknown): Promise<Person> {
  const { caller } = c.var;
  if (typeof id !== "string" || !isUuid(id)) throw invalid("assignee_id", "required", "assignee_id is required.");
  if (id === caller.user.id && caller.role !== "requester") return caller.user;
  const user = await findUser(c, id);
  if (user === null) throw invalid("assignee_id", "unknown_user", "There is no active user with this id.");
  if (user.role === "requester") throw invalid("assignee_id", "not_assignable", "This user does not do maintenance work.");
  return { id: user.id, name: user.name };
}

async function onBehalfOf(c: Context, caller: Caller, id: unknown): Promise<Person | null> {
  if (id === undefined || id === caller.user.id) return null;
  if (typeof id !== "string" || !isUuid(id)) throw invalid("requester_id", "malformed", "requester_id is not a user id.");
  if (!manages(caller.role)) throw forbidden();
  const user = await findUser(c, id);
  if (user === null) throw invalid("requester_id", "unknown_user", "There is no active user with this id.");
  return { id: user.id, name: user.name };
}

/** An active user, through the cache; the stale one while PostgreSQL is away. */
async function findUser(c: Context, id: string): Promise<User | null> {
  const { org } = c.var.config;
  const cache = c.env.CACHE.getByName(`${org}/users`);
  const cached = await cache.read(id);
  if (cached?.fresh) return JSON.parse(cached.value) as User | null;
  try {
    const user = await c.env.DATABASE.getByName(`${org}/0`).user(org, id);
    await cache.write(id, JSON.stringify(user), USERS_FRESH_MS);
    return user;
  } catch (error) {
    if (cached === null) throw error;
    return JSON.parse(cached.value) as User | null;
  }
}

/** The request that a client names; one that this deployment never made is not there. */
export async function genuine(c: Context): Promise<string> {
  const id = c.req.param("id") ?? "";
  if (!(await isGenuine(c.var.config.idKey, c.var.config.org, id))) throw notFound();
  return id;
}

export const stubOf = (c: Context, id: string): DurableObjectStub<RequestObject> => c.env.REQUEST.getByName(`${c.var.config.org}/${id}`);

export async function context(c: Context, deed: string, key: string | null, bytes: ArrayBuffer | Uint8Array | null): Promise<CallContext> {
  const { config, caller, visit } = c.var;
  const idempotency =
    key === null || bytes === null ? null : { key: `${caller.user.id}/${deed}/${key}`, body_hash: await sha256Hex(bytes) };
  return { org: config.org, caller, trace: visit.trace, idempotency };
}

/** Writes down what a command came to. */
export async function noting<T extends object>(c: Context, deed: string, request: string, work: () => Promise<T>): Promise<T> {
  const outcome = await work();
  const { visit } = c.var;
  if ("refused" in outcome) {
    const { code } = outcome.refused as { code: string };
    visit.note("requests", "warn", `${deed}: refused`, { request, code });
  } else {
    visit.note("requests", "info", deed, { request });
  }
  return outcome;
}

export function idempotencyKey(c: Context): string | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw invalid("Idempotency-Key", "malformed", "Idempotency-Key is not a valid key.");
  return key;
}

function ifMatch(c: Context): number | null {
  const value = c.req.header("if-match")?.trim();
  if (value === undefined || value === "*") return null;
  const version = versionIn(value);
  if (version === null) throw invalid("If-Match", "malformed", 'If-Match must be an ETag of this API, such as "v7".');
  return version;
}

const versioned = (c: Context, status: 200 | 201, { version, record }: Versioned, headers: Record<string, string> = {}): Response =>
  jsonText(c, record, status, { etag: tagOf(version, record), ...headers });
