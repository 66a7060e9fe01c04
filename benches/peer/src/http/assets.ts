// Assets over HTTP: PostgreSQL has them and makes what is shown of them.

import type { Context } from "./app.ts";
import { pageReply, query, wanted } from "./input.ts";

export async function list(c: Context): Promise<Response> {
  const { config } = c.var;
  const { limit, from } = await wanted(c, "assets", query(c, ["limit", "cursor"]));
  return pageReply(c, "assets", await c.env.DATABASE.getByName(`${config.org}/0`).assets(config.org, from, limit));
}
