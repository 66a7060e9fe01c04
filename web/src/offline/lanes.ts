// What of the queue goes beside what, and what waits for something in the other lane. Pure.
import type { Kept } from "./store";

export const LANES = {
  /** Everything but files. */
  changes: (change: Kept) => change.kind !== "file",
  files: ({ kind, file }: Kept) => kind === "file" && file?.request !== undefined && !file.isPaused,
};
export type Lane = keyof typeof LANES;

/** Whether this is a picture of how it is now that somebody put to a request before they completed it. */
export const isBefore = ({ user, at = 0, file, refused }: Kept, { kind, path, ...end }: Kept) =>
  kind === "action" && path.endsWith("/complete") && file?.mark === "after" && file.request === path.split("/")[3] && user === end.user && !file.isPaused && !refused && at <= (end.at ?? 0);
