import { expect, test } from "vitest";
import { LONGEST_TAIL, mergeEntries, shownEntries } from "./entries";
import { parseLogSearch } from "./search";
import type { Entry } from "./words";

const entry = (seq: number) => ({ id: `e${seq}`, seq }) as Entry;
const seqs = (entries: Entry[]) => entries.map(({ seq }) => seq);

test("a log shows the newest entry first and none twice", () => {
  expect(seqs(shownEntries([entry(4), entry(3), entry(2)], [entry(2), entry(1)]))).toEqual([4, 3, 2, 1]);
  expect(seqs(mergeEntries([entry(3), entry(4)], [entry(3)]))).toEqual([4, 3]);
});

test("a tail ends somewhere, and nothing older stands behind the gap", () => {
  const live = mergeEntries(Array.from({ length: LONGEST_TAIL + 5 }, (_, seq) => entry(seq + 10)), []);
  expect(live).toHaveLength(LONGEST_TAIL);
  expect(live[0]?.seq).toBe(LONGEST_TAIL + 14);
  expect(shownEntries(live, [entry(1)])).toHaveLength(LONGEST_TAIL);
});

test("the address keeps what the logs know, and nothing else", () => {
  expect(parseLogSearch({ request_id: "abc", level: "", other: "x", stream: 7 })).toEqual({ request_id: "abc" });
});
