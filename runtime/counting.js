// Counts what a Worker does, from outside of it: calls between objects, crossings between wasm and JavaScript, SQL
// statements and their rows, live messages. `counted.js` imports it before the Worker, so that it sees the wasm module
// being instantiated. Part of no deployment; tests/guards and the scenario `hops` of `cargo xtask bench` run on it.
//
// Hops in sequence are counted without knowing who called whom. Each call waits `hopMs` before it is handed on. Calls
// that are on their way at the same time were made without waiting for each other; one that is made after another was
// handed on comes behind it. The most calls that came one behind the other is what the answer waited for.

/** A clock that ticks with whatever is counted, and stands still at rest. */
let moment = 0;
/** Calls and alarms that have not ended. */
let busy = 0;
let hopMs = 0;
let counts = nothing();
/** What had been counted when the Worker answered. */
let answered = null;
/** Statements whose rows are not added up yet. */
let running = [];
/** When the alarm of each storage rings. */
const alarms = new Map();
/** The class of the object that a storage, or its SQL, belongs to. */
const owners = new WeakMap();

function nothing() {
  const [calls, callBytes, into, bytesIn, textOut, messages, messageBytes] = [0, 0, 0, 0, 0, 0, 0];
  return { windows: [], calls, callBytes, into, bytesIn, out: new Map(), textOut, sql: {}, firstWrite: {}, messages, messageBytes };
}

const tick = () => (moment += 1);

const encoder = new TextEncoder();
const size = (value) => (typeof value === "string" ? encoder.encode(value).length : 0);

/** The wasm module's imports and exports, each counting how often it is crossed. */
function countCrossings() {
  const Native = WebAssembly.Instance;
  const wrapped = (functions, count) =>
    Object.fromEntries(
      Object.entries(functions).map(([name, given]) => [
        name,
        typeof given !== "function" ? given : (...values) => (tick(), count(name, values), given(...values)),
      ]),
    );
  const out = (name) => counts.out.set(name, (counts.out.get(name) ?? 0) + 1);
  WebAssembly.Instance = function (module, imports) {
    const modules = Object.entries(imports).map(([name, functions]) => [name, wrapped(functions, out)]);
    const instance = new Native(module, Object.fromEntries(modules));
    const into = (name, [bytes]) => {
      counts.into += 1;
      // The memory for a text, or for bytes, that is about to be copied there.
      if (name === "__wbindgen_malloc") counts.bytesIn += bytes;
    };
    return { exports: wrapped(instance.exports, into) };
  };
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (bytes, ...options) {
    counts.textOut += bytes?.byteLength ?? 0;
    return decode.call(this, bytes, ...options);
  };
}

function countMessages() {
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (message) {
    tick();
    counts.messages += 1;
    counts.messageBytes += size(message);
    return send.call(this, message);
  };
}

countCrossings();
countMessages();

/** One call to an object. */
async function hop(sent, call) {
  const window = { called: tick(), handedOn: Infinity };
  counts.windows.push(window);
  counts.calls += 1;
  counts.callBytes += sent.reduce((sum, value) => sum + size(value), 0);
  busy += 1;
  try {
    if (hopMs > 0) await new Promise((resolve) => setTimeout(resolve, hopMs));
    window.handedOn = tick();
    const reply = await call();
    counts.callBytes += size(reply);
    return reply;
  } finally {
    busy -= 1;
    tick();
  }
}

/** The stub of an object: whatever is called on it is a hop. */
const stub = (native) =>
  new Proxy({}, {
    get: (_, method) =>
      // A stub is no promise, whoever awaits it.
      method === "then" ? undefined : (...values) => hop(values, () => native[method](...values)),
  });

const namespace = (native) => ({
  getByName: (name) => stub(native.getByName(name)),
  get: (id) => stub(native.get(id)),
  idFromName: (name) => native.idFromName(name),
  idFromString: (text) => native.idFromString(text),
});

