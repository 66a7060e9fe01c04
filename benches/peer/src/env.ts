// What the deployment configures: bindings, and keys that are imported once per isolate.

import type { AccountObject } from "./objects/account.ts";
import type { CacheObject } from "./objects/cache.ts";
import type { DatabaseObject } from "./objects/database.ts";
import type { LogStreamObject } from "./objects/log-stream.ts";
import type { RequestObject } from "./objects/request.ts";
import type { RequestIndexObject } from "./objects/request-index.ts";
import type { SessionObject } from "./objects/session.ts";

export type Env = {
  ORG: string;
  APP_ORIGINS: string;
  DATABASE_URL: string;
  DATABASE_SHARDS: string;
  JWT_KEYS: string;
  CURSOR_KEY: string;
  ID_KEY: string;
  FILES: R2Bucket;
  REQUEST: DurableObjectNamespace<RequestObject>;
  SESSION: DurableObjectNamespace<SessionObject>;
  ACCOUNT: DurableObjectNamespace<AccountObject>;
  LOG_STREAM: DurableObjectNamespace<LogStreamObject>;
  REQUEST_INDEX: DurableObjectNamespace<RequestIndexObject>;
  CACHE: DurableObjectNamespace<CacheObject>;
  DATABASE: DurableObjectNamespace<DatabaseObject>;
};

export type Config = {
  org: string;
  origins: string[];
  jwtKid: string;
  jwtKeys: Map<string, CryptoKey>;
  cursorKey: CryptoKey;
  idKey: CryptoKey;
};

const encoder = new TextEncoder();
let known: Promise<Config> | undefined;

/** The configuration, read once per isolate. */
export function configOf(env: Env): Promise<Config> {
  return (known ??= read(env));
}

async function read(env: Env): Promise<Config> {
  const { current, keys } = JSON.parse(env.JWT_KEYS) as { current: string; keys: Record<string, string> };
  const jwtKeys = new Map<string, CryptoKey>();
  for (const [kid, key] of Object.entries(keys)) jwtKeys.set(kid, await hmacKey(Uint8Array.fromBase64(key)));
  return {
    org: env.ORG,
    origins: env.APP_ORIGINS.split(",").map((origin) => origin.trim()).filter(Boolean),
    jwtKid: current,
    jwtKeys,
    cursorKey: await hmacKey(encoder.encode(env.CURSOR_KEY)),
    idKey: await hmacKey(encoder.encode(env.ID_KEY)),
  };
}

const hmacKey = (bytes: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
