import { expect, test } from "vitest";
import { onPages, PAPER_NAMES, PAPERS, perPage, placeOn } from "./papers";

/** Millimetres that nobody sees. */
const NEAR = 1e-6;

test("every label is on its page, and none is on another", () => {
  for (const name of PAPER_NAMES) {
    const paper = PAPERS[name];
    const boxes = Array.from({ length: perPage(paper) }, (_, at) => ({ ...placeOn(paper, at), ...paper.label }));
    for (const { x, y, width, height } of boxes) {
      expect(x, name).toBeGreaterThanOrEqual(0);
      expect(x + width, name).toBeLessThanOrEqual(paper.width);
      expect(y + height, name).toBeLessThanOrEqual(paper.height);
      const over = boxes.filter((other) => other.x < x + width - NEAR && x < other.x + other.width - NEAR && other.y < y + height - NEAR && y < other.y + other.height - NEAR);
      expect(over, name).toHaveLength(1);
    }
  }
});

test("a sheet that was used goes on at its first free label", () => {
  const paper = PAPERS.a4x8;
  expect(onPages(paper, [1, 2, 3], 7)).toEqual([[undefined, undefined, undefined, undefined, undefined, undefined, 1, 2], [3]]);
  expect(onPages(paper, [1], 1)).toEqual([[1]]);
  expect(onPages(paper, [1], 99)[0]).toHaveLength(8);
  for (const none of [0, -3, NaN]) expect(onPages(paper, [1], none)).toEqual([[1]]);
  expect(onPages(PAPERS.a4x24, Array.from({ length: 240 }, (_, n) => n), 1)).toHaveLength(10);
});
