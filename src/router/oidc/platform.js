// What the sign-in with an identity provider needs of the platform, for src/router/oidc/platform.rs: each is one crossing from wasm.

/** Asks a provider; `head` has name and value of each header on alternate lines, an empty `body` is none. The status and the answer, a
 *  line apart; a word where there is none: "large", "late", "away". Nobody is followed elsewhere. */
globalThis.cepatedge_ask_provider = async (url, head, body, limitMs, largest) => {
  const headers = new Headers({ accept: "application/json" });
  const lines = head.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) headers.set(lines[at], lines[at + 1]);
  const method = body ? "POST" : "GET";
  try {
    const response = await fetch(url, { method, headers, body: body || undefined, redirect: "manual", signal: AbortSignal.timeout(limitMs) });
    const decoder = new TextDecoder();
    let [text, length] = ["", 0];
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > largest) return "large";
      text += decoder.decode(chunk, { stream: true });
    }
    return `${response.status}\n${text}${decoder.decode()}`;
  } catch (error) {
    return error?.name === "TimeoutError" ? "late" : "away";
  }
};

const KINDS = { RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } };

/** Whether a signature is that of a public key (a JWK); it throws for a key that is none. */
globalThis.cepatedge_is_signed = async (algorithm, key, message, signature) => {
  const kind = KINDS[algorithm];
  const imported = await crypto.subtle.importKey("jwk", JSON.parse(key), kind, false, ["verify"]);
  return crypto.subtle.verify(kind, imported, signature, new TextEncoder().encode(message));
};
