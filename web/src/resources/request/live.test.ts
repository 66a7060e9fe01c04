import { describe, expect, test } from "vitest";
import type { RequestRecord, Summary, TimelineEvent } from "@/api/types";
import { belongs, matches, parseFilters, type Filters } from "./filters";
import { addEvent, applyToRequest, arrange, countOf, lastSeq, letIn, rowsOf, updateRow, waitFor, type ListView } from "./live";

const ME = "me-id";
const NEWEST: Filters = { sort: "-created" };
const row = (id: string, version = 1, more: Partial<Summary> = {}) => ({
  id, version, number: `MR-00000${id}`, title: `Tap ${id} drips`, category: "plumbing", priority: "normal", status: "submitted",
  requester: { id: "r", name: "Eka" }, assignee: null, due_at: "2026-11-25T00:00:00Z", created_at: `2026-11-24T00:00:0${id}Z`, updated_at: `2026-11-24T00:00:0${id}Z`, ...more,
}) as Summary;
const list = (...ids: string[]): ListView => ({ pages: [{ items: ids.map((id) => row(id)), next_cursor: null }], pageParams: [undefined] });
/** Of which there is more to read. */
const part = (...ids: string[]): ListView => ({ ...list(), pages: [{ items: ids.map((id) => row(id)), next_cursor: "more" }] });
const ids = ({ pages }: ListView) => pages.flatMap((page) => page.items.map((item) => item.id));
const event = (seq: number): TimelineEvent => ({ seq, ts: "2026-11-24T00:00:00Z", kind: "approved", body: {}, actor: { id: "m", name: "Budi" } }) as TimelineEvent;
const record = (version: number) => ({ id: "1", version }) as RequestRecord;

describe("a list", () => {
  test("takes a changed row where it is", () => {
    const updated = updateRow(list("3", "2", "1"), row("2", 2, { status: "approved" }));
    expect(ids(updated)).toEqual(["3", "2", "1"]);
    expect(updated.pages[0]?.items[1]?.status).toBe("approved");
  });
  test("does not go back to an older state", () => {
    const newer = updateRow(list("1"), row("1", 5, { status: "closed" }));
    expect(updateRow(newer, row("1", 4))).toBe(newer);
  });
  test("stays the same object when nothing changed, so that nothing is drawn", () => {
    const known = list("1");
    expect(updateRow(known, row("7"))).toBe(known);
  });
  test("lets a new row wait, once, in its latest state", () => {
    const known = list("2", "1");
    const once = waitFor([], known, NEWEST, ME, row("3"));
    const twice = waitFor(once, known, NEWEST, ME, row("3", 2, { status: "approved" }));
    expect(twice.map(({ id, version }) => [id, version])).toEqual([["3", 2]]);
    expect(ids(letIn(known, twice, NEWEST))).toEqual(["3", "2", "1"]);
  });
  test("never holds a row twice, whatever comes first", () => {
    const known = list("2", "1");
    expect(ids(letIn(letIn(known, [row("3")], NEWEST), [row("3")], NEWEST))).toEqual(["3", "2", "1"]);
    expect(waitFor([], known, NEWEST, ME, row("2", 9))).toEqual([]);
  });
  test("does not let in what a further page will bring, or what does not match", () => {
    expect(waitFor([], part("5"), NEWEST, ME, row("3"))).toEqual([]);
    expect(waitFor([], part("5"), NEWEST, ME, row("4", 1, { created_at: row("5").created_at }))).toEqual([]);
    expect(waitFor([], list("1"), { status: ["closed"] }, ME, row("3"))).toEqual([]);
    expect(waitFor([], list("1"), { sort: "created" }, ME, row("3"))).toEqual([]);
  });
  test("lets in what was made before its first row and heard after it", () => {
    const known = part("5", "2");
    const waiting = ["4", "3"].reduce((fresh, id) => waitFor(fresh, known, NEWEST, ME, row(id)), [] as Summary[]);
    expect(ids(letIn(known, waiting, NEWEST))).toEqual(["5", "4", "3", "2"]);
  });
  test("lets in what was made in the same moment as its first row", () => {
    const known = part("5", "2");
    const twin = row("6", 1, { created_at: row("5").created_at });
    expect(ids(letIn(known, waitFor([], known, NEWEST, ME, twin), NEWEST))).toEqual(["6", "5", "2"]);
  });
  test("lets in what came to match, at its place, on whichever page that is", () => {
    const known: ListView = { pages: [{ items: [row("8"), row("6")], next_cursor: "2" }, { items: [row("4"), row("2")], next_cursor: null }], pageParams: [undefined, "2"] };
    const waiting = ["1", "3", "7"].reduce((fresh, id) => waitFor(fresh, known, NEWEST, ME, row(id)), [] as Summary[]);
    const after = letIn(known, waiting, NEWEST);
    expect(after.pages.map((page) => page.items.map(({ id }) => id))).toEqual([["8", "7", "6"], ["4", "3", "2", "1"]]);
  });
  test("lets what changed last in above all others when it is in that order", () => {
    const filters = { sort: "-updated" as const };
    const known = part("5", "4");
    const changed = row("1", 2, { updated_at: "2026-11-24T00:00:09Z" });
    expect(ids(letIn(known, waitFor([], known, filters, ME, changed), filters))).toEqual(["1", "5", "4"]);
  });
  test("in that order, lets in what changed before its last row did and is heard after that", () => {
    const filters = { sort: "-updated" as const };
    const known = updateRow(part("5", "4"), row("4", 2, { updated_at: "2026-11-24T00:00:09Z" }));
    const changed = row("1", 2, { updated_at: "2026-11-24T00:00:08Z" });
    expect(waitFor([], known, filters, ME, changed)).toEqual([changed]);
  });
  test("loses what no longer belongs when it is opened again", () => {
    const filters = { status: ["submitted" as const] };
    const known = updateRow(list("2", "1"), row("2", 2, { status: "approved" }));
    expect(ids(arrange(known, filters, ME))).toEqual(["1"]);
    expect(arrange(list("2", "1"), filters, ME).pages).toHaveLength(1);
  });
  test("drops a waiting row that no longer matches", () => {
    const filters = { status: ["submitted" as const] };
    expect(waitFor([row("3")], list("1"), filters, ME, row("3", 2, { status: "approved" }))).toEqual([]);
  });
});

