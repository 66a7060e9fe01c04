// Runs the built Worker on workerd through Miniflare: `node serve.mjs <config.json>`. `cargo xtask dev` and the tests start
// it by the `testbed` crate, which writes the config from wrangler.toml.
//
// Standard output carries one JSON line per answer: {"ready":true,"url":…} once, then one for each order.
// Standard input takes orders, a word a line: `scheduled` fires the cron handler. When it ends, so does this process,
// and workerd with it: nothing survives the process that started us, whatever became of it.
import { cpSync, createWriteStream, existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Log, LogLevel, Miniflare } from "miniflare";

/** @type {{host: string, port: number, secondPort: number | null, bundle: string, dataDir: string, pagesDir: string, logFile: string | null,
 *          worker: {name: string, assets?: {directory: string}}, crons: string[], cronInterval: number | null}} */
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

// Pages are served from a copy of the app's build: Miniflare reads their list and their policy (`_headers`) once, so files that
// change under it would be refused by the policy of the build before.
const build = config.worker.assets?.directory;
let copies = 0;
let served = copyBuild();

/** What tells one build from another; `undefined` while one is being written, of which `.vite` goes last. */
function buildMark() {
  if (build === undefined || existsSync(join(build, ".vite"))) return undefined;
  const files = ["index.html", "_headers"].map((name) => statSync(join(build, name), { throwIfNoEntry: false }));
  return files.includes(undefined) ? undefined : files.map(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`).join();
}

/** A copy of the build, for one start of the runtime. One that was written meanwhile has another mark behind the copy. */
function copyBuild() {
  if (build === undefined) return undefined;
  const mark = buildMark();
  if (copies === 0) rmSync(config.pagesDir, { recursive: true, force: true });
  copies += 1;
  const dir = join(config.pagesDir, String(copies));
  cpSync(build, dir, { recursive: true });
  return { mark, dir };
}

const manifest = () => ({
  mainModule: "index.js",
  modulesRoot: config.bundle,
  modules: { "index.js": module("esm", "index.js"), "index_bg.wasm": module("wasm", "index_bg.wasm") },
});

/** Another isolate of the same Worker: a router with a memory of its own, before the objects of the first. */
const second = () => {
  const { assets, exports, env, ...worker } = config.worker;
  const { ASSETS, ...bindings } = env;
  return {
    config: { ...worker, name: `${worker.name}-second`, env: bindings, manifest: manifest() },
    dev: { unsafeDirectSockets: [{ host: config.host, port: config.secondPort }] },
  };
};

const options = () => ({
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
        ...(served && { assets: { ...config.worker.assets, directory: served.dir } }),
        manifest: manifest(),
      },
    },
    ...(config.secondPort === null ? [] : [second()]),
  ],
});

const miniflare = new Miniflare(options());

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

/** How often the build is looked at, in milliseconds. It is taken when it has not changed from one look to the next. */
const LOOK_MS = 500;

if (served !== undefined) watchBuild();

/** Starts the runtime anew, on the same port and storage, whenever the app has been built anew. */
async function watchBuild() {
  for (let before = served.mark; !ending; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const mark = buildMark();
    const isComplete = mark !== undefined && mark === before;
    before = mark;
    if (!isComplete || mark === served.mark || ending) continue;
    const old = served;
    try {
      const copy = copyBuild();
      if (buildMark() !== mark) continue;
      served = copy;
      await miniflare.setOptions(options());
      rmSync(old.dir, { recursive: true, force: true });
      note("info", "the app was built anew: the runtime serves the new build");
    } catch (error) {
      note("error", `the new build of the app cannot be served: ${error}`);
    }
  }
}
