// Request ids that cannot be guessed: a UUID of version 8, ten bytes that tell requests apart and six that a key of this
// deployment makes of them. What a client made up gets no object.

const UNIQUE = 10;
const SEAL = 6;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const encoder = new TextEncoder();

const hyphenated = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

async function sealOf(key: CryptoKey, org: string, unique: Uint8Array): Promise<Uint8Array> {
  const [prefix, suffix] = [encoder.encode("cepatedge request 1\0"), encoder.encode(org)];
  const message = new Uint8Array(prefix.length + UNIQUE + suffix.length);
  message.set(prefix);
  message.set(unique, prefix.length);
  message.set(suffix, prefix.length + UNIQUE);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message)).subarray(0, SEAL);
}

async function mint(key: CryptoKey, org: string, random: Uint8Array): Promise<string> {
  const bytes = new Uint8Array(UNIQUE + SEAL);
  bytes.set(random.subarray(0, UNIQUE));
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  bytes.set(await sealOf(key, org, bytes.subarray(0, UNIQUE)), UNIQUE);
  return hyphenated(bytes.toHex());
}

/** The id of a new request: the same one for the same key of the same user, so that a retry meets the same object. */
export async function requestId(key: CryptoKey, org: string, user: string, idempotencyKey: string | null): Promise<string> {
  if (idempotencyKey === null) return mint(key, org, crypto.getRandomValues(new Uint8Array(UNIQUE)));
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${org}/${user}/${idempotencyKey}`));
  return mint(key, org, new Uint8Array(digest));
}

/** Whether this deployment made the id. */
export async function isGenuine(key: CryptoKey, org: string, id: string): Promise<boolean> {
  if (!UUID.test(id)) return false;
  const bytes = Uint8Array.fromHex(id.replaceAll("-", ""));
  return crypto.subtle.timingSafeEqual(await sealOf(key, org, bytes.subarray(0, UNIQUE)), bytes.subarray(UNIQUE));
}

export const isUuid = (text: string): boolean => UUID.test(text);

export async function sha256Hex(data: string | ArrayBuffer | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