/** The environment, with object namespaces whose calls are counted. */
export function environment(env) {
  const counted = Object.entries(env).map(([name, binding]) => [
    name,
    typeof binding?.getByName === "function" ? namespace(binding) : binding,
  ]);
  return Object.fromEntries(counted);
}

/** The most calls one behind the other of those that were handed on by `until`. */
function inSequence(until) {
  const handedOn = counts.windows.filter((window) => window.handedOn <= until);
  handedOn.sort((one, other) => one.handedOn - other.handedOn);
  let [hops, last] = [0, 0];
  for (const window of handedOn) {
    if (window.called > last) [hops, last] = [hops + 1, window.handedOn];
  }
  return hops;
}

const sqlOf = (owner) => (counts.sql[owner] ??= { statements: 0, rows_read: 0, rows_written: 0, transactions: 0 });

/** Adds up the rows of the statements that have run. */
function addUp() {
  for (const { owner, at, cursor } of running) {
    const { rowsRead, rowsWritten } = cursor;
    const sql = sqlOf(owner);
    sql.rows_read += rowsRead;
    sql.rows_written += rowsWritten;
    if (rowsWritten > 0) counts.firstWrite[owner] ??= at;
  }
  running = [];
}

function replaced(prototype, method, by) {
  const native = prototype[method];
  prototype[method] = function (...values) {
    return by.call(this, () => native.apply(this, values), values);
  };
}

let watching = false;

/** Counts on the prototypes of the storage, which all objects of the isolate share. */
function watch(storage) {
  if (watching) return;
  watching = true;
  const prototype = Object.getPrototypeOf(storage);
  replaced(Object.getPrototypeOf(storage.sql), "exec", function (run) {
    const [owner, at] = [owners.get(this), tick()];
    sqlOf(owner).statements += 1;
    const cursor = run();
    running.push({ owner, at, cursor });
    // Who runs a statement takes its rows in the same turn.
    if (running.length === 1) queueMicrotask(addUp);
    return cursor;
  });
  replaced(prototype, "transactionSync", function (run) {
    sqlOf(owners.get(this)).transactions += 1;
    return run();
  });
  replaced(prototype, "setAlarm", function (run, [at]) {
    alarms.set(this, Number(at));
    return run();
  });
  for (const method of ["deleteAlarm", "deleteAll"]) {
    replaced(prototype, method, function (run) {
      alarms.delete(this);
      return run();
    });
  }
}

/** The class of an object, counting; an empty one where the Worker has none, as a peer of the benchmark may. */
export const object = (Native = class {}, name) =>
  class extends Native {
    constructor(ctx, env) {
      watch(ctx.storage);
      owners.set(ctx.storage, name);
      owners.set(ctx.storage.sql, name);
      super(ctx, environment(env));
    }
    async alarm(...values) {
      alarms.delete(this.ctx.storage);
      busy += 1;
      try {
        return await super.alarm(...values);
      } finally {
        busy -= 1;
        tick();
      }
    }
  };

function state() {
  addUp();
  const { calls, callBytes, into, bytesIn, out, textOut, sql, firstWrite, messages, messageBytes } = counts;
  const commit = firstWrite.RequestObject;
  return {
    hops: inSequence(moment),
    hops_before_commit: commit === undefined ? null : inSequence(commit),
    calls,
    call_bytes: callBytes,
    into_wasm: into,
    bytes_into_wasm: bytesIn,
    out_of_wasm: [...out.values()].reduce((sum, count) => sum + count, 0),
    text_out_of_wasm: textOut,
    imports: Object.fromEntries(out),
    sql: structuredClone(sql),
    messages,
    message_bytes: messageBytes,
  };
}

/** The Worker has answered. */
export function answer() {
  answered ??= state();
}

/** Counts from nothing, with so much delay for each hop. */
export function begin(delayMs) {
  addUp();
  hopMs = delayMs;
  counts = nothing();
  answered = null;
}

/** What was counted, and whether anything still goes on. */
export function report() {
  const next = alarms.size === 0 ? null : Math.min(...alarms.values()) - Date.now();
  return { moment, busy, next_alarm_ms: next, answer: answered, total: state() };
}
