import { expect, test } from "vitest";
import { fieldsOf, ownOf, toOwn, withOwn, type AssetField } from "./own";

const FIELDS: AssetField[] = [
  { name: "Flow", kind: "number", unit: "m³/h", required: true },
  { name: "Type", kind: "text" },
  { name: "Spare", kind: "yes_no", required: true },
  { name: "Leased", kind: "yes_no" },
];

test("what is put in is kept by the kind of its field, and anything else as it reads", () => {
  const own = [{ name: "Flow", value: " 17,5 " }, { name: "Type", value: "15" }, { name: "Own", value: "15" }, { name: "Empty", value: " " }];
  expect(toOwn(own, FIELDS)).toEqual({ Flow: 17.5, Type: "15", Own: 15, Spare: false });
  expect(toOwn(withOwn(own, "Flow", "much"), FIELDS)).toMatchObject({ Flow: "much" });
  expect(toOwn(withOwn(withOwn([], "Spare", "true"), "Leased", "false"), FIELDS)).toEqual({ Spare: true, Leased: false });
});

test("what is kept comes back as it was", () => {
  const custom = { Flow: 17.5, Type: "15", Spare: true, Own: false, Words: "a, b" };
  expect(toOwn(ownOf(custom), FIELDS)).toEqual(custom);
});

test("a category is found however it is spelled", () => {
  const list = [{ name: "Pompa Air", fields: FIELDS }];
  expect(fieldsOf(list, "pompa  AIR")).toBe(FIELDS);
  expect([fieldsOf(list, "Pompa"), fieldsOf(list, null), fieldsOf(undefined, "Pompa Air")]).toEqual([[], [], []]);
});
