import { expect, test } from "vitest";
import type { Summary } from "@/api/types";
import { newSince } from "./arrivals";

const row = (id: string, version = 1) => ({ id, version }) as Summary;

test("new are a row in another version and one that was let in, but not what a further page brought", () => {
  const rows = [row("let in"), row("changed", 3), row("same"), row("of the next page")];
  const before = new Map([["changed", 2], ["same", 1]]);
  expect(newSince(before, new Set(["let in", "still waits"]), rows).map(({ id }) => id)).toEqual(["let in", "changed"]);
});
