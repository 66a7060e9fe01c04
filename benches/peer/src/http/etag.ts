// Entity tags: a record's version, and a hash of what this viewer is shown.

const encoder = new TextEncoder();
const place = new Uint8Array(64 * 1024);

/** The bytes of a text, good until the next are asked for: almost all fit into one place. */
function bytesOf(text: string): Uint8Array {
  return text.length * 3 <= place.length ? place.subarray(0, encoder.encodeInto(text, place).written) : encoder.encode(text);
}

/** The tag of a record in this version: `"v7-9f86d081884c7d65"`, with the 64 bits of FNV-1a as two numbers of 32. */
export function tagOf(version: number, body: string): string {
  const bytes = bytesOf(body);
  let high = 0xcbf29ce4 | 0;
  let low = 0x84222325 | 0;
  // Times 2^40 + 435.
  for (let i = 0; i < bytes.length; i += 1) {
    low ^= bytes[i]!;
    const lower = (low & 0xffff) * 435;
    const upper = (low >>> 16) * 435 + (lower >>> 16);
    high = (Math.imul(high, 435) + (low << 8) + (upper >>> 16)) | 0;
    low = (upper << 16) | (lower & 0xffff);
  }
  return `"v${version}-${hex(high)}${hex(low)}"`;
}

const hex = (bits: number): string => (bits >>> 0).toString(16).padStart(8, "0");

/** Whether an `If-None-Match` names `tag`. */
export const isAmong = (tag: string, named: string): boolean =>
  named.split(",").some((one) => {
    const text = one.trim();
    return text === "*" || text.replace(/^(W\/)+/, "") === tag;
  });

/** The version in a tag of this API, with or without the hash; null in what is none. */
export function versionIn(tag: string): number | null {
  const version = /^"v(0|[1-9]\d*)(?:-[0-9a-f]{16})?"$/.exec(tag)?.[1];
  return version === undefined ? null : Number(version);
}
