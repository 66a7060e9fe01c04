import { expect, test } from "vitest";
import { Translator } from "./translate";

function translator(language = "en") {
  const made = new Translator(language);
  made.add({ list: { rows_one: "{{count}} row", rows_other: "{{count}} rows", most: "At most {{count}} characters", of: "{{name}} of {{ name }}" } });
  made.add({ list: { more: "More" }, deep: { er: { still: "down here" } } });
  return made;
}

test("words are found by their key, in whatever file they came", () => {
  const { translate } = translator();
  expect([translate("list.more"), translate("deep.er.still")]).toEqual(["More", "down here"]);
});

test("a count chooses the plural that the language has", () => {
  expect([0, 1, 2, 1000].map((count) => translator().translate("list.rows", { count }))).toEqual(["0 rows", "1 row", "2 rows", "1000 rows"]);
  expect([0, 1, 2].map((count) => translator("id").translate("list.rows", { count }))).toEqual(["0 rows", "1 rows", "2 rows"]);
  expect(translator().translate("list.most", { count: 1 })).toBe("At most 1 characters");
});

test("values stand in their places as they are", () => {
  const { translate } = translator();
  expect(translate("list.of", { name: "<b>$& {{count}}</b>" })).toBe("<b>$& {{count}}</b> of {{ name }}");
  expect(translate("list.of", {})).toBe(" of {{ name }}");
});

test("a key without words says itself, or what is to be said then", () => {
  const { translate } = translator();
  for (const key of ["list.none", "list", "deep.er", "list.rows", "toString", "list.constructor", ""]) expect(translate(key)).toBe(key);
  expect(translate("list.none", { defaultValue: "nothing" })).toBe("nothing");
  expect([translator().exists("list.more"), translator().exists("list.none"), translator().exists("list")]).toEqual([true, false, false]);
});
