// Where files lie: R2, by its binding FILES; or any server that speaks S3, by the variables FILES_S3_ENDPOINT, FILES_S3_BUCKET,
// FILES_S3_REGION, FILES_S3_ACCESS_KEY and FILES_S3_SECRET_KEY. Both are the same five functions:
//   put(key, stream, length, digest)  get(key, part, length)  head(key)  remove(keys)  list(prefix, after, limit)
// They throw where the bucket is away. Keys are ours: letters, digits, `/`, `-` and `.`.
import { signed } from "./sigv4.js";

/** So long a server of S3 may take to begin its answer, in milliseconds. */
const ANSWER_LIMIT_MS = 10_000;

const stores = new WeakMap();

/** The store of this environment; nothing where there is none. */
export function storeOf(env) {
  if (!stores.has(env)) {
    const { FILES, FILES_S3_ENDPOINT: endpoint } = env;
    stores.set(env, endpoint ? s3(env, endpoint) : FILES ? r2(FILES) : undefined);
  }
  return stores.get(env);
}

const bytesOf = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

function r2(bucket) {
  return {
    put: (key, stream, _length, digest) => bucket.put(key, stream, digest === "" ? {} : { sha256: bytesOf(digest) }),
    async get(key, part) {
      const object = await bucket.get(key, part && { range: { offset: part.first, length: part.length } });
      return object?.body ?? "absent";
    },
    async head(key) {
      const object = await bucket.head(key);
      return object ? { key, size: object.size, at: object.uploaded.getTime() } : undefined;
    },
    remove: (keys) => bucket.delete(keys),
    async list(prefix, after, limit) {
      const page = await bucket.list({ prefix, limit, ...(after && { cursor: after }) });
      const items = page.objects.map(({ key, size, uploaded }) => ({ key, size, at: uploaded.getTime() }));
      return { items, next: page.truncated ? page.cursor : null };
    },
  };
}

function s3(env, endpoint) {
  const settings = {
    region: env.FILES_S3_REGION || "auto",
    accessKey: env.FILES_S3_ACCESS_KEY ?? "",
    secretKey: env.FILES_S3_SECRET_KEY ?? "",
  };
  const root = `${endpoint.replace(/\/+$/, "")}/${env.FILES_S3_BUCKET ?? "cepatedge-files"}`;

  /** One request; `statuses` are those that it may be answered with. Its body comes by `duplex`, without being held. */
  async function ask(method, key, { query = {}, headers = {}, body, payload, statuses, waits = true }) {
    const url = new URL(key === "" ? root : `${root}/${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const aborted = new AbortController();
    const timer = waits && setTimeout(() => aborted.abort(new Error("the server did not answer in time")), ANSWER_LIMIT_MS);
    try {
      const request = await signed(settings, method, url, headers, payload);
      const response = await fetch(url, { method, headers: request, body, redirect: "manual", signal: aborted.signal });
      if (statuses.includes(response.status)) return response;
      const said = (await response.text()).match(/<Code>([A-Za-z]{1,60})<\/Code>/)?.[1] ?? "";
      throw new Error(`S3 answers ${method} with ${response.status} ${said}`.trim());
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async put(key, stream, length, digest) {
      // The hash of the bytes is part of the signature where it is known: the server checks it then.
      const hash = digest === "" ? undefined : Array.from(bytesOf(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
      const headers = { "content-type": "application/octet-stream" };
      const response = await ask("PUT", key, { headers, body: stream, payload: hash ?? "UNSIGNED-PAYLOAD", statuses: [200, 201], waits: false });
      await response.body?.cancel();
    },
    async get(key, part, length) {
      const headers = part ? { range: `bytes=${part.first}-${part.first + part.length - 1}` } : {};
      const response = await ask("GET", key, { headers, statuses: part ? [206, 404] : [200, 404] });
      if (response.status === 404) {
        await response.body?.cancel();
        return "absent";
      }
      // How long the answer is, is known whatever the server says of it; and one that is cut short breaks.
      return length < 0 ? response.body : response.body.pipeThrough(new FixedLengthStream(length));
    },
    async head(key) {
      const response = await ask("HEAD", key, { statuses: [200, 404] });
      if (response.status === 404) return undefined;
      return { key, size: Number(response.headers.get("content-length")), at: Date.parse(response.headers.get("last-modified")) };
    },
    async remove(keys) {
      for (const key of keys) {
        const response = await ask("DELETE", key, { statuses: [200, 204, 404] });
        await response.body?.cancel();
      }
    },
    async list(prefix, after, limit) {
      const query = { "list-type": "2", prefix, "max-keys": String(limit), ...(after && { "continuation-token": after }) };
      const text = await (await ask("GET", "", { query, statuses: [200] })).text();
      const inside = (xml, name) => xml.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];
      const plain = (xml) => xml?.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
      const items = Array.from(text.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g), ([, xml]) => ({
        key: plain(inside(xml, "Key")),
        size: Number(inside(xml, "Size")),
        at: Date.parse(inside(xml, "LastModified")),
      }));
      return { items, next: inside(text, "IsTruncated") === "true" ? plain(inside(text, "NextContinuationToken")) : null };
    },
  };
}
