// The entry of builds with faults on demand (feature `fault-injection`), never of a release: `entry.js` on a clock that
// can be moved, and the release that the Worker speaks as (crates/durable/src/release.rs). `GET /api/fault/alarms` says how many
// alarms have rung.
//
// CLOCK_MS is by how much the clock goes ahead of the machine's from the start on; `PUT /api/fault/clock?ms=…` moves it
// while everything runs. The platform keeps alarms by the machine's clock, so they are translated. One that was set
// before a restart rings when the moved clock shows its time, as on a machine whose clock was moved; with one
// exception: after a move ahead, an object that nobody wakes rings when it would have rung without the move.
import { env } from "cloudflare:workers";
import * as entry from "../entry.js";

export * from "../entry.js";

globalThis.durable_release = env.RELEASE;

/** The Worker's bindings, told from those of the objects where these are to be another release than the Worker. */
const ofTheWorker = (env) =>
  ["deferred", "withdrawn"].includes(env.RELEASE) ? Object.assign(Object.create(env), { durable_is_worker: true }) : env;

let ahead = Number(env.CLOCK_MS ?? 0);
const machineNow = Date.now;

/** Where an object keeps what its alarm was set for, in addition to the platform's own note. */
const DUE = "faults.due";
/** This start of the runtime: the platform waits for an alarm of this start by a timer, whatever the clock does. */
let start;

const translated = new WeakSet();

function translateAlarms(storage) {
  if (translated.has(storage)) return;
  translated.add(storage);
  const { setAlarm, getAlarm } = storage;
  storage.setAlarm = function (at) {
    start ??= crypto.randomUUID();
    this.kv.put(DUE, { at, start });
    return setAlarm.call(this, at - ahead);
  };
  storage.getAlarm = async function () {
    const at = await getAlarm.call(this);
    if (at === null) return null;
    const due = this.kv.get(DUE);
    // One of an earlier start rings by the machine's clock; before the moved clock shows its time it is set again.
    return due !== undefined && due.start === start ? due.at : Math.max(due?.at ?? 0, at + ahead);
  };
}

function onMovedClock(actor) {
  const { inner, alarm } = actor.prototype;
  actor.prototype.inner = function (here) {
    translateAlarms(Object.getPrototypeOf(this.ctx.storage));
    return inner.call(this, here);
  };
  actor.prototype.alarm = function () {
    const { storage } = this.ctx;
    const due = storage.kv.get(DUE);
    if (due !== undefined && due.start !== start && due.at > Date.now()) {
      translateAlarms(Object.getPrototypeOf(storage));
      return storage.setAlarm(due.at);
    }
    return alarm.call(this);
  };
}

if (env.CLOCK_MS !== undefined) {
  Date.now = () => machineNow() + ahead;
  for (const exported of Object.values(entry)) {
    if (exported.prototype?.alarm) onMovedClock(exported);
  }
}

/** How many alarms have rung since the start. */
let rung = 0;

for (const exported of Object.values(entry)) {
  const alarm = exported.prototype?.alarm;
  if (alarm === undefined) continue;
  exported.prototype.alarm = function () {
    rung += 1;
    return alarm.call(this);
  };
}

export default {
  ...entry.default,
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/api/fault/alarms") return new Response(String(rung));
    if (request.method === "PUT" && pathname === "/api/fault/clock" && env.CLOCK_MS !== undefined) {
      ahead = Number(searchParams.get("ms"));
      return new Response(null, { status: 204 });
    }
    return entry.default.fetch(request, ofTheWorker(env), ctx);
  },
  scheduled(event, env, ctx) {
    return entry.default.scheduled(event, ofTheWorker(env), ctx);
  },
};
