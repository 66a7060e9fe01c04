import { expect, test } from "vitest";
import type { RequestRecord } from "@/api/types";
import { isSameBasis, basisOf } from "./basis";

const record = { version: 4, status: "in_progress", priority: "high", title: "Tap", description: "", category: "plumbing", assignee: { id: "c", name: "Citra" } } as RequestRecord;

test("a comment in between does not change what a decision rests on", () => {
  expect(isSameBasis(basisOf(record), { ...record, version: 9 })).toBe(true);
});

test("another state, another assignee, other words do", () => {
  for (const change of [{ status: "on_hold" }, { assignee: null }, { title: "Tap and basin" }, { priority: "low" }] as Partial<RequestRecord>[]) {
    expect(isSameBasis(basisOf(record), { ...record, ...change })).toBe(false);
  }
});
