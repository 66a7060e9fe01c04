import { describe, expect, test } from "vitest";
import { clock, endOfDay, exact, isBy, length, localeOf, relative } from "./time";

const JAKARTA = "Asia/Jakarta";
const at = (date: string, now: string, locale = "en", zone = JAKARTA) => relative(locale, date, Date.parse(now), zone);

describe("how far away a time is", () => {
  test("is counted in days of the calendar, not in spans of 24 hours", () => {
    expect(at("2026-12-01T13:24+07:00", "2026-11-29T14:24+07:00")).toBe("in 2 days");
    expect(at("2026-12-01T13:24+07:00", "2026-11-28T14:24+07:00", "id")).toBe("dalam 3 hari");
    expect(at("2026-12-01T13:24+07:00", "2026-11-29T14:24+07:00", "id")).toBe("lusa");
    expect(at("2026-11-30T01:00+07:00", "2026-11-29T14:24+07:00")).toBe("tomorrow");
    expect(at("2026-11-30T23:59+07:00", "2026-11-29T00:01+07:00", "id")).toBe("besok");
    expect(at("2026-11-28T01:00+07:00", "2026-11-29T23:00+07:00", "id")).toBe("kemarin");
  });
  test("is told in hours on the same day, and up to six hours across midnight", () => {
    expect(at("2026-11-29T23:30+07:00", "2026-11-29T00:15+07:00")).toBe("in 23 hr.");
    expect(at("2026-11-30T01:00+07:00", "2026-11-29T23:00+07:00")).toBe("in 2 hr.");
    expect(at("2026-11-29T23:50+07:00", "2026-11-30T00:10+07:00")).toBe("20 min. ago");
    expect(at("2026-11-30T05:00+07:00", "2026-11-29T23:00+07:00")).toBe("tomorrow");
  });
  test("crosses the ends of months and years, and the days that a leap year has", () => {
    expect(at("2027-01-02T09:00+07:00", "2026-12-31T10:00+07:00")).toBe("in 2 days");
    expect(at("2028-03-01T09:00+07:00", "2028-02-28T10:00+07:00")).toBe("in 2 days");
    expect(at("2026-02-28T09:00+07:00", "2026-03-01T23:00+07:00")).toBe("yesterday");
  });
  test("goes by the zone of the device", () => {
    const [date, now] = ["2026-11-29T18:00Z", "2026-11-29T08:00Z"];
    expect(at(date, now, "en", JAKARTA)).toBe("tomorrow");
    expect(at(date, now, "en", "UTC")).toBe("in 10 hr.");
    expect(at("2026-11-30T09:00Z", "2026-11-29T08:00Z", "en", "Pacific/Kiritimati")).toBe("tomorrow");
  });
  test("does not mind days of 23 and 25 hours", () => {
    // In Berlin the clocks go forward on 2026-03-29 and back on 2026-10-25.
    expect(at("2026-03-30T00:30+02:00", "2026-03-28T23:30+01:00", "en", "Europe/Berlin")).toBe("in 2 days");
    expect(at("2026-10-26T00:30+01:00", "2026-10-24T23:30+02:00", "en", "Europe/Berlin")).toBe("in 2 days");
    expect(at("2026-10-25T23:30+01:00", "2026-10-25T00:10+02:00", "en", "Europe/Berlin")).toBe("in 24 hr.");
  });
  test("is nothing below a minute, also for a clock that is a little behind", () => {
    expect(at("2026-11-29T09:00:40Z", "2026-11-29T09:00:00Z")).toBeUndefined();
    expect(at("2026-11-29T09:00:00Z", "2026-11-29T09:00:59Z")).toBeUndefined();
    expect(at("2026-11-29T09:00:00Z", "2026-11-29T09:01:00Z")).toBe("1 min. ago");
  });
  test("is in words that Indonesians use", () => {
    expect(at("2026-11-29T15:00Z", "2026-11-29T09:00Z", "id", "UTC")).toBe("dalam 6 jam");
    expect(at("2026-11-29T03:00Z", "2026-11-29T09:00Z", "id", "UTC")).toBe("6 jam lalu");
    expect(at("2026-11-29T08:15Z", "2026-11-29T09:00Z", "id", "UTC")).toBe("45 menit lalu");
  });
});

test("a length is told in its largest whole unit", () => {
  const hour = 3_600_000;
  expect([0.75 * hour, 8 * hour, 23.9 * hour, 50 * hour].map((ms) => length("en", ms))).toEqual(["45 min", "8 hr", "23 hr", "2 days"]);
  expect([0.75 * hour, 8 * hour, 24 * hour].map((ms) => length("id", ms))).toEqual(["45 menit", "8 jam", "1 hari"]);
});

test("the ways of the country are those of the device, as far as it speaks the language of the page", () => {
  expect(localeOf("en", ["id-ID", "en-GB", "en-US"])).toBe("en-GB");
  expect(localeOf("id", ["en-GB", "id-ID"])).toBe("id-ID");
  expect(localeOf("id", ["en-GB"])).toBe("id");
  expect(localeOf("en", [])).toBe("en");
});

test("dates and hours are written as the country writes them, and those of logs on 24 hours", () => {
  const date = "2026-11-28T17:18:31.061Z";
  expect(exact("en-GB", date, "UTC")).toBe("28 Nov 2026, 17:18");
  expect(exact("en-US", date, "UTC")).toMatch(/^Nov 28, 2026, 5:18\sPM$/);
  const now = Date.parse("2026-11-28T23:00Z");
  expect(["en-US", "en-GB"].map((locale) => clock(locale, date, now, "UTC"))).toEqual(["17:18:31.061", "17:18:31.061"]);
  expect(clock("en-GB", date, now + 3_600_000, "UTC")).toBe("28 Nov, 17:18:31.061");
  expect(clock("en-US", "2026-11-28T00:05:00.000Z", now, "UTC")).toBe("00:05:00.000");
});

test("a day ends where its zone says, also when the clock is changed on it", () => {
  const end = (days: number, now: string, zone: string) => endOfDay(days, Date.parse(now), zone).toISOString();
  expect(end(0, "2026-11-30T17:00:00Z", "Asia/Jakarta")).toBe("2026-12-01T17:00:00.000Z");
  expect(end(6, "2026-11-30T16:59:59Z", "Asia/Jakarta")).toBe("2026-12-06T17:00:00.000Z");
  // Twenty-five hours, and twenty-three.
  expect(end(0, "2026-10-24T22:00:00Z", "Europe/Berlin")).toBe("2026-10-25T23:00:00.000Z");
  expect(end(1, "2026-03-28T12:00:00Z", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  // Beirut has no midnight when summer comes.
  expect(end(0, "2026-03-28T12:00:00Z", "Asia/Beirut")).toBe("2026-03-28T22:00:00.000Z");
  expect([0, 1].map((days) => isBy("2026-12-01T17:00:00Z", days, Date.parse("2026-11-30T17:00:00Z"), "Asia/Jakarta"))).toEqual([false, true]);
});
