// What an import of categories of requests would do to the list that the settings have.
import type { Target } from "@/sheet/columns";
import { COLOUR } from "@/api/words";
import { fold } from "./names";
import { planned, required, tooLong, wordOf, type Planner } from "./plan";
import { COLOURS, PRIORITIES, YES_NO } from "./words";

const LONGEST: Partial<Record<Target, number>> = { name: 60 };
/** So many categories an organisation has. */
const MOST = 60;

export const planCategories: Planner = (rows, known, { update, categories }) => {
  const there = new Map(known.categories.map((category) => [fold(category.name), category]));
  const seen = new Set<string>();
  let count = there.size;
  return planned(rows, (row) => {
    const { line, cells } = row;
    required(row, "name");
    tooLong(row, LONGEST);
    const name = categories?.get(fold(cells.name ?? "")) ?? cells.name ?? "";
    if (name && seen.has(fold(name))) row.faults.push({ line, column: "name", value: name, fault: "in_file_twice" });
    seen.add(fold(name));
    const colour = wordOf(row, "colour", COLOURS, "not_a_colour");
    const priority = wordOf(row, "priority", PRIORITIES, "not_a_priority");
    const archived = wordOf(row, "archived", YES_NO, "not_yes_no");
    const told = { ...(colour && { colour }), ...(priority && { priority }), ...(archived && { archived: archived === "yes" }) };
    const known = there.get(fold(name));
    if (!known) {
      if (row.faults.length === 0 && ++count > MOST) row.faults.push({ line, column: "name", value: name, fault: "too_many_categories" });
      return { line, name, act: "make", body: { name, colour: COLOUR[0], priority: null, archived: false, ...told } };
    }
    const isSame = Object.entries(told).every(([field, value]) => known.values[field] === value);
    return { line, name: known.name, act: isSame ? "same" : update ? "change" : "keep", id: known.id, body: told };
  });
};
