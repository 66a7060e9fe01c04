// The bytes of files, for src/files/mod.rs: from a request into the bucket and from the bucket into an answer, without a detour by wasm.
// Each function answers with a word where something is wrong, and never throws.
import { storeOf } from "./stores.js";

/** What has been read of a request's body ahead of its way into the bucket. */
const opened = new WeakMap();

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Somebody whose connection has gone silent gets no more of our time than this. */
class Late extends Error {}

/** What `promise` comes to, or `Late`. */
async function inTime(promise, patienceMs) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Late()), patienceMs)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The bucket takes no more: it is away, or too slow. */
class Away extends Error {}

const wordOf = (error) => (error instanceof Away ? "away" : error instanceof Late ? "time" : "broken");

/** Bytes are read into two buffers of so many bytes, by turns: a file of any size takes no more. */
const CHUNK = 64 * 1024;

/** The first bytes of the body: `most` of them, or all. They are kept for `cepatedge_file_put`. */
globalThis.cepatedge_file_head = async (request, most, patienceMs) => {
  const { headers } = request;
  if ((headers.get("content-encoding") ?? "identity").trim().toLowerCase() !== "identity") return "encoding";
  const reader = request.body?.getReader({ mode: "byob" });
  if (!reader) return new Uint8Array();
  const body = { reader, head: new Uint8Array(), done: false };
  opened.set(request, body);
  let buffer = new ArrayBuffer(Math.min(most, Number(headers.get("content-length") ?? most)));
  let length = 0;
  try {
    while (length < buffer.byteLength) {
      const { done, value } = await inTime(reader.read(new Uint8Array(buffer, length)), patienceMs);
      if (value) buffer = value.buffer;
      body.done = done;
      if (done) break;
      length += value.length;
    }
  } catch (error) {
    return wordOf(error);
  }
  body.head = new Uint8Array(buffer, 0, length);
  return body.head;
};

/**
 * Streams the body into the bucket and says its SHA-256 in hexadecimal. Where it is not `length` bytes long, or not those whose hash the
 * client has said (`digest`, base64, or nothing), the last bytes are not written, and the bucket takes no object that lacks some.
 */
globalThis.cepatedge_file_put = async (env, request, key, length, digest, patienceMs) => {
  const store = storeOf(env);
  const body = opened.get(request);
  if (!store || !body) return "away";
  const pipe = new FixedLengthStream(length);
  const writer = pipe.writable.getWriter();
  const write = (chunk) =>
    inTime(writer.write(chunk), patienceMs).catch((error) => {
      throw new Away(error);
    });
  const hash = new crypto.DigestStream("SHA-256");
  const hashing = hash.getWriter();
  hash.digest.catch(() => {});
  let isAway = false;
  const stored = store.put(key, pipe.readable, length, digest).catch((error) => {
    console.error(`a file could not be stored: ${error?.message ?? error}`);
    isAway = true;
    // Whoever writes on is told at once.
    return pipe.readable.cancel(error).catch(() => {});
  });
  let word;
  let found = "";
  try {
    let held = body.head;
    let seen = held.length;
    let spare = new ArrayBuffer(CHUNK);
    await hashing.write(held);
    while (!body.done && seen <= length) {
      const { done, value } = await inTime(body.reader.read(new Uint8Array(spare)), patienceMs);
      body.done = done;
      if (done) break;
      seen += value.length;
      await hashing.write(value);
      await write(held);
      spare = held.buffer;
      held = value;
    }
    await hashing.close();
    const bytes = new Uint8Array(await hash.digest);
    if (seen !== length) word = "length";
    else if (digest !== "" && base64(bytes) !== digest) word = "digest";
    else {
      found = hex(bytes);
      await write(held);
      await inTime(writer.close(), patienceMs);
    }
  } catch (error) {
    word = isAway ? "away" : wordOf(error);
  }
  if (word) await writer.abort(new Error(word)).catch(() => {});
  await inTime(stored, patienceMs).catch(() => (isAway = true));
  return word ?? (isAway ? "away" : found);
};

/** Reads what is left of a body that is refused, so that its client hears why: one that is cut off hears nothing. */
globalThis.cepatedge_file_drain = async (request, most, patienceMs) => {
  try {
    const { body } = request;
    const reader = opened.get(request)?.reader ?? (body && !body.locked ? body.getReader({ mode: "byob" }) : undefined);
    const until = Date.now() + patienceMs;
    let spare = new ArrayBuffer(CHUNK);
    for (let length = 0; reader && length <= most && Date.now() < until; ) {
      const { done, value } = await inTime(reader.read(new Uint8Array(spare)), Math.max(1, until - Date.now()));
      if (done) return;
      length += value.length;
      spare = value.buffer;
    }
    await reader?.cancel();
  } catch {
    // It is gone, or too slow: there is nobody to be told anything.
  }
};

/** The bytes of an object as a stream: `length` of them from `first` on. */
globalThis.cepatedge_file_get = async (env, key, first, length, isPart) => {
  try {
    return (await storeOf(env)?.get(key, isPart ? { first, length } : undefined, length)) ?? "away";
  } catch (error) {
    console.error(`a file could not be read: ${error?.message ?? error}`);
    return "away";
  }
};

/** Removes objects, a key a line; those that are not there are gone as well. */
globalThis.cepatedge_file_remove = async (env, keys) => {
  try {
    const store = storeOf(env);
    if (!store) return "away";
    await store.remove(keys.split("\n"));
    return "";
  } catch (error) {
    console.error(`files could not be removed: ${error?.message ?? error}`);
    return "away";
  }
};

/** A page of objects: a line with what to ask for the next one with, then `size at key` for each. `after` is that of the page before, or nothing. */
globalThis.cepatedge_file_list = async (env, prefix, after, limit) => {
  try {
    const page = await storeOf(env)?.list(prefix, after, limit);
    return page ? [page.next ?? "", ...page.items.map(({ key, size, at }) => `${size} ${at} ${key}`)].join("\n") : "away";
  } catch (error) {
    console.error(`the files could not be listed: ${error?.message ?? error}`);
    return "away";
  }
};
