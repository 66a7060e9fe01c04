// Calls objects that no route reaches, in the words of the build that it stands beside: log batches, deliveries that are due.
// `cargo xtask bench` runs it as a second Worker; it is part of no deployment.

const LEVELS = ["info", "info", "info", "info", "info", "info", "info", "warn", "debug", "error"];

/** A batch of entries such as the router writes for HTTP requests. */
function batch(first, count) {
  const ts = Date.now();
  const entries = [];
  for (let number = first; number < first + count; number += 1) {
    const trace = `0190a5b8-0000-7000-8000-${String(number).padStart(12, "0")}`;
    entries.push({
      id: `${trace}-0`,
      ts,
      level: LEVELS[number % 10],
      message: "GET /api/requests/{id} 200",
      request_id: trace,
      actor: { id: "85baf1e3-c7e3-5f8d-9dbd-1e44a493f6ab", name: "Citra Dewi" },
      route: "GET /api/requests/{id}",
      status: 200,
      duration_ms: number % 37,
      fields: {},
    });
  }
  return entries;
}

/** Both builds behind one set of words. */
const WORDS = {
  ours: {
    send: (stub, to, message) =>
      stub.call(JSON.stringify({ to, cx: { org: "default", trace: crypto.randomUUID() }, message })),
    append(stub, stream, entries) {
      return this.send(stub, `default/${stream}`, { append: { entries, dropped: 0 } });
    },
    poke(stub, name) {
      return this.send(stub, name, { poke: { replay: true } });
    },
  },
  peer: {
    append: (stub, stream, entries) => stub.append("default", stream, entries, 0),
    poke: (stub) => stub.poke(true),
  },
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams: asked } = new URL(request.url);
    const words = WORDS[env.BUILD];
    switch (pathname) {
      case "/id":
        return new Response(env[asked.get("binding")].idFromName(asked.get("name")).toString());
      case "/append": {
        const stream = asked.get("stream");
        const entries = batch(Number(asked.get("first")), Number(asked.get("count")));
        await words.append(env.LOG_STREAM.getByName(`default/${stream}`), stream, entries);
        return new Response("ok");
      }
      case "/poke": {
        const names = (await request.json()).map((id) => `default/${id}`);
        const pokes = names.map((name) => words.poke(env.REQUEST.getByName(name), name));
        // The audit stream owes its copies too, and may be waiting for its next try.
        pokes.push(words.poke(env.LOG_STREAM.getByName("default/audit"), "default/audit"));
        await Promise.all(pokes);
        return new Response("ok");
      }
      default:
        return new Response("nothing here", { status: 404 });
    }
  },
};
