import { expect, test } from "vitest";
import type { Summary } from "@/api/types";
import { matches } from "./filters";

const row = (title: string, number = "MR-000015") =>
  ({ title, number, status: "submitted", priority: "low", category: "other", hazard: false, requester: { id: "r", name: "R" }, assignee: null }) as unknown as Summary;

test("a live row is found however it is spelled, as the server finds it", () => {
  for (const [title, q] of [["ΟΔΟΣΗΜΑ", "ΟΔΟΣ"], ["İnşaat", "inşaat"], ["Café", "cafe"], ["Straße", "STRASSE"], ["ＲＯＯＭ　１２", "room 12"], ["a\u00a0b", "a b"], ["soft\u00adware", "software"]] as const)
    expect(matches(row(title), { q } as never, "me"), `${q} in ${title}`).toBe(true);
  for (const q of ["MR-15", "mr-000015", "mr 15", "mr15", "#15", "15", ""]) expect(matches(row("x"), { q } as never, "me"), q).toBe(true);
  for (const q of ["MR-5", "#1", "y", "#150"]) expect(matches(row("x"), { q } as never, "me"), q).toBe(false);
});

test("the words of a search are in any order, and in any of what a row tells", () => {
  for (const q of ["bocor AC", "ac  bocor", "r bocor", "15 ac"]) expect(matches(row("AC bocor"), { q } as never, "me"), q).toBe(true);
  for (const q of ["bocor lampu", "acbocor"]) expect(matches(row("AC bocor"), { q } as never, "me"), q).toBe(false);
});
