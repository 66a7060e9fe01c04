// What every route has in common: the context, the headers of every answer, refusals as problem+json, the journal.

import { type Context as HonoContext, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";

import { type Config, type Env, configOf } from "../env.ts";
import { type Refusal, Refused, forbidden } from "../domain/refusal.ts";
import type { Caller } from "../domain/request.ts";
import { Visit, write } from "./journal.ts";

export type App = {
  Bindings: Env;
  Variables: { config: Config; visit: Visit; caller: Caller; session: string; own?: Record<string, string> };
};
export type Context = HonoContext<App>;

export const newApp = (): Hono<App> => new Hono<App>();

const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** JSON text that is handed on as it is. */
export const jsonText = (c: Context, body: string, status: 200 | 201 = 200, headers: Record<string, string> = {}): Response =>
  c.body(body, status, { "content-type": "application/json", ...headers });

export function problem(c: Context, refusal: Refusal): Response {
  const { status, code, title, detail, errors, allowed_actions, record, retryAfter } = refusal;
  c.get("visit").code = code;
  const body = { type: "about:blank", title, status, detail, code, request_id: c.get("visit").trace, errors, allowed_actions, record };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  return c.body(JSON.stringify(body), status, headers);
}

/** Wraps every request: configuration, headers, log entry. */
export const every = createMiddleware<App>(async (c, next) => {
  const visit = new Visit(crypto.randomUUID(), Date.now());
  c.set("visit", visit);
  c.set("config", await configOf(c.env));
  await next();
  const { config } = c.var;
  if (c.res.status !== 101) {
    const { headers } = c.res;
    for (const name in HEADERS) headers.set(name, HEADERS[name as keyof typeof HEADERS]);
    // A file has some of its own.
    const own = c.get("own");
    if (own !== undefined) for (const name in own) headers.set(name, own[name]!);
    headers.set("x-request-id", visit.trace);
    const origin = c.req.header("origin");
    if (origin !== undefined && config.origins.includes(origin)) {
      headers.set("access-control-allow-origin", origin);
      headers.set("access-control-allow-credentials", "true");
      headers.set("access-control-expose-headers", "etag, location, link, retry-after, x-request-id");
    }
    if (config.origins.length > 0) headers.set("vary", "origin");
  }
  write(c.env, c.executionCtx as ExecutionContext, visit.entries(c.req.method, routePath(c, -1), c.res.status));
});

/** Refusals become problems; what is not one is a fault of ours. */
export function onError(error: Error, c: Context): Response {
  if (error instanceof Refused) return problem(c, error.refusal);
  console.error(error);
  return problem(c, { code: "internal", status: 500, title: "Internal error", detail: "Something went wrong on our side." });
}

/** Whether a write or an upgrade comes from where it may. */
export const origin = createMiddleware<App>(async (c, next) => {
  const own = new URL(c.req.url).origin;
  const listed = (from: string | undefined): boolean => from !== undefined && (from === own || c.var.config.origins.includes(from));
  if (c.req.header("upgrade") === "websocket") {
    if (!listed(c.req.header("origin"))) throw forbidden();
  } else if (c.req.method !== "GET") {
    const site = c.req.header("sec-fetch-site");
    const from = c.req.header("origin");
    const allowed = site === undefined ? from === undefined || listed(from) : site === "same-origin" || (site === "same-site" && listed(from));
    const program = c.req.header("x-cepatedge") !== undefined || c.req.header("content-type")?.startsWith("application/json");
    if (!allowed || !program) throw forbidden();
  }
  await next();
});