describe("a list by due time", () => {
  const due = (id: string, day: number, more: Partial<Summary> = {}) => row(id, 1, { due_at: `2026-12-${String(day).padStart(2, "0")}T00:00:00Z`, ...more });
  const listOf = (rows: Summary[], next_cursor: string | null = null): ListView => ({ pages: [{ items: rows, next_cursor }], pageParams: [undefined] });
  const ended = { status: "closed" } as const;

  test("lets in what is due sooner above what is due later, and both above what has ended", () => {
    const known = listOf([due("1", 5), due("2", 9), due("4", 2, ended), due("3", 1, ended)]);
    expect(ids(letIn(known, [due("5", 7), due("6", 1), due("7", 3, ended)], {}))).toEqual(["6", "1", "5", "2", "7", "4", "3"]);
  });
  test("finds the place also where a row that ended in the meantime still stands among the open ones", () => {
    const known = listOf([due("1", 5, ended), due("2", 6), due("3", 9)]);
    expect(ids(letIn(known, [due("4", 7)], {}))).toEqual(["1", "2", "4", "3"]);
  });
  test("lets wait what is due before the last that was read, and nothing that a further page brings", () => {
    const known = listOf([due("1", 5), due("2", 9)], "more");
    expect(waitFor([], known, {}, ME, due("3", 7))).toHaveLength(1);
    expect(waitFor([], known, {}, ME, due("4", 12))).toEqual([]);
    expect(waitFor([], known, {}, ME, due("5", 7, ended))).toEqual([]);
  });
  test("is in its order when it is opened again: what has ended goes behind, or comes with a later page", () => {
    const rows = [due("1", 5, ended), due("2", 9), due("3", 7)];
    expect(ids(arrange(listOf(rows), {}, ME))).toEqual(["3", "2", "1"]);
    expect(ids(arrange(listOf(rows, "more"), {}, ME))).toEqual(["3", "2"]);
    const sorted = listOf([due("3", 7), due("2", 9)]);
    expect(arrange(sorted, {}, ME)).toBe(sorted);
  });
  test("shows once what moved while its pages were read", () => {
    const pages = [{ items: [due("1", 5), due("2", 9)], next_cursor: "more" }, { items: [due("1", 12), due("3", 13)], next_cursor: null }];
    expect(rowsOf({ pages, pageParams: [undefined, "more"] }).map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });
  test("counts what belongs and what waits where all of it is loaded, and not where there is more", () => {
    const filters = { status: ["submitted" as const] };
    expect(countOf(listOf([due("1", 5), due("2", 9, ended)]), [due("3", 4)], filters, ME)).toBe(2);
    expect(countOf(listOf([due("1", 5)], "more"), [], filters, ME)).toBeUndefined();
  });
});

describe("a request", () => {
  test("has each event once and in order, whatever order they come in", () => {
    const events = [3, 1, 2, 3, 1].reduce((known, seq) => addEvent(known, event(seq)), [] as TimelineEvent[]);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(lastSeq(events)).toBe(3);
  });
  test("keeps the newer record when an answer overtakes the live message", () => {
    const view = { record: record(4), events: [event(1)] };
    const after = applyToRequest(view, { type: "event", event: event(3), request: record(3) });
    expect(after.record.version).toBe(4);
    expect(after.events.map(({ seq }) => seq)).toEqual([1, 3]);
  });
});

describe("filters", () => {
  test("come out of a URL as they went in, and nonsense is left out", () => {
    expect([parseFilters({ sort: "due" }), parseFilters({ sort: "-created" })]).toEqual([{}, { sort: "-created" }]);
    expect(parseFilters({ status: "approved,submitted,nonsense", priority: ["high"], sort: "sideways", q: "  ac " })).toEqual({ status: ["submitted", "approved"], priority: ["high"], q: "ac" });
  });
  test("ask a row what the server's index asks", () => {
    const mine = row("1", 1, { assignee: { id: ME, name: "Citra" } });
    expect(matches(mine, { assignee: "me", q: "TAP 1" }, ME)).toBe(true);
    expect(matches(mine, { requester: "me" }, ME)).toBe(false);
    expect(matches(mine, { q: "mr-000001" }, ME)).toBe(true);
    // What the server found in what a row does not tell stays on the list.
    expect(matches(mine, { q: "behind the boiler" }, ME)).toBe(false);
    expect(belongs(mine, { q: "behind the boiler" }, ME)).toBe(true);
  });
});
