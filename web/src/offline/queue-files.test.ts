// Files in the queue, as queue.test.ts has the rest: there are no IndexedDB, no locks and no other windows here.
import { beforeEach, expect, test, vi } from "vitest";
import { bePageAlone, comment, ok, problem, server, start } from "./alone";
import type { Kept } from "./store";

beforeEach(bePageAlone);

/** A queue whose files go the way that `send` says. */
async function startWithFiles(sendFile: (change: Kept) => Promise<unknown>) {
  vi.doMock("@/resources/file/sendFile", () => ({ sendFile }));
  const started = await start();
  const [files, drafted, decide] = await Promise.all([import("./files"), import("@/resources/file/drafted"), import("./decide")]);
  const choose = async (draft: string, ...names: string[]) => {
    for (const name of names) await drafted.choose("me", draft, { name, bytes: new Blob([name]) });
    return (await files.allFiles()).filter(({ file }) => file.draft === draft);
  };
  return { ...started, ...files, ...drafted, ...decide, choose };
}

test("files go after the report that they belong to, to its request, in the order in which they were chosen", async () => {
  const sent: string[] = [];
  const { send, choose, release, all, stop } = await startWithFiles(async ({ what, path }) => void sent.push(`${what} ${path}`));
  server.answer = async () => {
    expect(sent).toEqual([]);
    return ok({ id: "r7" });
  };
  await release(await choose("d", "1.jpg", "2.jpg", "3.jpg"), { after: "a" });
  expect((await all()).map(({ what }) => what)).toEqual(["1.jpg", "2.jpg", "3.jpg"]);
  await send(comment("a", { kind: "create", path: "/api/requests" }));
  await vi.waitFor(async () => expect(await all()).toEqual([]));
  expect(sent).toEqual([1, 2, 3].map((number) => `${number}.jpg /api/requests/r7/attachments`));
  stop();
});

test("a file keeps nobody's words waiting, and one that waits on purpose lets the others pass", async () => {
  let finish: (value: unknown) => void = () => undefined;
  const sent: string[] = [];
  const { send, choose, release, all, pauseFile, stop } = await startWithFiles(({ what }) => {
    sent.push(what);
    return what === "video" ? new Promise((resolve) => (finish = resolve)) : Promise.resolve({});
  });
  const files = await choose("d", "video", "paused", "photo");
  await pauseFile(files[1]!, true);
  await release((await choose("d")), { request: "r" });
  await vi.waitFor(() => expect(sent).toEqual(["video"]));
  expect(await send(comment("a"))).toEqual({ answer: {} });
  finish({});
  await vi.waitFor(() => expect(sent).toEqual(["video", "photo"]));
  await vi.waitFor(async () => expect((await all()).map(({ what }) => what)).toEqual(["paused"]));
  stop();
});

test("work is completed behind the picture of how it is now, and behind no other file", async () => {
  const order: string[] = [];
  const { send, choose, release, mark, all, replay, stop } = await startWithFiles(async ({ what }) => void order.push(what));
  server.answer = ({ path }) => (order.push(path), ok({ seq: 1 }));
  const complete = (key: string) => comment(key, { kind: "action", path: "/api/requests/r/complete", body: { resolution: "done" } });
  const [now] = await choose("d", "now.jpg");
  await mark(now!, "after");
  const files = await choose("d");
  await send(complete("a"), undefined, () => release(files, { request: "r" }));
  expect(order).toEqual(["now.jpg", "/api/requests/r/complete"]);
  await vi.waitFor(async () => expect(await all()).toEqual([]));

  order.length = 0;
  await send(complete("b"), undefined, async () => release(await choose("d", "manual.pdf"), { request: "r" }));
  await replay();
  expect(order.toSorted()).toEqual(["/api/requests/r/complete", "manual.pdf"]);
  stop();
});

test("a file that is refused is kept to be shown, and its comment is not touched by it", async () => {
  const { send, choose, release, all, again, stop } = await startWithFiles(async () => {
    const { ApiError } = await import("@/api/problem");
    throw new ApiError({ status: 413, code: "file_too_large", detail: "", title: "", type: "", request_id: "", errors: [] } as unknown as ConstructorParameters<typeof ApiError>[0]);
  });
  server.answer = () => ok({ seq: 4 });
  await release(await choose("d", "huge.mp4"), { after: "a" });
  expect(await send(comment("a"))).toEqual({ answer: { seq: 4 } });
  await vi.waitFor(async () => expect((await all()).map(({ file, refused }) => [file?.comment, refused?.code])).toEqual([[4, "file_too_large"]]));
  await again((await all())[0]!);
  await vi.waitFor(async () => expect((await all()).map(({ refused }) => refused?.code)).toEqual(["file_too_large"]));
  stop();
});

test("whose words are refused has the files in the draft again; whoever discards words discards their files, and takes both back", async () => {
  const { send, keep, choose, release, takeBack, all, allFiles, discard, restore, stop } = await startWithFiles(() => Promise.resolve({}));
  server.answer = () => problem(422, "invalid");
  await release(await choose("d", "a.jpg"), { after: "a" });
  await expect(send(comment("a"))).rejects.toMatchObject({ problem: { code: "invalid" } });
  await takeBack("a", "d2");
  expect([await all(), (await allFiles()).map(({ file }) => file.draft)]).toEqual([[], ["d2"]]);

  server.answer = () => Promise.reject(new TypeError("no network"));
  await release((await allFiles()), { after: "b" });
  expect(await send(comment("b"))).toBe("queued");
  const words = (await all()).find(({ key }) => key === "b")!;
  await discard(words);
  expect(await all()).toEqual([]);
  await restore(words);
  expect((await all()).map(({ what }) => what).sort()).toEqual(["a.jpg", "b"]);
  await keep({ ...words, user: "somebody else" });
  stop();
});
