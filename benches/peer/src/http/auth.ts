// Signing in and out, and who is signed in.

import { argon2id } from "@noble/hashes/argon2.js";

import { sha256Hex } from "../domain/ids.ts";
import { invalid, invalidCredentials, taken } from "../domain/refusal.ts";
import { type Caller, type Role, actorOf } from "../domain/request.ts";
import type { Held } from "../objects/session.ts";
import { type Context, jsonText } from "./app.ts";
import { COOKIE, cookieFor, sessionName } from "./gate.ts";

const NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const iso = (ms: number): string => new Date(ms).toISOString();

function profile(held: Held) {
  const { user, role } = held.caller;
  return {
    user: { id: user.id, name: user.name, email: held.email, username: null, role },
    session: { id: held.session, opened_at: iso(held.opened_at), expires_at: iso(held.expires_at) },
  };
}

export const me = (c: Context, held: Held): Response => jsonText(c, JSON.stringify(profile(held)));

export async function login(c: Context): Promise<Response> {
  const { email, password } = await c.req.json<{ email?: unknown; password?: unknown }>();
  if (typeof email !== "string" || typeof password !== "string") throw invalid("email", "required", "email is required.");
  const { config, visit } = c.var;
  const throttle = c.env.ACCOUNT.getByName(`${config.org}/login/${await sha256Hex(email.toLowerCase())}`);
  taken(await throttle.attempt());
  const found = await c.env.DATABASE.getByName(`${config.org}/0`).credentials(config.org, email);
  const proven = matches(found?.password_hash ?? NOBODY, password);
  if (found === null || !proven || found.status !== "active") {
    visit.note("auth", "warn", "sign-in refused", {});
    throw invalidCredentials();
  }
  await throttle.succeeded();
  const caller: Caller = { user: { id: found.id, name: found.name }, role: found.role as Role };
  const sid = crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
  const session = await sessionName(sid);
  const user_agent = (c.req.header("user-agent") ?? "").slice(0, 200);
  const address = c.req.header("cf-connecting-ip") ?? "unknown";
  const held = taken(
    await c.env.SESSION.getByName(`${config.org}/${session}`).open(session, { caller, email: found.email, user_agent, address }),
  );
  const { opened_at, ends_at } = held;
  await c.env.ACCOUNT.getByName(`${config.org}/user/${found.id}`).opened({ session, opened_at, ends_at, user_agent, address });
  visit.actor = actorOf(caller);
  visit.note("auth", "info", "signed in", { session: session.slice(0, 12) });
  return jsonText(c, JSON.stringify(profile(held)), 200, { "set-cookie": await cookieFor(config, sid, held) });
}

export async function logout(c: Context): Promise<Response> {
  await c.env.SESSION.getByName(`${c.var.config.org}/${c.var.session}`).revoke();
  return c.body(null, 204, { "set-cookie": `${COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax` });
}

/** Whether the password is the one of this Argon2id PHC string. */
function matches(phc: string, password: string): boolean {
  const [, , , parameters, salt, hash] = phc.split("$");
  const { m, t, p } = Object.fromEntries(parameters!.split(",").map((pair) => pair.split("="))) as Record<string, string>;
  const wanted = Uint8Array.fromBase64(hash!);
  const made = argon2id(password, Uint8Array.fromBase64(salt!), { m: Number(m), t: Number(t), p: Number(p), dkLen: wanted.length });
  return crypto.subtle.timingSafeEqual(made, wanted);
}
