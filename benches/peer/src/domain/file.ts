// A file that somebody attaches to a request: what it is called, what it is by its first bytes, where it lies, how it is served.

import { Refused, forbidden, invalid, invalidTransition } from "./refusal.ts";
import { type Caller, type MaintenanceRequest, type Person, type Visibility, allowedActions, isFinal, seesInternal } from "./request.ts";

export const HEAD_BYTES = 256 * 1024;
export const PENDING_MS = 24 * 3_600_000;

const MEGABYTE = 1024 * 1024;
const MOST_BYTES = 25 * MEGABYTE;
const MOST_FILES = 20;
const MOST_BYTES_TOGETHER = 100 * MEGABYTE;

/** What is said of a file before its bytes come. */
export type Declared = { id: string; filename: string; size: number; visibility: Visibility };

/** What was found of its bytes. */
export type Arrived = { content_type: string; sha256: string };

export type Attachment = Declared & Arrived & {
  mark: null;
  comment: null;
  width: null;
  height: null;
  thumbnail: false;
  by: Person;
  created_at: string;
};

/** A name without a folder, and without what a shell or a file system reads otherwise. */
export function fileName(given: string | undefined): string {
  const last = (given ?? "").split(/[/\\]/).pop()!;
  const name = last.replace(/[:*?"<>|]/g, "_").replace(/^[.\s]+|[.\s]+$/g, "");
  if (name === "") throw invalid("filename", "required", "filename is required.");
  if ([...name].length > 200) throw invalid("filename", "too_long", "filename has more than 200 characters.");
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) throw invalid("filename", "control_character", "filename has control characters.");
  return name;
}

const KINDS: { type: string; extensions: string[]; magic: number[] }[] = [
  { type: "application/pdf", extensions: ["pdf"], magic: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { type: "audio/mpeg", extensions: ["mp3"], magic: [0x49, 0x44, 0x33] },
];

/** What begins with these bytes, of the kinds that are measured; and its name with an extension that says so. */
export function look(head: Uint8Array, filename: string): { content_type: string; filename: string } {
  const kind = KINDS.find(({ magic }) => magic.every((byte, at) => head[at] === byte));
  if (kind === undefined) {
    throw new Refused({ code: "unsupported_file", status: 415, title: "Unsupported", detail: "This file is none of those that are taken." });
  }
  const extension = /\.([^.]*)$/.exec(filename)?.[1]?.toLowerCase();
  const fits = extension !== undefined && kind.extensions.includes(extension);
  return { content_type: kind.type, filename: fits ? filename : `${filename}.${kind.extensions[0]}` };
}

/** Refuses a file that may not be attached as it was declared. */
export function mayAttach(request: MaintenanceRequest, file: Declared, caller: Caller, record: () => unknown): void {
  if (file.visibility === "internal" && !seesInternal(caller.role)) throw forbidden();
  if (isFinal(request.status)) throw invalidTransition(request.status, allowedActions(request, caller, Date.now()), record());
  const known = request.attachments ?? [];
  if (file.size > MOST_BYTES) {
    throw new Refused({ code: "file_too_large", status: 413, title: "Too large", detail: "The file is too large." });
  }
  const conflict = (code: string): Refused => new Refused({ code, status: 409, title: "Conflict", detail: "The request has too many files." });
  if (known.length >= MOST_FILES) throw conflict("too_many_files");
  if (known.reduce((sum, { size }) => sum + size, file.size) > MOST_BYTES_TOGETHER) throw conflict("files_too_large");
}

export const visibleFiles = (request: MaintenanceRequest, caller: Caller): Attachment[] =>
  (request.attachments ?? []).filter(({ visibility }) => visibility === "public" || seesInternal(caller.role));

export const placeOf = (org: string, request: string, file: string): string => `${org}/requests/${request}/${file}`;

export const POLICY_OF_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";
export const POLICY =
  "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** What a `Range` wants of a file: a part, all of it (null), or what it does not have ("nothing"). */
export function wantedPart(range: string | undefined, size: number): { offset: number; length: number } | null | "nothing" {
  const found = /^\s*bytes=\s*(\d*)\s*-\s*(\d*)\s*$/.exec(range ?? "");
  if (found === null || (found[1] === "" && found[2] === "")) return null;
  if (found[1] === "") {
    const length = Math.min(Number(found[2]), size);
    return length === 0 ? "nothing" : { offset: size - length, length };
  }
  const first = Number(found[1]);
  const last = found[2] === "" ? Infinity : Number(found[2]);
  if (first > last) return null;
  if (first >= size) return "nothing";
  return { offset: first, length: Math.min(last, size - 1) - first + 1 };
}
