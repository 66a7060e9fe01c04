// Runs the built Worker on workerd through Miniflare: `node serve.mjs <config.json>`. `cargo xtask dev` and the tests start
// it by the `testbed` crate, which writes the config from wrangler.toml.
//
// Standard output carries one JSON line per answer: {"ready":true,"url":…} once, then one for each order.
// Standard input takes orders, a word a line: `scheduled` fires the cron handler. When it ends, so does this process,
// and workerd with it: nothing survives the process that started us, whatever became of it.
import { createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Log, LogLevel, Miniflare } from "miniflare";

/** @type {{host: string, port: number, bundle: string, dataDir: string, logFile: string | null,
 *          worker: {name: string}, crons: string[], cronInterval: number | null}} */
const config = JSON.parse(readFileSync(process.argv[2], "utf8"));

const log = config.logFile === null ? process.stderr : createWriteStream(config.logFile, { flags: "a" });
const note = (level, message) => log.write(`${new Date().toISOString()} ${level} ${message}\n`);
const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Miniflare's own words go where the Worker's go; by themselves they would mix with our answers. */
class FileLog extends Log {
  log(message) {
    note("miniflare", message);
  }
}

const module = (type, file) => ({ type, contents: readFileSync(join(config.bundle, file)) });

const miniflare = new Miniflare({
  host: config.host,
  port: config.port,
  cf: false,
  log: new FileLog(LogLevel.WARN),
  logRequests: false,
  telemetry: { enabled: false },
  resourcePersistencePath: config.dataDir,
  handleStructuredLogs: ({ level, message }) => note(level, message),
  workers: [
    {
      config: {
        ...config.worker,
        manifest: {
          mainModule: "index.js",
          modulesRoot: config.bundle,
          modules: { "index.js": module("esm", "index.js"), "index_bg.wasm": module("wasm", "index_bg.wasm") },
        },
      },
    },
  ],
});

let ending = false;
async function end(code) {
  if (ending) return;
  ending = true;
  await miniflare.dispose().catch((error) => note("error", `stopping workerd failed: ${error}`));
  process.exit(code);
}

/** Fires the cron handler once for every expression of the deployment. */
async function runScheduled() {
  const worker = await miniflare.getWorker(config.worker.name);
  for (const cron of config.crons) await worker.scheduled({ cron, scheduledTime: new Date() });
}

async function obey(order) {
  switch (order) {
    case "scheduled":
      try {
        await runScheduled();
        answer({ scheduled: true });
      } catch (error) {
        answer({ scheduled: false, error: String(error) });
      }
      break;
    default:
      answer({ error: `unknown order: ${order}` });
  }
}

process.on("SIGINT", () => end(0));
process.on("SIGTERM", () => end(0));
createInterface({ input: process.stdin }).on("line", obey).on("close", () => end(0));

try {
  const url = await miniflare.ready;
  answer({ ready: true, url: url.origin });
} catch (error) {
  answer({ ready: false, error: String(error?.stack ?? error) });
  await end(1);
}

if (config.cronInterval !== null) {
  // Miniflare keeps no clock for cron triggers.
  setInterval(() => {
    runScheduled().catch((error) => note("error", `the cron handler failed: ${error}`));
  }, config.cronInterval * 1000).unref();
}
