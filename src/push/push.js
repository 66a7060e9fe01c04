// Web push by SubtleCrypto, for src/push/mod.rs: each call is one crossing from wasm. What a message looks like on the wire is RFC 8291 on
// top of RFC 8188; who sends it is said by VAPID (RFC 8292); how it is handed over is RFC 8030.

const utf8 = new TextEncoder();

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const textOf = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

async function derived(salt, input, info, length) {
  const key = await crypto.subtle.importKey("raw", input, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8));
}

/** A PKCS #8 file around the 32 bytes of a P-256 key (RFC 5958, RFC 5915); whoever imports it computes the public key. */
const pkcs8 = (secret) =>
  joined(bytesOf("MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCA"), secret);

const kept = new Map();

/** The key that signs, its public half as a browser wants it, and the key that closes subscriptions; each is made once. */
function keysOf(secret) {
  if (!kept.has(secret)) kept.set(secret, make(secret));
  return kept.get(secret);
}

async function make(secret) {
  const raw = bytesOf(secret);
  if (raw.length !== 32) throw new Error("a VAPID key has 32 bytes");
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const sign = await crypto.subtle.importKey("pkcs8", pkcs8(raw), curve, true, ["sign"]);
  const { x, y } = await crypto.subtle.exportKey("jwk", sign);
  const close = await derived(new Uint8Array(32), raw, utf8.encode("cepatedge push subscriptions"), 32);
  const seal = await crypto.subtle.importKey("raw", close, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { sign, seal, own: textOf(joined(Uint8Array.of(4), bytesOf(x), bytesOf(y))) };
}

/** The public key that belongs to a secret one; rejects one that is none. */
globalThis.cepatedge_push_key = async (secret) => (await keysOf(secret)).own;

/** Closes a subscription, so that only who has the secret key reads it; rejects one whose key is no point of the curve. */
globalThis.cepatedge_push_seal = async (secret, endpoint, p256dh, auth) => {
  const { seal } = await keysOf(secret);
  await crypto.subtle.importKey("raw", bytesOf(p256dh), { name: "ECDH", namedCurve: "P-256" }, false, []);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = utf8.encode(JSON.stringify({ endpoint, p256dh, auth }));
  return textOf(joined(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, seal, text))));
};

async function opened(seal, text) {
  const bytes = bytesOf(text);
  const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(0, 12) }, seal, bytes.subarray(12));
  return JSON.parse(new TextDecoder().decode(open));
}

/** One record of aes128gcm for a browser's keys; `own` and `salt` are new for each message. */
export async function encrypted(plain, { p256dh, auth }, own, salt) {
  const theirs = bytesOf(p256dh);
  const key = await crypto.subtle.importKey("raw", theirs, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const secret = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: key }, own.privateKey, 256));
  const ours = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const input = await derived(bytesOf(auth), secret, joined(utf8.encode("WebPush: info\0"), theirs, ours), 32);
  const content = await derived(salt, input, utf8.encode("Content-Encoding: aes128gcm\0"), 16);
  const nonce = await derived(salt, input, utf8.encode("Content-Encoding: nonce\0"), 12);
  const aes = await crypto.subtle.importKey("raw", content, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, aes, joined(plain, Uint8Array.of(2)));
  // The salt, the size of a record, and the length of the key that follows.
  return joined(salt, Uint8Array.of(0, 0, 16, 0, ours.length), ours, new Uint8Array(sealed));
}

/** Who sends it: a signature that holds at this push service for half a day. */
async function vapid({ sign, own }, endpoint, subject) {
  const part = (value) => textOf(utf8.encode(JSON.stringify(value)));
  const claims = { aud: new URL(endpoint).origin, exp: Math.floor(Date.now() / 1000) + 43_200, sub: subject };
  const said = `${part({ typ: "JWT", alg: "ES256" })}.${part(claims)}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, sign, utf8.encode(said));
  return `vapid t=${said}.${textOf(signature)}, k=${own}`;
}

/**
 * Hands a message to the push service of a subscription. Its status and how many seconds it wants to be left alone, a line apart; "0"
 * where the subscription cannot be opened any more. Rejects where no answer came.
 */
globalThis.cepatedge_push = async (secret, sealed, subject, payload, head, limitMs) => {
  const keys = await keysOf(secret);
  const subscription = await opened(keys.seal, sealed).catch(() => undefined);
  if (!subscription) return "0\n";
  const own = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const body = await encrypted(utf8.encode(payload), subscription, own, crypto.getRandomValues(new Uint8Array(16)));
  const { endpoint } = subscription;
  const headers = {
    ...JSON.parse(head), "content-type": "application/octet-stream", "content-encoding": "aes128gcm", authorization: await vapid(keys, endpoint, subject),
  };
  const response = await fetch(endpoint, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(limitMs) });
  // What it says is not read: it is nobody that we know.
  await response.body?.cancel();
  return `${response.status}\n${response.headers.get("retry-after") ?? ""}`;
};
