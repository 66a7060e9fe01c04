// The queue as this page alone sees it.
import { beforeEach, expect, test, vi } from "vitest";
import { bePageAlone, comment, ok, problem, server, start } from "./alone";

beforeEach(bePageAlone);

test("a change is kept before it is sent, and no longer once it is answered", async () => {
  const { send, all, stop } = await start();
  let during: string[] = [];
  server.answer = async () => {
    during = (await all()).map(({ key }) => key);
    return ok({ seq: 2 });
  };
  expect(await send(comment("a"))).toEqual({ answer: { seq: 2 } });
  expect(during).toEqual(["a"]);
  expect(await all()).toEqual([]);
  stop();
});

test("a refusal goes to whoever waits for it, and the change is not kept", async () => {
  const { send, all, stop } = await start();
  server.answer = () => problem(422, "invalid");
  await expect(send(comment("a"))).rejects.toMatchObject({ problem: { code: "invalid" } });
  expect(await all()).toEqual([]);
  stop();
});

test("without a network changes are kept, and sent later in their order under the same keys", async () => {
  const { send, all, replay, stop } = await start();
  server.answer = () => Promise.reject(new TypeError("no network"));
  expect(await Promise.all([send(comment("a")), send(comment("b"))])).toEqual(["queued", "queued"]);
  expect((await all()).map(({ key }) => key)).toEqual(["a", "b"]);
  [server.answer, server.calls] = [() => ok(), []];
  await replay();
  expect(server.calls.map(({ key }) => key)).toEqual(["a", "b"]);
  expect(await all()).toEqual([]);
  stop();
});

test("what a page before this one left behind is sent, and a refusal of it is kept to be shown", async () => {
  const { keep, all, replay, onSent, stop } = await start();
  const sent: string[] = [];
  onSent(({ key }) => sent.push(key));
  server.answer = ({ key }) => (key === "a" ? problem(409, "invalid_transition") : ok());
  for (const key of ["a", "b"]) await keep(comment(key));
  await replay();
  expect((await all()).map(({ key, refused }) => [key, refused?.code])).toEqual([["a", "invalid_transition"]]);
  expect(sent).toEqual(["b"]);
  stop();
});

test("the same key again is the same change", async () => {
  const { keep, send, all, stop } = await start();
  server.answer = () => Promise.reject(new TypeError("no network"));
  await keep(comment("a"));
  await send(comment("b"));
  await send(comment("a"));
  expect((await all()).map(({ key }) => key)).toEqual(["a", "b"]);
  stop();
});

test("whoever is signed out is told, and the change waits for them", async () => {
  const { send, all, stop } = await start();
  server.answer = () => problem(401, "unauthenticated");
  await expect(send(comment("a"))).rejects.toMatchObject({ problem: { code: "unauthenticated" } });
  expect((await all()).map(({ key }) => key)).toEqual(["a"]);
  stop();
});

test("whoever tries too often is told, and the change is not kept", async () => {
  const { send, all, stop } = await start();
  server.answer = () => problem(429, "too_many_attempts");
  await expect(send(comment("a"))).rejects.toMatchObject({ problem: { code: "too_many_attempts" } });
  await vi.waitFor(async () => expect(await all()).toEqual([]));
  stop();
});

test("a step counts in a later state in which it rests on the same, and is refused in another", async () => {
  const { send, stop } = await start();
  const record = { version: 7, title: "Tap", status: "assigned", assignee: { id: "c" } };
  server.answer = ({ match }) => (match === '"v7"' ? ok() : problem(412, "stale", { record }));
  const seen = { version: 4, basis: { title: "Tap", status: "assigned", assignee: "c" } } as const;
  await send(comment("a", { kind: "action", seen }));
  expect(server.calls.map(({ match }) => match)).toEqual(['"v4"', '"v7"']);
  const other = { version: 4, basis: { ...seen.basis, assignee: null } };
  await expect(send(comment("b", { kind: "action", seen: other }))).rejects.toMatchObject({ problem: { code: "stale" } });
  stop();
});
