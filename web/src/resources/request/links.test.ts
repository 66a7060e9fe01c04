import { expect, test } from "vitest";
import type { RequestRecord } from "@/api/types";
import { linksOf, mayBeSaid, mayUnsay, SAID, type Link } from "./links";

const record = (status: RequestRecord["status"], kinds: Link["kind"][] = []) =>
  ({ id: "1", status, links: kinds.map((kind, at) => ({ kind, other: String(at), number: null, at: "2026-11-30T10:00:00.000Z" })) }) as unknown as RequestRecord;

test("managers say all, technicians what means nothing more, requesters nothing", () => {
  expect(mayBeSaid(record("assigned"), "manager")).toEqual(SAID);
  expect(mayBeSaid(record("assigned"), "technician")).toEqual(["relates"]);
  expect(mayBeSaid(record("assigned"), "requester")).toEqual([]);
});

test("what is done, or has duplicates, is no duplicate", () => {
  expect(mayBeSaid(record("completed"), "manager")).not.toContain("duplicate_of");
  expect(mayBeSaid(record("assigned", ["has_duplicate"]), "manager")).not.toContain("duplicate_of");
  expect(mayBeSaid(record("assigned", ["blocks"]), "manager")).toContain("duplicate_of");
});

test("a technician takes back what technicians say", () => {
  const [relates, blocks] = record("assigned", ["relates", "blocks"]).links as [Link, Link];
  expect([mayUnsay(relates, "technician"), mayUnsay(blocks, "technician"), mayUnsay(blocks, "manager")]).toEqual([true, false, true]);
});

test("a record of before has no links", () => expect(linksOf({})).toEqual([]));
