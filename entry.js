// The only JavaScript of the Worker: it hands the platform's events to the wasm module, exports each actor as a
// Durable Object class, and contains traps.
//
// A Rust panic is a wasm trap: it unwinds nothing, and every future of that wasm instance is dead with it. So each
// event that is in flight is registered here; when the instance dies (the panic hook calls `cepatedge_trapped`, or a
// call throws a RuntimeError), all of them fail at once with a retryable error, and the next event starts a fresh
// instance. Storage is safe: a transaction that was open when the trap came is rolled back by the platform.
// docs/decisions/0003-trap-containment.md has the reasons.
import { DurableObject } from "cloudflare:workers";
import * as wasm from "cepatedge-wasm";

/** No HTTP request may take longer: a lost reply becomes an answer that the client can act on. */
const REQUEST_LIMIT_MS = 15_000;

class Trapped extends Error {
  constructor(reason) {
    super(`the instance ended: ${reason}`);
    this.name = "Trapped";
    this.retryable = true;
  }
}

/** One wasm instance, from its start to its trap. */
class Life {
  inFlight = new Set();
  sockets = new Map();
  ended = false;

  end(reason) {
    if (this.ended) return;
    this.ended = true;
    console.error(JSON.stringify({ level: "error", message: "wasm instance ended", reason: String(reason), in_flight: this.inFlight.size }));
    const error = new Trapped(reason);
    for (const fail of this.inFlight) fail(error);
    this.inFlight.clear();
    for (const [socket, owner] of this.sockets) orphans.set(socket, owner);
    this.sockets.clear();
  }
}

/** TCP sockets of ended instances, by the id of the object that opened them: it alone can close them. */
const orphans = new Map();

function closeOrphans(id) {
  for (const [socket, owner] of orphans) {
    if (owner === id) socket.close().catch(() => {});
  }
}

let life = new Life();
globalThis.cepatedge_trapped = (reason) => life.end(reason);
globalThis.cepatedge_connected = (socket, owner) => {
  const { sockets } = life;
  const forget = () => sockets.delete(socket) || orphans.delete(socket);
  sockets.set(socket, owner);
  socket.closed.then(forget, forget);
};

// Every future that wakes is put on the microtask queue. The platform's `queueMicrotask` leaves V8 for it and comes back
// (3.3 µs); a reaction to a settled promise is the same queue without the way (0.1 µs).
const settled = Promise.resolve();
globalThis.queueMicrotask = (task) => void settled.then(task);
wasm.begin();

function living() {
  if (life.ended) {
    life = new Life();
    wasm.__wbg_reset_state();
    wasm.begin();
  }
  return life;
}

/** Runs one event on the living instance; a synchronous trap ends the instance and is thrown as retryable. */
function enter(run) {
  const here = living();
  let outcome;
  try {
    outcome = run(here);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || here.ended) {
      here.end(error);
      throw new Trapped(error);
    }
    throw error;
  }
  return outcome instanceof Promise ? survive(here, outcome) : outcome;
}

/** The same outcome as `promise`, unless the instance dies first. */
function survive(here, promise) {
  return new Promise((resolve, reject) => {
    here.inFlight.add(reject);
    promise.then(
      (value) => { here.inFlight.delete(reject); resolve(value); },
      (error) => { here.inFlight.delete(reject); reject(error); },
    );
  });
}

/** What every answer of the API carries. */
const ALWAYS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** An empty answer of each status. A new one takes its headers from there: headers of its own would be copied twice. */
const blanks = new Map();

function blank(status) {
  if (!blanks.has(status)) blanks.set(status, new Response(null, { status, headers: ALWAYS }));
  return blanks.get(status);
}

