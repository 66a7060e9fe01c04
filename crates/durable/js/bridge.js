// What the Rust half of the kit calls by name, each in one crossing instead of several. All of them are here, and start with
// `durable_`; src/{text,sqlite,calls}.rs declare them.
import * as wasm from "durable-wasm";
import { lifeNow } from "./life.js";

/** Text that wasm has never seen, between two that it has written. */
globalThis.durable_around = (before, kept, after) => before + kept + after;

/** The rows of a statement, as arrays of values; `values` is a JSON array. */
globalThis.durable_rows = (sql, query, values) => sql.exec(query, ...JSON.parse(values)).raw().toArray();

/** Of rows of a time, a key and JSON: how many there are, the JSON of the first `most`, and time and key of the last of these. */
globalThis.durable_found = (sql, query, values, most) => {
  const rows = sql.exec(query, ...JSON.parse(values)).raw().toArray();
  const shown = rows.slice(0, most);
  const [time, key] = shown.at(-1) ?? [];
  return [rows.length, shown.map((row) => row[2]).join(","), time, key];
};

/** Runs a statement that has no rows. */
globalThis.durable_run = (sql, statement, values) => void sql.exec(statement, ...JSON.parse(values));

/** Calls the object of a name, and tells the instance by the call's number what came of it; a limit of 0 is none. */
globalThis.durable_call = (namespace, name, message, limitMs, number) => {
  const here = lifeNow();
  let timer;
  const ending = (tell) => (outcome) => {
    clearTimeout(timer);
    if (!here.ended) tell(number, outcome);
  };
  const replied = (number, reply) => {
    const end = reply.indexOf("\n");
    if (end < 0) wasm.durable_replied(number, reply);
    else wasm.durable_replied(number, reply.slice(0, end), reply.slice(end + 1));
  };
  const lost = ending(wasm.durable_lost);
  namespace.getByName(name).call(message).then(ending(replied), lost);
  if (limitMs > 0) timer = setTimeout(() => lost(new Error(`no reply within ${limitMs} ms`)), limitMs);
};
