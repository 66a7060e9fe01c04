import { expect, test, vi } from "vitest";
import type { Summary } from "@/api/types";
import { asked, matches, parseFilters } from "./filters";

const row = (title: string, number = "MR-000015") =>
  ({ title, number, status: "submitted", priority: "low", category: "other", hazard: false, requester: { id: "r", name: "Rani Adi" }, assignee: null }) as unknown as Summary;

test("a live row is found however it is spelled, as the server finds it", () => {
  for (const [title, q] of [["ΟΔΟΣΗΜΑ", "ΟΔΟΣ"], ["İnşaat", "inşaat"], ["Café", "cafe"], ["Straße", "STRASSE"], ["ＲＯＯＭ　１２", "room 12"], ["a\u00a0b", "a b"], ["soft\u00adware", "software"]] as const)
    expect(matches(row(title), { q } as never, "me"), `${q} in ${title}`).toBe(true);
  for (const q of ["MR-15", "mr-000015", "mr 15", "mr15", "#15", "15", ""]) expect(matches(row("x"), { q } as never, "me"), q).toBe(true);
  for (const q of ["MR-5", "#1", "y", "#150"]) expect(matches(row("x"), { q } as never, "me"), q).toBe(false);
});

test("words are found in any order, over number, title and people, and numbers in any spelling", () => {
  const found = (q: string) => matches(row("Lift 2 berhenti, AC bocor", "MR-000453"), { q } as never, "me");
  expect(["bocor AC", "AC  bocor", "bocor, lift!", "lift berhenti", "adi bocor", "453", "MR-453", "mr 453", "#453", "mr-000453 lift", "000453"].filter((q) => !found(q))).toEqual([]);
  expect(["bocor atap", "MR-45", "#53", "mr 4530", "lift 9", "acbocor"].filter(found)).toEqual([]);
});

test("a category is the same however it is spelled", () => {
  expect(matches(row("x"), { category: "OTHER" }, "me")).toBe(true);
  expect(matches(row("x"), { category: "lift" }, "me")).toBe(false);
});

test("what is due is by the calendar where one is, and what is done is not due", () => {
  vi.useFakeTimers({ now: new Date("2026-11-30T16:30:00Z") });
  vi.stubGlobal("localStorage", { getItem: () => "Asia/Jakarta" });
  try {
    const due = (due_at: string, status = "submitted") => ({ ...row("x"), due_at, status }) as Summary;
    // There it is half past eleven in the evening.
    const [past, tonight, tomorrow] = [due("2026-11-30T16:29:59Z"), due("2026-11-30T16:59:59Z"), due("2026-11-30T17:00:00Z")];
    const on = (list: "overdue" | "today" | "week") => [past, tonight, tomorrow, due("2026-12-06T17:00:00Z"), due("2026-11-01T00:00:00Z", "closed")].map((row) => matches(row, { due: list }, "me"));
    expect(on("overdue")).toEqual([true, false, false, false, false]);
    expect(on("today")).toEqual([true, true, false, false, false]);
    expect(on("week")).toEqual([true, true, true, false, false]);
    expect(asked({ due: "today" })).toEqual({ due_before: "2026-11-30T17:00:00.000Z", sort: "due" });
    expect(asked({ due: "week", files: false, sort: "created" })).toEqual({ due_before: "2026-12-06T17:00:00.000Z", files: false, sort: "created" });
    expect(asked({ due: "overdue" })).toEqual({ overdue: true, sort: "due" });
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
});

test("a request with files is told from one without", () => {
  const having = (attachments: number) => ({ ...row("x"), attachments }) as Summary;
  expect([matches(having(2), { files: true }, "me"), matches(having(0), { files: true }, "me"), matches(having(0), { files: false }, "me")]).toEqual([true, false, true]);
  expect(parseFilters({ due: "today", files: "true" })).toEqual({ due: "today", files: true });
  expect(parseFilters({ due: "someday", files: "maybe" })).toEqual({});
});
