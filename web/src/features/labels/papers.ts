// What labels are printed on: lengths in millimetres. The names of the pages are those of `@page` in styles.css.
export interface Paper {
  /** The page, and how far the first label is from its edges. */
  width: number;
  height: number;
  left: number;
  top: number;
  columns: number;
  rows: number;
  label: { width: number; height: number };
  /** From the beginning of one label to that of the next one beside it. */
  pitch: number;
  /** The white around the content of a label. */
  margin: number;
}

export const PAPERS = {
  a4x24: { width: 210, height: 297, left: 0, top: 0.5, columns: 3, rows: 8, label: { width: 70, height: 37 }, pitch: 70, margin: 4 },
  a4x8: { width: 210, height: 297, left: 0, top: 0.5, columns: 2, rows: 4, label: { width: 105, height: 74 }, pitch: 105, margin: 7 },
  letter30: { width: 215.9, height: 279.4, left: 4.7625, top: 12.7, columns: 3, rows: 10, label: { width: 66.675, height: 25.4 }, pitch: 69.85, margin: 1.5 },
  strip: { width: 62, height: 29, left: 0, top: 0, columns: 1, rows: 1, label: { width: 62, height: 29 }, pitch: 62, margin: 1.5 },
} as const satisfies Record<string, Paper>;

export type PaperName = keyof typeof PAPERS;
export const PAPER_NAMES = Object.keys(PAPERS) as PaperName[];

export const perPage = ({ columns, rows }: Paper) => columns * rows;

/** Where the label at this place of a page begins. */
export const placeOn = (paper: Paper, at: number) => ({ x: paper.left + (at % paper.columns) * paper.pitch, y: paper.top + Math.floor(at / paper.columns) * paper.label.height });

/** The labels of each page; `start` says which place on the first one is free, from 1 on. */
export function onPages<Label>(paper: Paper, labels: Label[], start: number): (Label | undefined)[][] {
  const size = perPage(paper);
  const free = Math.min(Math.max(Math.trunc(start) || 1, 1), size) - 1;
  const all = [...Array<undefined>(free).fill(undefined), ...labels];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, page) => all.slice(page * size, (page + 1) * size));
}
