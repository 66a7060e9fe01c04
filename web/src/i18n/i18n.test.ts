import { expect, test } from "vitest";
import { ACTION, PRIORITY, ROLE, STATUS } from "@/api/words";
import enFirst from "./en.json";
import idFirst from "./id.json";
import enMore from "./more.en.json";
import idMore from "./more.id.json";

const keysOf = (value: object, path = ""): string[] =>
  Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" ? keysOf(inner as object, `${path}${key}.`) : [`${path}${key}`.replace(/_(one|other)$/, "")],
  );
const together = (...files: Record<string, object>[]) => {
  const all: Record<string, object> = {};
  for (const file of files) for (const [section, words] of Object.entries(file)) all[section] = { ...all[section], ...words };
  return all;
};
const [en, id] = [together(enFirst, enMore), together(idFirst, idMore)];
const places = (value: object): string[] => [...JSON.stringify(value).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!);

test("both languages have the same keys", () => {
  expect(new Set(keysOf(id))).toEqual(new Set(keysOf(en)));
});

test("both languages fill in the same places", () => {
  expect(new Set(places(id))).toEqual(new Set(places(en)));
});

test("nothing is left empty", () => {
  expect(JSON.stringify([en, id])).not.toContain('""');
});

test("every word of the API that people read is a word of the app", () => {
  const words = [...STATUS.map((word) => `status.${word}`), ...PRIORITY.map((word) => `priority.${word}`), ...ROLE.map((word) => `role.${word}`), ...ACTION.map((word) => `action.${word}`)];
  expect(words.filter((word) => !keysOf(en).includes(word))).toEqual([]);
});

test("no word is in both files of a language", () => {
  expect(keysOf(enFirst).filter((key) => keysOf(enMore).includes(key))).toEqual([]);
});
