// The files of a request over HTTP: the raw body of a POST goes into the bucket while it is hashed, and out of it into an answer.

import { type Arrived, type Attachment, HEAD_BYTES, POLICY, POLICY_OF_PDF, fileName, look, placeOf, wantedPart } from "../domain/file.ts";
import { type Outcome, Refused, invalid, notFound, refused, taken, unavailable } from "../domain/refusal.ts";
import { type Context, jsonText, problem } from "./app.ts";
import { isAmong } from "./etag.ts";
import { query, word } from "./input.ts";
import { context, genuine, idempotencyKey, noting, stubOf } from "./requests.ts";

const CHUNK = 64 * 1024;
const encoder = new TextEncoder();

export async function attach(c: Context): Promise<Response> {
  const id = await genuine(c);
  const reader = c.req.raw.body?.getReader({ mode: "byob" });
  try {
    return jsonText(c, taken(await noting(c, "attach", id, () => upload(c, id, reader).catch(asRefused))), 201);
  } catch (error) {
    if (reader !== undefined) await drain(reader);
    throw error;
  }
}

/** A refusal as an outcome, so that it is written down. */
function asRefused(error: unknown): Outcome<string> {
  if (error instanceof Refused) return refused(error.refusal);
  throw error;
}

type Reader = ReadableStreamBYOBReader;

/** Reads what is left of a body that is refused, so that its sender hears why. */
async function drain(reader: Reader): Promise<void> {
  for (let spare = new ArrayBuffer(CHUNK); ; ) {
    const { done, value } = await reader.read(new Uint8Array(spare)).catch(() => ({ done: true as const, value: undefined }));
    if (done || value === undefined) return;
    spare = value.buffer;
  }
}

async function upload(c: Context, id: string, reader: Reader | undefined): Promise<Outcome<string>> {
  const asked = query(c, ["filename", "visibility"]);
  const filename = fileName(asked.filename);
  const visibility = word("visibility", asked.visibility ?? "public", ["public", "internal"] as const);
  const size = lengthOf(c);
  if (reader === undefined) throw invalid("body", "required", "The file is empty.");
  const digest = digestOf(c);
  const said = encoder.encode(JSON.stringify([filename, visibility, size, digest]));
  const cx = await context(c, "attach", idempotencyKey(c), said);
  const file = crypto.randomUUID();
  const stub = stubOf(c, id);
  const begun = await stub.beginFile(cx, { id: file, filename, size, visibility });
  if ("refused" in begun) return begun as Outcome<string>;
  if (begun.ok !== null) return { ok: begun.ok };
  try {
    const arrived = await arrive(c, reader, placeOf(c.var.config.org, id, file), filename, size, digest);
    const attached = await stub.attachFile(cx, file, arrived);
    if ("refused" in attached) await stub.dropFile(file);
    return attached;
  } catch (error) {
    await stub.dropFile(file);
    throw error;
  }
}

/** The bytes, on their way into the bucket; the last ones are held back until the hash of all is known. */
async function arrive(c: Context, reader: Reader, key: string, filename: string, size: number, digest: string): Promise<Arrived & { filename: string }> {
  let buffer = new ArrayBuffer(Math.min(HEAD_BYTES, size));
  let seen = 0;
  while (seen < buffer.byteLength) {
    const { done, value } = await reader.read(new Uint8Array(buffer, seen));
    if (value) buffer = value.buffer;
    if (done) break;
    seen += value.length;
  }
  let held = new Uint8Array(buffer, 0, seen);
  const looked = look(held, filename);
  const pipe = new FixedLengthStream(size);
  const writer = pipe.writable.getWriter();
  const hash = new crypto.DigestStream("SHA-256");
  const hashing = hash.getWriter();
  const checks = digest === "" ? {} : { sha256: Uint8Array.fromBase64(digest) };
  const stored = c.env.FILES.put(key, pipe.readable, checks).then(() => true, () => false);
  await hashing.write(held);
  for (let spare = new ArrayBuffer(CHUNK); ; ) {
    const { done, value } = await reader.read(new Uint8Array(spare));
    if (done) break;
    seen += value.length;
    await hashing.write(value);
    await writer.write(held);
    spare = held.buffer;
    held = value;
  }
  await hashing.close();
  const found = new Uint8Array(await hash.digest);
  const wrong =
    seen !== size ? invalid("body", "length_mismatch", "What arrived is not as long as Content-Length says.")
    : digest !== "" && found.toBase64() !== digest ? invalid("Content-Digest", "digest_mismatch", "What arrived is not what Content-Digest says.")
    : null;
  if (wrong !== null) {
    await writer.abort(wrong).catch(() => {});
    await stored;
    throw wrong;
  }
  await writer.write(held);
  await writer.close();
  if (!(await stored)) throw unavailable("the storage of files");
  return { ...looked, sha256: found.toHex() };
}

export async function read(c: Context): Promise<Response> {
  const id = await genuine(c);
  const asked = query(c, ["download"]);
  const download = word("download", asked.download ?? "0", ["0", "1", "false", "true"] as const);
  const file = c.req.param("file") ?? "";
  const cx = await context(c, "read", null, null);
  const known = JSON.parse(taken(await stubOf(c, id).readFile(cx, file))) as Attachment;
  const etag = `"${known.sha256}"`;
  const shown = download === "0" || download === "false";
  const named = c.req.header("if-none-match");
  const treated = {
    "content-disposition": `${shown ? "inline" : "attachment"}; filename="${known.filename}"`,
    "content-security-policy": known.content_type === "application/pdf" ? POLICY_OF_PDF : POLICY,
  };
  const own: Record<string, string> = { ...treated, etag, "cache-control": "private, no-cache", "accept-ranges": "bytes" };
  c.set("own", own);
  if (named !== undefined && isAmong(etag, named)) return c.body(null, 304);
  const ifRange = c.req.header("if-range");
  const part = wantedPart(ifRange === undefined || ifRange.trim() === etag ? c.req.header("range") : undefined, known.size);
  if (part === "nothing") {
    c.set("own", { ...treated, "content-range": `bytes */${known.size}` });
    return problem(c, { code: "range_not_satisfiable", status: 416, title: "Range not satisfiable", detail: "The file ends before the range begins." });
  }
  const object = await c.env.FILES.get(placeOf(c.var.config.org, id, file), part === null ? {} : { range: part });
  if (object === null) throw notFound();
  own["content-type"] = known.content_type;
  if (part !== null) own["content-range"] = `bytes ${part.offset}-${part.offset + part.length - 1}/${known.size}`;
  return new Response(object.body, { status: part === null ? 200 : 206 });
}

function lengthOf(c: Context): number {
  const text = c.req.header("content-length");
  if (text === undefined || !/^\d+$/.test(text)) {
    throw new Refused({ code: "length_required", status: 411, title: "Length required", detail: "Say how long the body is." });
  }
  if (Number(text) === 0) throw invalid("body", "required", "The file is empty.");
  return Number(text);
}

/** The SHA-256 that the client says the body has, in base64; empty where it says none. */
function digestOf(c: Context): string {
  const text = c.req.header("content-digest");
  const given = text?.split(",").map((one) => /^\s*sha-256=(.*)$/.exec(one)?.[1]).find((one) => one !== undefined);
  if (given === undefined) return "";
  const base64 = /^:([A-Za-z0-9+/]{43}=):\s*$/.exec(given)?.[1];
  if (base64 === undefined) throw invalid("Content-Digest", "malformed", "Content-Digest is such as sha-256=:<base64>:.");
  return base64;
}
