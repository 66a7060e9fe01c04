import { expect, test } from "vitest";
import { NEAREST, WHOLE, bounded, fit, laid, moved, seenPart, zoomed } from "./geometry";

const frame = { width: 400, height: 300 };

test("a picture is made smaller and never larger, with its sides as they were to each other", () => {
  expect(fit({ width: 4032, height: 3024 }, 2560)).toEqual({ width: 2560, height: 1920 });
  expect(fit({ width: 640, height: 480 }, 2560)).toEqual({ width: 640, height: 480 });
  expect(fit({ width: 9000, height: 2 }, 320)).toEqual({ width: 320, height: 1 });
});

test("the whole of a picture is seen, or nothing of the frame is empty", () => {
  expect(laid({ width: 800, height: 800 }, frame)).toEqual({ width: 300, height: 300 });
  expect(laid({ width: 100, height: 100 }, frame)).toEqual({ width: 100, height: 100 });
  expect(laid({ width: 800, height: 800 }, frame, true)).toEqual({ width: 400, height: 400 });
});

test("what is under the pointer stays there while one goes nearer", () => {
  const size = laid({ width: 800, height: 600 }, frame);
  const at = { x: 50, y: -20 };
  const near = zoomed(WHOLE, 4, size, frame, at);
  const spot = (view: typeof WHOLE) => ({ x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale });
  expect(spot(near)).toEqual(spot(WHOLE));
  expect(zoomed(near, 1_000, size, frame).scale).toBe(NEAREST);
  expect(zoomed(near, 0, size, frame)).toEqual(WHOLE);
});

test("a picture is not moved out of its frame, and one that is seen whole not at all", () => {
  const size = laid({ width: 800, height: 600 }, frame);
  expect(moved(WHOLE, { x: 99, y: 99 }, size, frame)).toEqual(WHOLE);
  expect(moved({ scale: 2, x: 0, y: 0 }, { x: 9_999, y: -9_999 }, size, frame)).toEqual({ scale: 2, x: 200, y: -150 });
  expect(bounded({ scale: 1, x: 5, y: 5 }, size, frame)).toEqual({ scale: 1, x: 0, y: 0 });
});

test("what a frame shows of a picture is a part of it, in its own pixels", () => {
  const square = { width: 200, height: 200 };
  expect(seenPart({ width: 1000, height: 500 }, square, WHOLE)).toEqual({ x: 250, y: 0, width: 500, height: 500 });
  expect(seenPart({ width: 1000, height: 500 }, square, { scale: 1, x: 100, y: 0 })).toEqual({ x: 0, y: 0, width: 500, height: 500 });
  expect(seenPart({ width: 1000, height: 500 }, square, { scale: 2, x: 0, y: 0 })).toEqual({ x: 375, y: 125, width: 250, height: 250 });
});
