import { expect, test } from "vitest";
import { fitting, inserted, soughtAt } from "./mentions";

const PEOPLE = ["Maya Putri", "Ménardo Łukasz", "Tono", "Tono Wijaya", "Putri Ayu"].map((name) => ({ id: name, name }));
const names = (sought: string) => fitting(PEOPLE, sought).map(({ name }) => name);

test("what stands behind an @ is sought, up to the caret", () => {
  expect(soughtAt("Hi @ma", 6)).toEqual({ at: 3, text: "ma" });
  expect(soughtAt("Hi @maya there", 5)).toEqual({ at: 3, text: "m" });
  expect(soughtAt("@", 1)).toEqual({ at: 0, text: "" });
  expect(soughtAt("(@t", 3)).toEqual({ at: 1, text: "t" });
  expect(soughtAt("Hi @maya pu", 11)).toEqual({ at: 3, text: "maya pu" });
});

test("an address, a lone sign and another line are no names", () => {
  for (const text of ["me@maya", "é@m", "7@m", "@ maya", "@maya\nhello", "no sign", `@${"x".repeat(61)}`]) expect(soughtAt(text, text.length), text).toBeUndefined();
});

test("who fits is found in any spelling, by any word, the first word first", () => {
  expect(names("")).toHaveLength(5);
  expect(names("PUT")).toEqual(["Putri Ayu", "Maya Putri"]);
  expect(names("menar")).toEqual(["Ménardo Łukasz"]);
  expect(names("maya p")).toEqual(["Maya Putri"]);
  expect(names("tono ")).toEqual([]);
  expect(names("tono w")).toEqual(["Tono Wijaya"]);
  expect(names("nobody")).toEqual([]);
});

test("the whole name is written, with a space where none follows, and nothing else moves", () => {
  const write = (text: string, caret: number) => inserted(text, caret, soughtAt(text, caret)!, PEOPLE[0]!);
  expect(write("Hi @ma", 6)).toEqual({ text: "Hi @Maya Putri ", caret: 15 });
  expect(write("Hi @ma, please", 6)).toEqual({ text: "Hi @Maya Putri, please", caret: 14 });
  expect(write("@mplease", 2)).toEqual({ text: "@Maya Putri please", caret: 12 });
});
