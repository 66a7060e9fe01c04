import { expect, it } from "vitest";
import { COLOUR, PRIORITY } from "@/api/words";
import { planOf } from "../plans";
import en from "./en";
import id from "./id";
import { assetsOf, categoriesOf, placesOf, STARTERS } from "./shape";

it.each(STARTERS.flatMap((name) => [[name, "en", en[name]], [name, "id", id[name]]] as const))("%s in %s can be brought in whole", (_name, _language, starter) => {
  const rows = placesOf(starter.places).map(({ name, kind, path }, at) => ({ line: at + 1, cells: [name, kind, path] }));
  const plan = planOf(rows, { places: [], assets: [], requests: [], people: [], categories: [] }, { kind: "places", mapping: ["name", "kind", "parent"], order: "day", update: false });
  expect(plan.errors).toEqual([]);
  expect(plan.items.filter(({ parent }) => parent === undefined)).toHaveLength(1);
  expect(rows.length).toBeGreaterThanOrEqual(14);
  const categories = categoriesOf(starter.categories);
  expect(categories).toHaveLength(20);
  expect(new Set(categories.map(({ name }) => name.toLowerCase())).size).toBe(20);
  for (const { colour, priority } of categories) {
    expect(COLOUR).toContain(colour);
    if (priority !== null) expect(PRIORITY).toContain(priority);
  }
  for (const { name, fields } of assetsOf(starter.assets)) {
    expect(fields.length, name).toBeGreaterThan(0);
    for (const field of fields) expect(field.kind === "choice" ? field.choices!.length > 1 : field.kind === "number" ? field.unit !== "" : ["text", "date", "yes_no"].includes(field.kind), `${name}: ${field.name}`).toBe(true);
  }
});
it("is the same in both languages", () => {
  for (const name of STARTERS) {
    expect(placesOf(en[name].places).length).toBe(placesOf(id[name].places).length);
    expect(en[name].categories.map((line) => line.split("/").slice(1))).toEqual(id[name].categories.map((line) => line.split("/").slice(1)));
    expect(assetsOf(en[name].assets).map(({ fields }) => fields.map(({ kind }) => kind))).toEqual(assetsOf(id[name].assets).map(({ fields }) => fields.map(({ kind }) => kind)));
  }
});