// What the router and the call layer do with each request, in one crossing between wasm and JavaScript instead of several.
/** Method, URL and the two headers that router/incoming.rs reads ahead; "\r" where one was not sent. */
globalThis.cepatedge_request_line = (request) => {
  const { method, url, headers } = request;
  return `${method}\n${url}\n${headers.get("origin") ?? "\r"}\n${headers.get("cookie") ?? "\r"}`;
};
globalThis.cepatedge_respond = (status, head, body) => {
  const response = new Response(body, blank(status));
  const { headers } = response;
  const lines = head.split("\n");
  for (let at = 0; at < lines.length; at += 2) headers.set(lines[at], lines[at + 1]);
  return response;
};
/** Text that wasm has never seen, between two that it has written. */
globalThis.cepatedge_around = (before, kept, after) => before + kept + after;
globalThis.cepatedge_respond_around = (status, head, ...body) => cepatedge_respond(status, head, cepatedge_around(...body));
globalThis.cepatedge_rows = (sql, query, values) => sql.exec(query, ...JSON.parse(values)).raw().toArray();
/** Of rows of a time, a key and JSON: how many there are, the JSON of the first `most`, and time and key of the last of these. */
globalThis.cepatedge_found = (sql, query, values, most) => {
  const rows = sql.exec(query, ...JSON.parse(values)).raw().toArray();
  const shown = rows.slice(0, most);
  const [time, key] = shown.at(-1) ?? [];
  return [rows.length, shown.map((row) => row[2]).join(","), time, key];
};
globalThis.cepatedge_run = (sql, statement, values) => void sql.exec(statement, ...JSON.parse(values));
/** Calls the object of a name, and tells the instance by the call's number what came of it; a limit of 0 is none. */
globalThis.cepatedge_call = (namespace, name, message, limitMs, number) => {
  const here = life;
  let timer;
  const ending = (tell) => (outcome) => {
    clearTimeout(timer);
    if (!here.ended) tell(number, outcome);
  };
  const replied = (number, reply) => {
    const end = reply.indexOf("\n");
    if (end < 0) wasm.cepatedge_replied(number, reply);
    else wasm.cepatedge_replied(number, reply.slice(0, end), reply.slice(end + 1));
  };
  const lost = ending(wasm.cepatedge_lost);
  namespace.getByName(name).call(message).then(ending(replied), lost);
  if (limitMs > 0) timer = setTimeout(() => lost(new Error(`no reply within ${limitMs} ms`)), limitMs);
};

/** The answer for a request whose own answer, and own id, is gone with its instance. */
function unavailable(detail) {
  const request_id = crypto.randomUUID();
  console.error(JSON.stringify({ level: "error", message: detail, request_id }));
  const body = { type: "about:blank", title: "Service unavailable", status: 503, code: "unavailable", detail, request_id };
  return new Response(JSON.stringify(body), {
    status: 503,
    headers: { ...ALWAYS, "content-type": "application/problem+json", "retry-after": "1", "x-request-id": request_id },
  });
}

export default {
  async fetch(request, env, ctx) {
    let timer;
    const limit = new Promise((resolve) => {
      timer = setTimeout(() => resolve(unavailable("The request took too long and may or may not have been carried out; repeat it with the same Idempotency-Key.")), REQUEST_LIMIT_MS);
    });
    try {
      return await Promise.race([enter(() => wasm.fetch(request, env, ctx)), limit]);
    } catch (error) {
      if (error instanceof Trapped) return unavailable("The request was interrupted; repeat it with the same Idempotency-Key.");
      throw error;
    } finally {
      clearTimeout(timer);
    }
  },
  scheduled(event, env, ctx) {
    ctx.waitUntil(enter(() => wasm.scheduled(env)));
  },
};

/** The Durable Object class of one actor kind; the behaviour is `objects::host::Actor` in Rust. */
const actor = (kind) =>
  class extends DurableObject {
    /** The Rust half, made anew when the instance that held it is gone. */
    inner(here) {
      if (this.life !== here) {
        if (this.life) closeOrphans(this.ctx.id.toString());
        this.actor = new wasm.Actor(kind, this.ctx, this.env);
        this.life = here;
      }
      return this.actor;
    }
    call(message) {
      return enter((here) => this.inner(here).call(message));
    }
    fetch(request) {
      return enter((here) => this.inner(here).connect(request));
    }
    alarm() {
      return enter((here) => this.inner(here).alarm());
    }
    webSocketMessage(socket, message) {
      return enter((here) => this.inner(here).socket_message(socket, message));
    }
    webSocketClose(socket, code) {
      return enter((here) => this.inner(here).socket_closed(socket, code));
    }
    webSocketError(socket) {
      return enter((here) => this.inner(here).socket_closed(socket, 1006));
    }
  };

export class RequestObject extends actor("request") {}
export class SessionObject extends actor("session") {}
export class AccountObject extends actor("account") {}
export class LogStreamObject extends actor("log_stream") {}
export class RequestIndexObject extends actor("request_index") {}
export class CacheObject extends actor("cache") {}
export class DatabaseObject extends actor("database") {}
