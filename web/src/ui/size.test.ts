import { expect, test } from "vitest";
import { initialsOf, toneOf } from "./initials";
import { sizeOf } from "./size";

test("a size is told in the unit that fits, as people write it", () => {
  expect([0, 999, 1_000, 64_400, 2_345_678, 26_214_400, 3e9].map((bytes) => sizeOf("en", bytes))).toEqual(["0 bytes", "999 bytes", "1 kB", "64 kB", "2.3 MB", "26.2 MB", "3 GB"]);
  expect(sizeOf("id", 2_345_678)).toBe("2,3 MB");
});

test("somebody without a portrait has initials, in the same colour each time", () => {
  expect(["Budi Santoso", "maya", "Siti Nur Aisyah", "Łucja Żak", "李 小龍", "  ", "(QA) Tono"].map(initialsOf)).toEqual(["BS", "M", "SA", "ŁŻ", "李小", "", "QT"]);
  expect(toneOf("0190-a", 5)).toBe(toneOf("0190-a", 5));
});
