import { expect, test } from "vitest";
import { merged, type Kept } from "./store";

const made = (key: string, at?: number): Kept => ({ key, at, seq: 0, user: "me", kind: "comment", what: key, path: "", body: {} });
const keys = (changes: Kept[], files: Kept[]) => merged(changes, files).map(({ key }) => key).join("");

test("changes and files are one row by the time at which they were made, and each of both keeps its order", () => {
  expect(keys([made("a", 1), made("b", 5)], [made("1", 2), made("2", 9)])).toBe("a1b2");
  expect(keys([made("a", 5), made("b", 1)], [made("1", 3), made("2", 2)])).toBe("12ab");
  expect(keys([made("a"), made("b", 4)], [made("1", 4)])).toBe("ab1");
  expect(keys([], [made("1", 4)])).toBe("1");
});
