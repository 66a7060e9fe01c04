// Signed requests, as S3 wants them: AWS Signature Version 4 in the Authorization header
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), by SubtleCrypto.

const utf8 = new TextEncoder();
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (text) => hex(await crypto.subtle.digest("SHA-256", utf8.encode(text)));

/** The SHA-256 of nothing. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

async function hmac(key, text) {
  const own = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", own, utf8.encode(text));
}

/** The key of a day, which is made of the secret by four steps. */
const kept = new Map();

function keyOf({ secretKey, region }, day) {
  const name = `${day} ${region} ${secretKey}`;
  if (!kept.has(name)) {
    kept.clear();
    const steps = [day, region, "s3", "aws4_request"];
    kept.set(name, steps.reduce(async (key, step) => hmac(await key, step), Promise.resolve(utf8.encode(`AWS4${secretKey}`))));
  }
  return kept.get(name);
}

/** As RFC 3986 has it: of what `encodeURIComponent` leaves, five characters are encoded here. */
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** What is signed of a request, line by line. */
export function canonical(method, url, headers, payload) {
  const path = url.pathname.split("/").map((part) => encoded(decodeURIComponent(part))).join("/");
  const query = Array.from(url.searchParams, ([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join("&");
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name].trim()}\n`).join("");
  return { text: `${method}\n${path}\n${query}\n${lines}\n${names.join(";")}\n${payload}`, names: names.join(";") };
}

/** The headers of a request that is signed: `headers` (in lower case) and those that sign it. */
export async function signed(settings, method, url, headers, payload = EMPTY, now = new Date()) {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const own = { ...headers, host: url.host, "x-amz-content-sha256": payload, "x-amz-date": time };
  const { text, names } = canonical(method, url, own, payload);
  const scope = `${day}/${settings.region}/s3/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${await sha256(text)}`;
  const signature = hex(await hmac(await keyOf(settings, day), toSign));
  const { host, ...sent } = own;
  return { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${settings.accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}
