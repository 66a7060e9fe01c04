// Opaque, sealed positions in a list: base64url(payload, first 16 bytes of HMAC-SHA256(scope, payload)).

import { invalidCursor } from "./refusal.ts";

export type Position = { ts: number; id: string };

const TAG_BYTES = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function tag(key: CryptoKey, scope: string, payload: Uint8Array): Promise<Uint8Array> {
  const prefix = encoder.encode(`cepatedge cursor 1\0${scope.length}:${scope}`);
  const message = new Uint8Array(prefix.length + payload.length);
  message.set(prefix);
  message.set(payload, prefix.length);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message)).subarray(0, TAG_BYTES);
}

export async function seal(key: CryptoKey, scope: string, position: Position): Promise<string> {
  const payload = encoder.encode(`${position.ts}:${position.id}`);
  const sealed = new Uint8Array(payload.length + TAG_BYTES);
  sealed.set(payload);
  sealed.set(await tag(key, scope, payload), payload.length);
  return sealed.toBase64({ alphabet: "base64url", omitPadding: true });
}

export async function open(key: CryptoKey, scope: string, text: string): Promise<Position> {
  if (text.length > 1_024) throw invalidCursor();
  let sealed: Uint8Array;
  try {
    sealed = Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    throw invalidCursor();
  }
  if (sealed.length <= TAG_BYTES) throw invalidCursor();
  const payload = sealed.subarray(0, -TAG_BYTES);
  const wanted = await tag(key, scope, payload);
  if (!crypto.subtle.timingSafeEqual(wanted, sealed.subarray(-TAG_BYTES))) throw invalidCursor();
  const [ts, id] = decoder.decode(payload).split(":");
  if (ts === undefined || id === undefined) throw invalidCursor();
  return { ts: Number(ts), id };
}
