// The built Worker with everything that it does being counted, and one path more:
//   POST /__counts?hop_ms=10   begins to count, with so much delay for each call to an object
//   GET  /__counts             what was counted until the answer, and until now
import { answer, begin, environment, object, report } from "./counting.js";
import * as worker from "./index.js";

function control(request, search) {
  if (request.method === "POST") begin(Number(search.get("hop_ms") ?? 0));
  return Response.json(report());
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/__counts") return control(request, searchParams);
    try {
      return await worker.default.fetch(request, environment(env), ctx);
    } finally {
      answer();
    }
  },
};

// The classes of wrangler.toml follow, counted: testbed/src/workerd.rs writes them.
