// What operators see: the log streams.

import { LEVELS, type LogFilter, STREAMS, type StreamName } from "../domain/log.ts";
import { notFound, taken } from "../domain/refusal.ts";
import type { Context } from "./app.ts";
import { pageReply, query, time, wanted, words } from "./input.ts";

export async function logEntries(c: Context): Promise<Response> {
  const stream = c.req.param("stream") as StreamName;
  if (!STREAMS.includes(stream)) throw notFound();
  const asked = query(c, ["level", "q", "actor", "request_id", "from", "to", "cursor", "limit"]);
  const filter: LogFilter = {
    level: words("level", asked.level, LEVELS),
    q: asked.q?.trim() || null,
    actor: asked.actor ?? null,
    request_id: asked.request_id ?? null,
    from: time("from", asked.from),
    to: time("to", asked.to),
  };
  const { config, caller } = c.var;
  const scope = `logs/${stream};viewer=${caller.user.id},${caller.role};${JSON.stringify(filter)}`;
  const { limit, from } = await wanted(c, scope, asked);
  return pageReply(c, scope, taken(await c.env.LOG_STREAM.getByName(`${config.org}/${stream}`).query(filter, from, limit)));
}
