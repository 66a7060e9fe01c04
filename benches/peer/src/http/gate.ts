// Who is calling: cookie, token, session. A read asks the session while the target works and releases the answer only if the
// session holds; a write asks the session first.

import { getCookie } from "hono/cookie";
import { SignJWT, jwtVerify } from "jose";

import type { Config } from "../env.ts";
import { sha256Hex } from "../domain/ids.ts";
import { forbidden, taken, unauthenticated } from "../domain/refusal.ts";
import { type Caller, type Role, actorOf } from "../domain/request.ts";
import type { Held } from "../objects/session.ts";
import type { Context } from "./app.ts";

export const COOKIE = "__Host-ce_session";
const ISSUER = "cepatedge";
const AUDIENCE = "cepatedge-session";
const RENEW_AFTER_S = 600;

type Claims = { sid: string; sub: string; org: string; role: Role; name: string; iat: number };

async function verify(config: Config, token: string): Promise<Claims> {
  const key = (header: { kid?: string }): CryptoKey => {
    const known = config.jwtKeys.get(header.kid ?? "");
    if (known === undefined) throw unauthenticated();
    return known;
  };
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"], issuer: ISSUER, audience: AUDIENCE });
    if (payload.org !== config.org) throw unauthenticated();
    return payload as unknown as Claims;
  } catch {
    throw unauthenticated();
  }
}

/** The name of the object of the session with this id. */
export const sessionName = (sid: string): Promise<string> =>
  sha256Hex(Uint8Array.fromBase64(sid, { alphabet: "base64url" }));

/** The cookie with a fresh token for a session that holds. */
export async function cookieFor(config: Config, sid: string, held: Held): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000);
  const exp = Math.floor(held.expires_at / 1_000);
  const { user, role } = held.caller;
  const token = await new SignJWT({ sid, org: config.org, role, name: user.name })
    .setProtectedHeader({ typ: "JWT", alg: "HS256", kid: config.jwtKid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(user.id)
    .setIssuedAt(iat)
    .setExpirationTime(exp)
    .sign(config.jwtKeys.get(config.jwtKid)!);
  return `${COOKIE}=${token}; Path=/; Max-Age=${exp - iat}; Secure; HttpOnly; SameSite=Lax`;
}

async function present(c: Context): Promise<{ claims: Claims; session: string; check: () => Promise<Held> }> {
  const token = getCookie(c, COOKIE);
  if (token === undefined) throw unauthenticated();
  const { config } = c.var;
  const claims = await verify(config, token);
  const session = await sessionName(claims.sid);
  const caller: Caller = { user: { id: claims.sub, name: claims.name }, role: claims.role };
  c.set("caller", caller);
  c.set("session", session);
  c.get("visit").actor = actorOf(caller);
  const check = async (): Promise<Held> => {
    const held = taken(await c.env.SESSION.getByName(`${config.org}/${session}`).check(session));
    if (held.caller.user.id !== claims.sub || held.caller.role !== claims.role) throw unauthenticated();
    return held;
  };
  return { claims, session, check };
}

async function renew(c: Context, claims: Claims, held: Held): Promise<void> {
  if (Date.now() / 1_000 - claims.iat < RENEW_AFTER_S || c.res.status === 101) return;
  c.res.headers.append("set-cookie", await cookieFor(c.var.config, claims.sid, held));
}

/** For writes, sockets and whoever needs the session itself: the session first. */
export const held = (use: (c: Context, held: Held) => Response | Promise<Response>) => async (c: Context): Promise<Response> => {
  const { claims, check } = await present(c);
  const session = await check();
  const response = await use(c, session);
  c.res = response;
  await renew(c, claims, session);
  return c.res;
};

/** For reads: both at the same time. */
export const beside = (use: (c: Context) => Promise<Response>, roles?: Role[]) => async (c: Context): Promise<Response> => {
  const { claims, check } = await present(c);
  if (roles !== undefined && !roles.includes(claims.role)) {
    await check();
    throw forbidden();
  }
  // The session's refusal counts before the target's.
  const [session, target] = await Promise.allSettled([check(), use(c)]);
  if (session.status === "rejected") throw session.reason;
  if (target.status === "rejected") throw target.reason;
  c.res = target.value;
  await renew(c, claims, session.value);
  return c.res;
};
