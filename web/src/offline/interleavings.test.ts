// The queue, driven through what a browser, a network and people do to it: whatever happens between a press and its answer, what
// was written is carried out once, by its author, in the order of its window, and nothing stays behind.
import { afterAll, expect, test, vi } from "vitest";
import { breathe } from "./windows";
import { World, type Network } from "./world";

const OPS = ["write", "write with a file", "write in the second window", "reload", "open or close the second window", "sign out", "sign in as ana", "sign in as budi", "send again"] as const;
const NETWORKS: Network[] = ["fine", "down", "answers are lost", "hangs before", "hangs after"];
type Op = (typeof OPS)[number] | Network;

afterAll(() => void vi.unstubAllGlobals());

/** Plays a history, `ticks` after each of its steps, and then lets everybody come back in good weather. */
async function play(history: readonly Op[], ticks: (at: number) => number) {
  const world = new World();
  let first = await world.open();
  let second: typeof first | undefined;
  for (const [at, op] of history.entries()) {
    switch (op) {
      case "write": world.write(first, `${at} first`); break;
      case "write with a file": world.writeWithFile(first, `${at} first`); break;
      case "write in the second window": if (second) world.write(second, `${at} second`); break;
      case "reload": world.kill(first); first = await world.open(); break;
      case "open or close the second window":
        if (second) world.kill(second);
        second = second ? undefined : await world.open();
        break;
      case "sign out": await world.becomes(null, first); break;
      case "sign in as ana": await world.becomes("ana", first); break;
      case "sign in as budi": await world.becomes("budi", first); break;
      case "send again": world.replay(first); break;
      default: world.network = op;
    }
    for (let tick = 0; tick < ticks(at); tick++) await breathe();
  }

  for (const window of [...world.windows]) world.kill(window);
  world.network = "fine";
  const inDraft = new Set(world.drafts.keys());
  for (const person of ["ana", "budi"] as const) {
    [world.cookie, world.profile] = [person, person];
    const window = await world.open();
    for (const [key, author] of world.drafts) if (author === person) world.send(window, key, person);
    const isSettled = async () => ![...world.drafts.values()].includes(person) && (await world.kept(window)).every(({ user }) => user !== person);
    for (let patience = 200; patience > 0; patience--) {
      for (let tick = 0; tick < 10; tick++) await breathe();
      if (await isSettled()) break;
      world.replay(window);
    }
    expect(await world.kept(window).then((kept) => kept.filter(({ user }) => user === person)), "nothing stays behind").toEqual([]);
    world.kill(window);
  }

  const carried = world.done.filter(({ name }) => name === undefined).map(({ key }) => key);
  expect([...carried].sort(), "each once").toEqual(world.written.map(({ key }) => key).sort());
  for (const { key, author } of world.written) expect(world.done.find((one) => one.key === key)?.by, "by its author").toBe(author);
  for (const { at, author } of world.written) {
    const own = world.written.filter((one) => one.at === at && one.author === author && !inDraft.has(one.key)).map(({ key }) => key);
    expect(carried.filter((key) => own.includes(key)), "in the order of its window").toEqual(own);
  }
  const files = world.done.filter(({ name }) => name !== undefined);
  const withFiles = world.written.filter(({ hasFile }) => hasFile);
  expect(files.map(({ name }) => name).sort(), "each file once").toEqual(withFiles.map(({ key }) => `file of ${key}`).sort());
  for (const { by, name, comment } of files) {
    const words = world.done[comment ?? -1];
    expect([words?.by, `file of ${words?.key}`], "with its own comment, behind it").toEqual([by, name]);
  }
}

/** Every history of so many steps, with something written in it. */
function* histories(length: number): Generator<Op[]> {
  const all: Op[] = [...OPS, ...NETWORKS];
  for (let number = 0; number < all.length ** length; number++) {
    const history = Array.from({ length }, (_, place) => all[Math.floor(number / all.length ** place) % all.length]!);
    yield history;
  }
}

async function playAll(all: Iterable<readonly [readonly Op[], (at: number) => number]>) {
  let count = 0;
  for (const [history, ticks] of all) {
    try {
      await play(history, ticks);
    } catch (error) {
      throw new Error(`after ${JSON.stringify(history)}, ticks ${JSON.stringify(history.map((_, at) => ticks(at)))}`, { cause: error });
    }
    count++;
  }
  return count;
}

test("every history of two steps after a write, at every moment of its sending", { timeout: 300_000 }, async () => {
  const some = function* () {
    for (const ticks of [0, 2, 5, 9]) for (const rest of histories(2)) yield [["write", ...rest], () => ticks] as const;
  };
  expect(await playAll(some())).toBe(4 * 14 ** 2);
});

test("every history of two steps after a write with a file, at every moment of its sending", { timeout: 300_000 }, async () => {
  const some = function* () {
    for (const ticks of [0, 3, 8, 14]) for (const rest of histories(2)) yield [["write with a file", ...rest], () => ticks] as const;
  };
  expect(await playAll(some())).toBe(4 * 14 ** 2);
});

/** The same numbers in each run (mulberry32). */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test("long histories", { timeout: 300_000 }, async () => {
  const runs = Number(process.env.HISTORIES ?? 200);
  const some = function* () {
    for (let seed = 1; seed <= runs; seed++) {
      const pick = random(seed);
      const all: Op[] = [...OPS, ...OPS, "write", "write", ...NETWORKS];
      const history = Array.from({ length: 14 }, () => all[pick(all.length)]!);
      const ticks = history.map(() => pick(12));
      yield [history, (at: number) => ticks[at]!] as const;
    }
  };
  expect(await playAll(some())).toBe(runs);
});
