import { expect, test } from "vitest";
import { blankDraft, sealed } from "./draft";

test("the same body sent again is the same request, another one is another", () => {
  const once = sealed(blankDraft(), { title: "Tap" });
  expect(sealed(once, { title: "Tap" }).key).toBe(once.key);
  expect(sealed(once, { title: "Tap and basin" }).key).not.toBe(once.key);
});
