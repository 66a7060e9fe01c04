// The calls of mail providers that are no sockets, for src/mail/http.rs and src/mail/binding.rs: each is one crossing from wasm.

/** More of an answer is not read. */
const LONGEST_ANSWER = 4_000;

/** Posts JSON; `head` has name and value of each header on alternate lines. The status and the answer, a line apart. */
globalThis.cepatedge_post = async (url, head, body, limitMs) => {
  const headers = new Headers({ "content-type": "application/json", accept: "application/json" });
  const lines = head.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) headers.set(lines[at], lines[at + 1]);
  // A key goes nowhere but where it was meant to.
  const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(limitMs) });
  return `${response.status}\n${(await response.text()).slice(0, LONGEST_ANSWER)}`;
};

/** Sends by a `send_email` binding. The provider's id on the second line of an answer that begins with "sent", or its code and words. */
globalThis.cepatedge_send_email = async (env, name, mail, limitMs) => {
  const binding = env[name];
  if (typeof binding?.send !== "function") return "E_NO_BINDING\n";
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, limitMs, "E_NO_ANSWER\n")));
  const sent = binding.send(JSON.parse(mail)).then(
    (answer) => `sent\n${answer?.messageId ?? ""}`,
    (error) => `${error?.code ?? ""}\n${error?.message ?? error}`,
  );
  return Promise.race([sent, late]).finally(() => clearTimeout(timer));
};

/** The TXT records of a name, one a line, as a resolver tells them (the JSON form of DNS over HTTPS); none for a name that there is not. */
globalThis.cepatedge_txt = async (resolver, name, limitMs) => {
  const url = `${resolver}?name=${encodeURIComponent(name)}&type=TXT`;
  const response = await fetch(url, { headers: { accept: "application/dns-json" }, redirect: "manual", signal: AbortSignal.timeout(limitMs) });
  const { Status, Answer = [] } = await response.json();
  // 3 is NXDOMAIN.
  if (Status !== 0 && Status !== 3) throw new Error(`the resolver answered with ${Status}`);
  const texts = Answer.filter(({ type }) => type === 16).map(({ data }) => data.replace(/^"|"$/g, "").replaceAll('" "', ""));
  return texts.slice(0, 50).map((text) => text.slice(0, 1_000).replace(/[\0-\x1f]/g, " ")).join("\n");
};
