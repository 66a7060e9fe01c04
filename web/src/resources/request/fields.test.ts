import { expect, test } from "vitest";
import en from "@/i18n/en.json";
import type { RequestRecord } from "@/api/types";
import { FIELD_NAMES, blankReport, bodyOf, changesOf, chosen, fieldOf, isAsked, mergeReports, put, reportFrom, reportOf, sayValue, wrongWith, type Report } from "./fields";

const base: Report = { ...blankReport(), title: "Tap", category: "plumbing", priority: "high", description: "Drips" };
const t = ((key: string) => `<${key}>`) as never;

test("every name and question of a field is a word of the app", () => {
  const words = en as unknown as Record<string, Record<string, string> | undefined>;
  const isWord = (key: string) => words[key.split(".")[0]!]?.[key.split(".")[1]!] !== undefined;
  for (const field of FIELD_NAMES.map(fieldOf)) {
    expect([field.label, field.ask, field.hint].filter((key) => key !== undefined && !isWord(key))).toEqual([]);
    if (field.kind === "choice") expect(field.words.filter((word) => !isWord(`${field.wordKey}.${word}`))).toEqual([]);
  }
});

test("a blank report wants nothing but what is required", () => {
  const wrong = FIELD_NAMES.filter((name) => wrongWith(name, blankReport()[name]) !== undefined);
  expect(wrong).toEqual(["title", "category"]);
});

test("what is too long is said before it is sent, and blanks around do not count", () => {
  expect(wrongWith("title", "a".repeat(201))).toBe("common.too_long");
  expect(wrongWith("title", ` ${"a".repeat(200)} `)).toBeUndefined();
});

test("a new request carries no text that is empty", () => {
  expect(bodyOf({ ...base, title: " Tap ", description: "" })).not.toHaveProperty("description");
  expect(bodyOf({ ...base, title: " Tap " }).title).toBe("Tap");
});

test("an edit carries what was changed and nothing else", () => {
  expect(changesOf(base, { ...base, title: "Tap and basin", description: "" })).toEqual({ title: "Tap and basin", description: "" });
});

test("what only the others changed is theirs, and what I changed is mine, also where they changed it as well", () => {
  const mine = { ...base, title: "My tap", description: "Runs" };
  const theirs = { ...base, title: "Their tap", priority: "urgent" as const };
  expect(mergeReports(base, mine, theirs)).toEqual({ ...base, title: "My tap", description: "Runs", priority: "urgent" });
});

test("a draft of another release is read as far as it makes sense", () => {
  const kept = { title: "Tap", category: "no such", priority: 7, gone: true };
  // The organisation may have offered another category then.
  expect(reportFrom(kept)).toEqual({ ...blankReport(), title: "Tap", category: "no such" });
});

test("a record without a text is a report with an empty one", () => {
  expect(reportOf({ ...base, description: null } as unknown as RequestRecord).description).toBe("");
});

test("a value is said in the reader's language, and words that are not ours as they are", () => {
  expect(sayValue(t, "category", "lift")).toBe("<category.lift>");
  expect(sayValue(t, "category", "Fountains")).toBe("Fountains");
  expect(sayValue(t, "description", null)).toBe("–");
});

test("a time is asked for where what it is of is known, and goes with it", () => {
  const asked = (has: Partial<Report>, isNew?: boolean) => FIELD_NAMES.filter((name) => fieldOf(name).kind === "moment" && isAsked(name, (other) => has[other], isNew));
  expect(asked({})).toEqual([]);
  expect(asked({ asset_id: "a" })).toEqual(["down_since"]);
  expect(asked({ asset_id: "a", down_since: "2026-11-30T08:00:00.000Z" })).toEqual(["down_since", "down_until"]);
  expect(asked({ asset_id: "a", down_since: "2026-11-30T08:00:00.000Z" }, true)).toEqual(["down_since"]);
  expect(put("down_since", "")).toEqual({ down_since: "", down_until: "" });
  expect(chosen("asset_id", null)).toEqual({ asset_id: "", down_since: "", down_until: "" });
  expect(chosen("asset_id", { id: "b", name: "Lift" })).toEqual({ asset_id: "b" });
});
