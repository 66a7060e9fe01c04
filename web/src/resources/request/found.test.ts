import { expect, test } from "vitest";
import { pieces, soughtWords } from "./found";

const marked = (text: string, sought: string) => pieces(text, soughtWords(sought)).map(({ text, isHit }) => (isHit ? `[${text}]` : text)).join("");

test("a word is marked wherever it stands, whatever its case, width and marks", () => {
  expect(marked("The LAMP, the lamps", "lamp")).toBe("The [LAMP], the [lamp]s");
  expect(marked("Café crème", "cafe CREME")).toBe("[Café] [crème]");
  expect(marked("ﬁre in Straße 5", "FIRE strasse")).toBe("[ﬁre] in [Straße] 5");
  expect(marked("ｌａｍｐ", "lamp")).toBe("[ｌａｍｐ]");
  expect(marked("المصباح مكسور", "مصباح")).toBe("ال[مصباح] مكسور");
});

test("a letter keeps its marks, and half of a ligature marks all of it", () => {
  expect(marked("Cafe\u0301s", "cafe")).toBe("[Cafe\u0301]s");
  expect(marked("oﬃce", "off")).toBe("[oﬃ]ce");
});

test("words in any order, apart or over each other", () => {
  expect(marked("Tap drips", "drips tap")).toBe("[Tap] [drips]");
  expect(marked("abcd", "abc bcd")).toBe("[abcd]");
  expect(marked("nothing of it", "lamp")).toBe("nothing of it");
});

test("a number that is named marks nothing, one that may be a word does", () => {
  expect(marked("Mr. 15 is in room 15", "MR-15")).toBe("Mr. 15 is in room 15");
  expect(marked("Room 15", "15")).toBe("Room [15]");
  expect(marked("a", "  ")).toBe("a");
  expect(marked("100 %", "%")).toBe("100 [%]");
});
