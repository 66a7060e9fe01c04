// What a row names: its place, or what it is in or a part of, by code, by path or by name, in the file and in what there is.
import { PATH, type Target } from "@/sheet/columns";
import type { There } from "@/sheet/there";
import type { Error } from "./plan";

export const fold = (text: string) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
const pathKey = (path: string) => fold(path).replace(/\s*[>/\\»]\s*/g, PATH);

export type Cells = Partial<Record<Target, string>>;
export interface Row { line: number; cells: Cells; there?: There; faults: Error[]; parent?: Named; location?: Named; asset?: Named }
/** Something that a row names: what there is, or another row. */
export type Named = { there: There } | { row: Row };

/** All that can be named, by code, path and name. */
export class Names {
  private readonly by = new Map<string, Set<There | Row>>();
  private put(key: string, thing: There | Row) {
    this.by.set(key, (this.by.get(key) ?? new Set()).add(thing));
  }
  add(thing: There | Row, { name, code, path }: { name: string; code?: string | null; path?: string }) {
    if (code) this.put(`code ${fold(code)}`, thing);
    if (path) this.put(`path ${pathKey(path)}`, thing);
    this.put(`name ${fold(name)}`, thing);
  }
  /** All that one means; a thing that is there and a row of the file that is the same thing count once. */
  find(sort: "code" | "path" | "name", text: string): Named[] {
    const found = [...(this.by.get(`${sort} ${sort === "path" ? pathKey(text) : fold(text)}`) ?? [])];
    const rows = found.filter((thing): thing is Row => "cells" in thing);
    const theirs = new Set(rows.map(({ there }) => there));
    return [...rows.map((row) => ({ row })), ...found.filter((thing): thing is There => !("cells" in thing) && !theirs.has(thing)).map((there) => ({ there }))];
  }
}

/** Where each place is, from the outermost. */
export function pathsOf(places: readonly There[]): Map<string, string> {
  const byId = new Map(places.map((place) => [place.id, place]));
  const paths = new Map<string, string>();
  const path = (place: There, level = 0): string => {
    const known = paths.get(place.id);
    if (known !== undefined) return known;
    const parent = place.parent && level < 20 ? byId.get(place.parent) : undefined;
    const made = parent ? `${path(parent, level + 1)}${PATH}${place.name}` : place.name;
    paths.set(place.id, made);
    return made;
  };
  places.forEach((place) => path(place));
  return paths;
}

/** All places, by code, path and name. */
export function placesOf(places: readonly There[]): Names {
  const names = new Names();
  const paths = pathsOf(places);
  places.forEach((place) => names.add(place, { ...place, path: paths.get(place.id) }));
  return names;
}

/** The one thing that a row names, or a fault. */
export function named(names: Names, row: Row, what: "parent" | "location" | "asset"): Named | undefined {
  const [code, text] = [row.cells[`${what}_code`] ?? "", row.cells[what] ?? ""];
  const [column, value]: [Target, string] = code ? [`${what}_code`, code] : [what, text];
  if (!value) return undefined;
  const ways = code ? (["code"] as const) : (["path", "code", "name"] as const);
  const found = ways.map((way) => names.find(way, value).filter((thing) => !("row" in thing && thing.row === row))).find((some) => some.length > 0) ?? [];
  if (found.length === 1) return found[0];
  row.faults.push({ line: row.line, column, value, fault: found.length > 1 ? "twice" : "unknown" });
  return undefined;
}

export const idOf = (thing: Named | undefined) => (thing && "there" in thing ? thing.there.id : thing?.row.there?.id);
export const sameThing = (one: Named | undefined, id: string | null) => (idOf(one) ?? null) === id && !(one && idOf(one) === undefined);
