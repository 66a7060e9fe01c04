import type { Kind } from "@/sheet/columns";
import type { Known } from "@/sheet/there";
import { planCategories } from "./categories";
import { planPeople } from "./people";
import { rowsOf, type Choice, type FileRow, type Plan, type Planner } from "./plan";
import { planRequests } from "./requests";
import { planThings } from "./things";

export { categoryWords } from "./words";
export type { Choice, Fault, Item, Plan } from "./plan";

const PLANNERS: Record<Kind, Planner> = { assets: planThings("assets"), places: planThings("places"), requests: planRequests, people: planPeople, categories: planCategories };

/** What an import would do. */
export const planOf = (rows: readonly FileRow[], known: Known, choice: Choice): Plan => PLANNERS[choice.kind](rowsOf(rows, choice.mapping), known, choice);
