// What an import of requests would do: open work comes in as if it was reported now.
//
// A row is the request with its number; else the first one that is not yet taken of its title about the same thing or place, unless that was rejected or
// cancelled. So a file that is brought in twice makes nothing twice, and our own file comes in without a change.
import type { Status } from "@/api/types";
import type { Target } from "@/sheet/columns";
import type { There } from "@/sheet/there";
import { fold, idOf, named, Names, placesOf, type Row } from "./names";
import { meaning, planned, required, tooLong, wordOf, type Item, type Planner } from "./plan";
import { DONE, PRIORITIES, YES_NO } from "./words";

const LONGEST: Partial<Record<Target, number>> = { title: 200, description: 10_000, category: 60, contact: 120 };
const WITHDRAWN = new Set<unknown>(["rejected", "cancelled"] satisfies Status[]);

const aboutOf = (asset: string | null | undefined, location: string | null | undefined) => (asset ? `asset ${asset}` : `place ${location ?? ""}`);
const keyOf = (title: string, about: string) => `${about} ${fold(title)}`;

/** What is there already, to be taken once each. */
class Waiting {
  private readonly byNumber = new Map<string, There>();
  private readonly byWords = new Map<string, There[]>();
  private readonly taken = new Set<There>();
  constructor(requests: readonly There[]) {
    for (const request of requests) {
      if (request.code) this.byNumber.set(fold(request.code), request);
      if (WITHDRAWN.has(request.values.status)) continue;
      const key = keyOf(request.name, aboutOf(request.values.asset as string | null, request.location));
      this.byWords.set(key, [...(this.byWords.get(key) ?? []), request]);
    }
  }
  private take(request: There | undefined): There | undefined {
    if (request) this.taken.add(request);
    return request;
  }
  numbered(number: string): There | undefined {
    const request = this.byNumber.get(fold(number));
    return request && !this.taken.has(request) ? this.take(request) : undefined;
  }
  next(title: string, about: string): There | undefined {
    return this.take(this.byWords.get(keyOf(title, about))?.find((request) => !this.taken.has(request)));
  }
}

export const planRequests: Planner = (rows, known, choice) => {
  const waiting = new Waiting(known.requests);
  for (const row of rows) if (row.cells.number) row.there = waiting.numbered(row.cells.number);
  const places = placesOf(known.places);
  const assets = new Names();
  known.assets.forEach((asset) => assets.add(asset, asset));
  for (const row of rows.filter(({ there }) => !there)) {
    row.asset = named(assets, row, "asset");
    row.location = named(places, row, "location");
    row.there = waiting.next(row.cells.title ?? "", aboutOf(idOf(row.asset), idOf(row.location)));
  }
  const people = new Map<string, There[]>();
  for (const person of known.people) people.set(fold(person.name), [...(people.get(fold(person.name)) ?? []), person]);
  // What somebody signs in with is theirs alone, whatever others are called.
  for (const person of known.people) if (person.code) people.set(fold(person.code), [person]);
  return planned(rows, (row) => itemOf(row, people, choice.categories));
};

function itemOf(row: Row, people: ReadonlyMap<string, There[]>, categories: ReadonlyMap<string, string> | undefined): Item {
  const { line, cells, there } = row;
  const title = cells.title ?? "";
  if (there) return { line, name: title || there.name, act: "same", id: there.id, version: there.version, body: {} };
  required(row, "title");
  tooLong(row, LONGEST);
  if (meaning(cells.status ?? "", DONE)) row.faults.push({ line, column: "status", value: cells.status!, fault: "is_done" });
  const priority = wordOf(row, "priority", PRIORITIES, "not_a_priority") ?? "normal";
  const hazard = wordOf(row, "hazard", YES_NO, "not_yes_no");
  const found = people.get(fold(cells.requester ?? "")) ?? [];
  if (cells.requester && found.length !== 1) row.faults.push({ line, column: "requester", value: cells.requester, fault: found.length > 1 ? "twice" : "unknown_person" });
  const category = cells.category || "other";
  const body = {
    title,
    description: cells.description || undefined,
    category: categories?.get(fold(category)) ?? category,
    priority,
    hazard: hazard === "yes" || undefined,
    contact: cells.contact || undefined,
    location_id: idOf(row.location),
    asset_id: idOf(row.asset),
    requester_id: found[0]?.id,
  };
  return { line, name: title, act: "make", body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) };
}
