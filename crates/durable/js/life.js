// One wasm instance after the other: what is in flight in it, and what happens when it traps.
//
// A Rust panic is a wasm trap: it unwinds nothing, and every future of that wasm instance is dead with it. So each
// event that is in flight is registered here; when the instance dies (the panic hook calls `durable_trapped`, or a
// call throws a RuntimeError), all of them fail at once with a retryable error, and the next event starts a fresh
// instance. Storage is safe: a transaction that was open when the trap came is rolled back by the platform.
import * as wasm from "durable-wasm";

/** Why an event of an instance that died has no outcome. */
export class Trapped extends Error {
  constructor(reason) {
    super(`the instance ended: ${reason}`);
    this.name = "Trapped";
    this.retryable = true;
  }
}

/** One wasm instance, from its start to its trap. */
class Life {
  inFlight = new Set();
  sockets = new Map();
  ended = false;

  end(reason) {
    if (this.ended) return;
    this.ended = true;
    console.error(JSON.stringify({ level: "error", message: "wasm instance ended", reason: String(reason), in_flight: this.inFlight.size }));
    const error = new Trapped(reason);
    for (const fail of this.inFlight) fail(error);
    this.inFlight.clear();
    for (const [socket, owner] of this.sockets) orphans.set(socket, owner);
    this.sockets.clear();
  }
}

/** TCP sockets of ended instances, by the id of the object that opened them: it alone can close them. */
const orphans = new Map();

export function closeOrphans(id) {
  for (const [socket, owner] of orphans) {
    if (owner === id) socket.close().catch(() => {});
  }
}

let life = new Life();

/** The instance that is alive, or was last. */
export const lifeNow = () => life;

globalThis.durable_trapped = (reason) => life.end(reason);
globalThis.durable_connected = (socket, owner) => {
  const { sockets } = life;
  const forget = () => sockets.delete(socket) || orphans.delete(socket);
  sockets.set(socket, owner);
  socket.closed.then(forget, forget);
};

// Every future that wakes is put on the microtask queue. The platform's `queueMicrotask` leaves V8 for it and comes back
// (3.3 µs); a reaction to a settled promise is the same queue without the way (0.1 µs). Before the first instance begins,
// which takes hold of it.
const settled = Promise.resolve();
globalThis.queueMicrotask = (task) => void settled.then(task);

let begin = () => {};

/** Starts the first instance; `first` is run at the start of each. */
export function start(first) {
  begin = first;
  begin();
}

function living() {
  if (life.ended) {
    life = new Life();
    wasm.__wbg_reset_state();
    begin();
  }
  return life;
}

/** Runs one event on the living instance; a synchronous trap ends the instance and is thrown as retryable. */
export function enter(run) {
  const here = living();
  let outcome;
  try {
    outcome = run(here);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || here.ended) {
      here.end(error);
      throw new Trapped(error);
    }
    throw error;
  }
  return outcome instanceof Promise ? survive(here, outcome) : outcome;
}

/** The same outcome as `promise`, unless the instance dies first. */
function survive(here, promise) {
  return new Promise((resolve, reject) => {
    here.inFlight.add(reject);
    promise.then(
      (value) => { here.inFlight.delete(reject); resolve(value); },
      (error) => { here.inFlight.delete(reject); reject(error); },
    );
  });
}
