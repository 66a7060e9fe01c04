// The Worker as the platform sees it: its events, and a Durable Object class for each actor.
//
// `durable-wasm` is the wasm module and `durable-classes` a line per class that wrangler.toml binds; the build makes both.
// Traps are contained by crates/durable/js/life.js; docs/decisions/0003-trap-containment.md has the reasons.
import * as wasm from "durable-wasm";
import { enter, start, Trapped } from "./crates/durable/js/life.js";
import "./crates/text/text.js";
import "./src/mail/provider.js";
import "./src/router/oidc/platform.js";
import "./src/router/openapi.js";
import "./src/push/push.js";
import "./src/files/files.js";

export * from "durable-classes";

/** No HTTP request may take longer: a lost reply becomes an answer that the client can act on. */
const REQUEST_LIMIT_MS = 15_000;

/** A file comes as fast as its sender's connection; one that has gone silent is given up in `src/files/mod.rs`. */
const UPLOAD_LIMIT_MS = 15 * 60_000;

/** Whether a file comes. */
const isUpload = ({ method, url }) => method === "POST" && /\/attachments(?:\?|$)/.test(url);

start(wasm.begin);

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

// What the router does with each request, in one crossing between wasm and JavaScript instead of several.
/** Method, URL and the headers that router/http/incoming.rs reads ahead; "\r" where one was not sent, but for the last. */
globalThis.cepatedge_request_line = (request) => {
  const { method, url, headers } = request;
  const authorization = headers.get("authorization");
  const line = `${method}\n${url}\n${headers.get("origin") ?? "\r"}\n${headers.get("cookie") ?? "\r"}`;
  return authorization === null ? line : `${line}\n${authorization}`;
};
/** The body as router/http/body.rs wants it: within a size and a time, as it was sent; or the word for why not. */
globalThis.cepatedge_body = async (request, largest, patienceMs) => {
  const { headers, body } = request;
  if ((headers.get("content-encoding") ?? "identity").trim().toLowerCase() !== "identity") return "encoding";
  const length = Number(headers.get("content-length") ?? NaN);
  if (length > largest) return "size";
  if (!body) return new Uint8Array();
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs, "time")));
  try {
    // A body that tells its length is read at once, and any other only as far as it may go.
    return await Promise.race([length >= 0 ? request.bytes() : readUpTo(largest, body), late]);
  } catch {
    return "broken";
  } finally {
    clearTimeout(timer);
  }
};
globalThis.cepatedge_respond = (status, head, body) => {
  const response = new Response(body, blank(status));
  const { headers } = response;
  const lines = head.split("\n");
  for (let at = 0; at < lines.length; at += 2) headers.set(lines[at], lines[at + 1]);
  return response;
};
const utf8 = new TextEncoder();
globalThis.cepatedge_stream = (next) => {
  const pull = async (stream) => {
    const text = await next();
    if (text === undefined) stream.close();
    // A part may be empty, and an empty chunk is no answer to a pull.
    else if (text === "") await pull(stream);
    else stream.enqueue(utf8.encode(text));
  };
  return new ReadableStream({ pull });
};
globalThis.cepatedge_respond_around = (status, head, ...body) => cepatedge_respond(status, head, durable_around(...body));

async function readUpTo(largest, body) {
  const chunks = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > largest) return "size";
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  for (const chunk of chunks.reverse()) whole.set(chunk, (length -= chunk.length));
  return whole;
}

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

/** What the API answers on the app's host, too: itself, and what probes ask for. */
const OF_THE_API = /^https?:\/\/[^/?#]+\/(?:api|health|ready)(?:[/?#]|$)/;

/** Whether a page of the app is asked for. On a host of its own, the API has every path. */
function isPage({ url }, { ASSETS, API_HOST }) {
  return ASSETS && !OF_THE_API.test(url) && new URL(url).hostname !== API_HOST;
}

export default {
  async fetch(request, env, ctx) {
    if (isPage(request, env)) return env.ASSETS.fetch(request);
    let timer;
    const limit = new Promise((resolve) => {
      const late = () => resolve(unavailable("The request took too long and may or may not have been carried out; repeat it with the same Idempotency-Key."));
      timer = setTimeout(late, isUpload(request) ? UPLOAD_LIMIT_MS : REQUEST_LIMIT_MS);
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
