// What an import of places or assets would do.
//
// A row is the thing that has its code; without a code, the one of its name at its place. So a file that is brought in twice
// changes nothing the second time. What a row names (its place, what it is in or a part of) is looked for by code, by path and by
// name, in the file and in what there is, in whatever order the rows stand.
import { isOwn, ownName, PATH, type Target } from "@/sheet/columns";
import type { Known, There } from "@/sheet/there";
import { dayOf, ownOf, stateOf } from "../values";
import { fold, idOf, named, Names, placesOf, sameThing, type Named, type Row } from "./names";
import { planned, type Choice, type Fault, type Item, type Plan } from "./plan";

/** Kinds of things that stand in a tree. */
type ThingKind = "assets" | "places";

const LONGEST: Record<ThingKind, Partial<Record<Target, number>>> = {
  assets: { name: 120, code: 40, category: 60, maker: 100, model: 100, serial: 100, cost: 40, notes: 5_000 },
  places: { name: 100, code: 40, kind: 40, address: 300 },
};
const MOST_LEVELS: Record<ThingKind, number> = { assets: 8, places: 16 };
const MOST_OWN = 40;
const REFERENCES = new Set<Target>(["location", "location_code", "parent", "parent_code"]);

export const planThings = (kind: ThingKind) => (all: Row[], known: Known, choice: Choice): Plan => {
  byCode(all, known[kind]);
  const places = placesOf(known.places);
  const own = kind === "places" ? places : new Names();
  if (kind === "assets") known.assets.forEach((asset) => own.add(asset, asset));
  for (const row of all) {
    const name = row.cells.name ?? "";
    if (name) own.add(row, { name, code: row.cells.code, path: kind === "places" && row.cells.parent ? `${row.cells.parent}${PATH}${name}` : undefined });
  }
  for (const row of all) {
    row.parent = named(own, row, "parent");
    if (kind === "assets") row.location = named(places, row, "location");
  }
  byName(all, known[kind], kind);
  levels(all, kind);
  return planned(all, (row) => itemOf(row, kind, choice));
};

/** Rows that have the code of something; the same code twice is a mistake. */
function byCode(rows: readonly Row[], there: readonly There[]) {
  const codes = new Map(there.flatMap((thing) => (thing.code ? [[fold(thing.code), thing] as const] : [])));
  const seen = new Set<string>();
  for (const row of rows) {
    const code = row.cells.code ?? "";
    if (!code) continue;
    if (seen.has(fold(code))) row.faults.push({ line: row.line, column: "code", value: code, fault: "code_twice" });
    seen.add(fold(code));
    row.there = codes.get(fold(code));
  }
}

/** Rows without a code: the first of a name at a place is the first that is there, and so on. */
function byName(rows: readonly Row[], there: readonly There[], kind: ThingKind) {
  const where = kind === "places" ? "parent" : "location";
  const key = (name: string, id: string | null | undefined) => `${id ?? ""} ${fold(name)}`;
  const taken = new Set(rows.map((row) => row.there));
  const waiting = new Map<string, There[]>();
  for (const thing of there) if (!thing.code && !taken.has(thing)) waiting.set(key(thing.name, thing[where]), [...(waiting.get(key(thing.name, thing[where])) ?? []), thing]);
  const seen = new Set<string>();
  // A place is looked for in what it is in, which has to be found before.
  const visited = new Set<Row>();
  const visit = (row: Row) => {
    if (visited.has(row)) return;
    visited.add(row);
    const at = row[where];
    if (at && "row" in at) visit(at.row);
    const name = row.cells.name ?? "";
    const inFile = at && "row" in at && !at.row.there ? `line ${at.row.line}` : idOf(at);
    if (kind === "places" && name) {
      if (seen.has(key(name, inFile))) row.faults.push({ line: row.line, column: "name", value: name, fault: "name_twice" });
      seen.add(key(name, inFile));
    }
    if (!row.cells.code && name) row.there = waiting.get(key(name, inFile))?.shift();
  };
  rows.forEach(visit);
}

/** What is in itself, or too deep. */
function levels(rows: readonly Row[], kind: ThingKind) {
  for (const row of rows) {
    const up: Row[] = [row];
    for (let at = row.parent; at && "row" in at && up.length <= MOST_LEVELS[kind]; at = at.row.parent) {
      if (at.row === row) {
        row.faults.push({ line: row.line, column: "parent", value: row.cells.parent ?? "", fault: "itself" });
        break;
      }
      up.push(at.row);
    }
    if (up.length > MOST_LEVELS[kind]) row.faults.push({ line: row.line, column: "parent", value: row.cells.parent ?? "", fault: "too_deep" });
  }
}

function itemOf(row: Row, kind: ThingKind, { mapping, order, update }: Choice): Item | undefined {
  const { there, line } = row;
  const fault = (column: Target, value: string, what: Fault) => void row.faults.push({ line, column, value, fault: what });
  const body: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  const name = row.cells.name ?? "";
  if (!name && !there) fault("name", "", "required");
  for (const target of new Set(mapping)) {
    const cell = target === undefined ? "" : (row.cells[target] ?? "");
    if (target === undefined || REFERENCES.has(target) || cell === "") continue;
    const longest = isOwn(target) ? 200 : (LONGEST[kind][target] ?? Infinity);
    const value = target === "bought" || target === "warranty_until" ? dayOf(cell, order) : target === "status" ? stateOf(cell) : isOwn(target) ? ownOf(cell) : cell;
    if ([...cell].length > longest) fault(target, cell, "too_long");
    else if (value === undefined) fault(target, cell, target === "status" ? "not_a_state" : "not_a_day");
    else if (isOwn(target)) own[ownName(target)] = value;
    else body[target] = value;
  }
  if (Object.keys({ ...there?.own, ...own }).length > MOST_OWN) fault("name", name, "too_many");
  if (row.faults.length > 0) return undefined;
  const links: [string, Named | undefined, string | null][] = [["parent_id", row.parent, there?.parent ?? null], ["location_id", row.location, there?.location ?? null]];
  const parent = row.parent && "row" in row.parent && idOf(row.parent) === undefined ? row.parent.row.line : undefined;
  if (!there) {
    for (const [field, thing] of links) if (idOf(thing) !== undefined) body[field] = idOf(thing);
    return { line, name, act: "make", body: { ...body, ...(Object.keys(own).length > 0 && { custom: own }) }, parent };
  }
  const before: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(body)) {
    if (String(there.values[field] ?? "") === String(value)) delete body[field];
    else before[field] = there.values[field] ?? "";
  }
  for (const [field, thing, was] of links) {
    if (!thing || sameThing(thing, was)) continue;
    body[field] = idOf(thing);
    before[field] = was ?? "";
  }
  if (Object.entries(own).some(([field, value]) => String(there.own[field] ?? "") !== String(value))) {
    body.custom = { ...there.own, ...own };
    before.custom = there.own;
  }
  const isSame = Object.keys(body).length === 0 && parent === undefined;
  return { line, name: name || there.name, act: isSame ? "same" : update ? "change" : "keep", id: there.id, version: there.version, body, before, parent };
}
