// The peer: the same API in TypeScript on Hono, Durable Object classes called by RPC, SQLite storage, PostgreSQL behind an
// outbox. The whole URL table is here.

import type { Env } from "./env.ts";
import { every, newApp, onError, origin } from "./http/app.ts";
import * as assets from "./http/assets.ts";
import * as auth from "./http/auth.ts";
import { beside, held } from "./http/gate.ts";
import * as files from "./http/files.ts";
import * as requests from "./http/requests.ts";
import * as system from "./http/system.ts";

export { AccountObject } from "./objects/account.ts";
export { CacheObject } from "./objects/cache.ts";
export { DatabaseObject } from "./objects/database.ts";
export { LogStreamObject } from "./objects/log-stream.ts";
export { RequestObject } from "./objects/request.ts";
export { RequestIndexObject } from "./objects/request-index.ts";
export { SessionObject } from "./objects/session.ts";

const app = newApp();
app.onError(onError);
app.use(every, origin);

for (const base of ["/api", ""]) {
  app.get(`${base}/health`, (c) => c.json({ status: "ok" }));
  app.post(`${base}/auth/login`, auth.login);
  app.post(`${base}/auth/logout`, held(auth.logout));
  app.get(`${base}/me`, held(auth.me));

  app.get(`${base}/requests`, beside(requests.list));
  app.post(`${base}/requests`, held(requests.create));
  app.get(`${base}/requests/live`, held(requests.watchList));
  app.get(`${base}/requests/:id`, beside(requests.read));
  app.get(`${base}/requests/:id/events`, beside(requests.events));
  app.get(`${base}/requests/:id/live`, held(requests.watch));
  app.post(`${base}/requests/:id/comments`, held(requests.comment));
  app.post(`${base}/requests/:id/attachments`, held(files.attach));
  app.get(`${base}/requests/:id/attachments/:file`, beside(files.read));
  app.post(`${base}/requests/:id/:action`, held(requests.act));

  app.get(`${base}/assets`, beside(assets.list));
  app.get(`${base}/system/logs/:stream`, beside(system.logEntries, ["admin"]));
  app.get(`${base}/postgres/requests`, beside(requests.listFromPostgres));
}

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
