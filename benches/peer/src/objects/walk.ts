// Walks through a table in order of (time, key), a page at a time. Each leg is a run of one index; legs are merged as they
// are read, and what no index answers is checked row by row, at most SCAN rows a page.

import { invalidCursor } from "../domain/refusal.ts";
import type { Position } from "../domain/cursor.ts";
import { fold } from "../domain/text.ts";
import type { Sql, Value } from "./sql.ts";

const SCAN = 10_000;
/** The platform's limit on the terms of one compound SELECT. */
const COMPOUND_TERMS = 5;

export type Check =
  | { column: string; oneOf: Value[] }
  | { column: string; contains: string }
  | { column: string; atLeast: number }
  | { column: string; below: number };

export type Leg = { index: string | null; equals: [string, Value][] };

export type Walk = {
  table: string;
  /** What of a row is its JSON: a column, or an expression. */
  json: string;
  time: string;
  key: string;
  newest: boolean;
  legs: Leg[];
  from: number | null;
  to: number | null;
  checks: Check[];
};

/** A page as JSON text, and where the next one starts. */
export type Page = { items: string; next: Position | null };

type Place = { t: number; k: number };
type Found = Place & { json: string };
type Near = { at: "start" } | { at: "tied" | "past" | "behind"; place: Place };

export function page(db: Sql, walk: Walk, position: Position | null, limit: number): Page {
  const after = position === null ? null : { t: position.ts, k: Number(position.id) };
  if (after !== null && !Number.isInteger(after.k)) throw invalidCursor();
  const { found, end } = walk.checks.length > 0 && walk.legs.length <= COMPOUND_TERMS
    ? scanned(db, walk, after, limit + 1)
    : sought(db, walk, after, limit + 1);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown[shown.length - 1]! : end;
  return {
    items: `[${shown.map((row) => row.json).join(",")}]`,
    next: last === null ? null : { ts: last.t, id: String(last.k) },
  };
}

type Part = { found: Found[]; end: Place | null };

/** Looks at SCAN rows at most, and at none behind the last that is wanted. */
function scanned(db: Sql, walk: Walk, after: Place | null, wanted: number): Part {
  const statement = new Statement(walk);
  const found = db.rows<Found>(statement.scan(behind(after), wanted), ...statement.values);
  return { found, end: found.length < wanted ? scanEnd(db, walk, after) : null };
}

function sought(db: Sql, walk: Walk, after: Place | null, most: number): Part {
  const end = walk.checks.length === 0 ? null : scanEnd(db, walk, after);
  const found: Found[] = [];
  const parts: Near[] = after === null ? [{ at: "start" }] : [{ at: "tied", place: after }, { at: "past", place: after }];
  for (const near of parts) {
    const wanted = most - found.length;
    if (wanted > 0) found.push(...rows(db, walk, near, end, wanted));
  }
  return { found, end };
}

const behind = (after: Place | null): Near => (after === null ? { at: "start" } : { at: "behind", place: after });

function rows(db: Sql, walk: Walk, near: Near, end: Place | null, limit: number): Found[] {
  const statement = new Statement(walk);
  const wheres = statement.wheres(near, end, walk.checks);
  return db.rows<Found>(statement.merge(wheres, `, ${walk.json} AS json`, limit, `LIMIT ${limit}`), ...statement.values);
}

function scanEnd(db: Sql, walk: Walk, after: Place | null): Place | null {
  const statement = new Statement(walk);
  const wheres = statement.wheres(behind(after), null, []);
  return db.row<Place>(statement.merge(wheres, "", SCAN, `LIMIT 1 OFFSET ${SCAN - 1}`), ...statement.values) ?? null;
}

class Statement {
  values: Value[] = [];

  constructor(readonly walk: Walk) {}

  wheres(near: Near, end: Place | null, checks: Check[]): string[] {
    const shared = [this.#near(near), this.#far(end), ...checks.map((check) => this.#check(check))].filter(Boolean);
    return this.walk.legs.map((leg) =>
      [...leg.equals.map(([column, value]) => `${column} = ${this.#bind(value)}`), ...shared].join(" AND "),
    );
  }

  merge(wheres: string[], also: string, most: number, tail: string): string {
    const { table, time, key, legs, newest } = this.walk;
    const order = newest ? "ORDER BY 1 DESC, 2 DESC" : "ORDER BY 1, 2";
    const selects = legs.map((leg, number) => {
      const index = leg.index === null ? "NOT INDEXED" : `INDEXED BY ${leg.index}`;
      const where = wheres[number] ? ` WHERE ${wheres[number]}` : "";
      return `SELECT ${time} AS t, ${key} AS k${also} FROM ${table} ${index}${where}`;
    });
    if (selects.length <= COMPOUND_TERMS) return `${selects.join(" UNION ALL ")} ${order} ${tail}`;
    const parts: string[] = [];
    for (let start = 0; start < selects.length; start += COMPOUND_TERMS) {
      parts.push(`SELECT * FROM (${selects.slice(start, start + COMPOUND_TERMS).join(" UNION ALL ")} ${order} LIMIT ${most})`);
    }
    return `${parts.join(" UNION ALL ")} ${order} ${tail}`;
  }

  scan(near: Near, limit: number): string {
    const { json, time, key, checks } = this.walk;
    const wheres = this.wheres(near, null, []);
    // What is checked may also order the walk, which has a short name inside.
    const named = (column: string): string => (column === time ? "t" : column === key ? "k" : column);
    const columns = new Set(["t", "k", ...checks.map(({ column }) => named(column))]);
    const scanned = this.merge(wheres, ["", `${json} AS json`, ...[...columns].slice(2)].join(", "), SCAN, `LIMIT ${SCAN}`);
    const passed = checks.map((check) => this.#check({ ...check, column: named(check.column) })).join(" AND ");
    return `SELECT t, k, json FROM (${scanned}) WHERE ${passed} LIMIT ${limit}`;
  }

  #bind(value: Value): string {
    this.values.push(value);
    return `?${this.values.length}`;
  }

  #near(near: Near): string {
    const { time, key, newest, from, to } = this.walk;
    const onward = newest ? "<" : ">";
    switch (near.at) {
      case "start":
        if (newest) return to === null ? "" : `${time} < ${this.#bind(to)}`;
        return from === null ? "" : `${time} >= ${this.#bind(from)}`;
      case "tied":
        return `${time} = ${this.#bind(near.place.t)} AND ${key} ${onward} ${this.#bind(near.place.k)}`;
      case "past":
        return `${time} ${onward} ${this.#bind(near.place.t)}`;
      case "behind":
        return `(${time}, ${key}) ${onward} (${this.#bind(near.place.t)}, ${this.#bind(near.place.k)})`;
    }
  }

  #far(end: Place | null): string {
    const { time, key, newest, from, to } = this.walk;
    if (end !== null) return `(${time}, ${key}) ${newest ? ">=" : "<="} (${this.#bind(end.t)}, ${this.#bind(end.k)})`;
    if (newest) return from === null ? "" : `${time} >= ${this.#bind(from)}`;
    return to === null ? "" : `${time} < ${this.#bind(to)}`;
  }

  #check(check: Check): string {
    if ("oneOf" in check) return `${check.column} IN (${check.oneOf.map((value) => this.#bind(value)).join(", ")})`;
    if ("contains" in check) return `instr(${check.column}, ${this.#bind(fold(check.contains))}) > 0`;
    if ("atLeast" in check) return `${check.column} >= ${this.#bind(check.atLeast)}`;
    return `${check.column} < ${this.#bind(check.below)}`;
  }
}
