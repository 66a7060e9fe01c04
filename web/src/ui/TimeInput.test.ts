import { expect, test } from "vitest";
import { localOf, timeOf } from "./TimeInput";

test("a time is told and put in by the clock of the zone", () => {
  expect(localOf("2026-11-30T14:05:59.123Z", "Asia/Jakarta")).toBe("2026-11-30T21:05");
  expect(timeOf("2026-11-30T21:05", "Asia/Jakarta")).toBe("2026-11-30T14:05:00.000Z");
  for (const time of ["2026-07-01T00:00:00.000Z", "2026-03-29T00:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-12-31T23:59:00.000Z"]) {
    expect(timeOf(localOf(time, "Europe/Berlin"), "Europe/Berlin")).toBe(time);
  }
});

test("the hour that clocks leave out is beside it, and the one that they repeat is one of the two", () => {
  expect(["2026-03-29T00:30:00.000Z", "2026-03-29T01:30:00.000Z"]).toContain(timeOf("2026-03-29T02:30", "Europe/Berlin"));
  expect(["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]).toContain(timeOf("2026-10-25T02:30", "Europe/Berlin"));
});

test("what is half put in is no time", () => {
  for (const half of ["", "0002-01-01T00:00", "x"]) expect(timeOf(half, "UTC")).toBeUndefined();
});
