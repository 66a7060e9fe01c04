import { expect, test } from "vitest";
import type { RequestRecord, TimelineEvent } from "@/api/types";
import { applyToRequest, type RequestView } from "@/resources/request/live";
import { attachmentsOf, changed, removed, type Attachment } from "./attachment";

const file = (id: string, more: Partial<Attachment> = {}) => ({ id, filename: `${id}.jpg`, mark: null, thumbnail: false, ...more }) as Attachment;
const record = (version: number, ...attachments: Attachment[]) => ({ id: "r", version, attachments }) as unknown as RequestRecord;
const ids = (view: RequestView) => attachmentsOf(view.record).map(({ id }) => id);

test("what came of a change of a file is on the page at once, and touches no other", () => {
  const view: RequestView = { record: record(3, file("a"), file("b")), events: [] };
  expect(attachmentsOf(changed(view, file("b", { mark: "after" })).record).map(({ mark }) => mark)).toEqual([null, "after"]);
  expect(ids(removed(view, "a"))).toEqual(["b"]);
  expect(ids(removed(view, "none"))).toEqual(["a", "b"]);
});

test("files come and go with live messages, in whichever order they and the answers come", () => {
  const attached = { seq: 4, kind: "attached", body: { attachment: file("c") }, actor: { id: "u", name: "U" }, ts: "" } as unknown as TimelineEvent;
  const start: RequestView = { record: record(3, file("a")), events: [] };
  const heard = applyToRequest(start, { type: "event", version: 4, event: attached, request: record(4, file("a"), file("c")) } as Parameters<typeof applyToRequest>[1]);
  expect([ids(heard), heard.events.length]).toEqual([["a", "c"], 1]);
  expect(ids(applyToRequest(removed(heard, "a"), { type: "ready", version: 5, request: record(5, file("c")) } as Parameters<typeof applyToRequest>[1]))).toEqual(["c"]);
  // Its small picture comes without an event, in the same version.
  const drawn = applyToRequest(heard, { type: "ready", version: 4, request: record(4, file("a"), file("c", { thumbnail: true })) } as Parameters<typeof applyToRequest>[1]);
  expect(attachmentsOf(drawn.record).at(-1)?.thumbnail).toBe(true);
  // What an older message says counts no more.
  expect(applyToRequest(drawn, { type: "ready", version: 3, request: record(3) } as Parameters<typeof applyToRequest>[1])).toBe(drawn);
});

test("an answer that an earlier release kept has no files", () => {
  expect(attachmentsOf({ id: "r" } as RequestRecord)).toEqual([]);
});
