import { expect, test } from "vitest";
import { isTooLong } from "./limits";

test("characters are counted as the server counts them", () => {
  expect(isTooLong("🔥".repeat(200), 200)).toBe(false);
  expect(isTooLong("🔥".repeat(201), 200)).toBe(true);
  expect(isTooLong(`  ${"a".repeat(200)}  `, 200)).toBe(false);
});
