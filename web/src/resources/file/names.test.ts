import { expect, test } from "vitest";
import { cleanName, endingOf, namedAs, namedByTime } from "./names";

test("a name names nothing but itself", () => {
  expect(["C:\\fakepath\\leak.jpg", "../../etc/passwd", "a\u0000b.txt", "gpj.\u202eexe", " .. ", "", "..hidden", "what?.jpg", "trailing. . "].map(cleanName)).toEqual([
    "leak.jpg", "passwd", "ab.txt", "gpj.exe", "file", "file", "hidden", "what.jpg", "trailing",
  ]);
});

test("a long name is cut, and keeps its ending", () => {
  const name = cleanName(`${"😀".repeat(300)}.jpeg`);
  expect([[...name].length, name.endsWith("😀.jpeg")]).toEqual([120, true]);
});

test("what was made anew is called what it is", () => {
  expect([namedAs("IMG_1.HEIC", "image/jpeg"), namedAs("a.JPG", "image/jpeg"), namedAs("a.jpeg", "image/jpeg"), namedAs("plan", "image/webp"), namedAs("v1.2.png", "image/webp"), namedAs("x.png", "application/pdf")]).toEqual([
    "IMG_1.jpg", "a.JPG", "a.jpeg", "plan.webp", "v1.2.webp", "x.png",
  ]);
  expect([endingOf("a.tar.gz"), endingOf(".bashrc"), endingOf("none")]).toEqual(["gz", "", ""]);
});

test("what has no name is called by its time", () => {
  expect(namedByTime("Voice note", "m4a", new Date(2026, 10, 3, 9, 5, 7))).toBe("Voice note 2026-11-03 09.05.07.m4a");
});
