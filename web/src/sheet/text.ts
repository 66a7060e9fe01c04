// The text of a file, whatever encoding it was saved in.

export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const starts = (bytes: Uint8Array, ...mark: number[]) => mark.every((byte, at) => bytes[at] === byte);

/** So much of a file shows whether it is UTF-16 without a mark, in bytes. */
const LOOKED_AT = 4_096;

function withoutMark(bytes: Uint8Array): Encoding {
  const head = bytes.subarray(0, LOOKED_AT);
  const zeros = [0, 0];
  head.forEach((byte, at) => { if (byte === 0) zeros[at % 2]!++; });
  // Every other byte of a Latin text in UTF-16 is zero.
  if (zeros[1]! > head.length / 5) return "utf-16le";
  if (zeros[0]! > head.length / 5) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** By its mark, or by what it cannot be: what is no UTF-8 was saved by an older spreadsheet. */
export function encodingOf(bytes: Uint8Array): Encoding {
  if (starts(bytes, 0xef, 0xbb, 0xbf)) return "utf-8";
  if (starts(bytes, 0xff, 0xfe)) return "utf-16le";
  if (starts(bytes, 0xfe, 0xff)) return "utf-16be";
  return withoutMark(bytes);
}

/** The text, without the mark. */
export const decode = (bytes: Uint8Array, encoding: Encoding) => new TextDecoder(encoding).decode(bytes);
