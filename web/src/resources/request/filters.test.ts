import { expect, test } from "vitest";
import type { Summary } from "@/api/types";
import { matches } from "./filters";

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
