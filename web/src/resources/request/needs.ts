// What needs somebody now, by role, as filters of lists: the home page shows them, its route loads them.
import type { Role } from "@/api/types";
import type { Filters } from "./filters";

/** `label` is a key under `home` in the translations. */
export interface Need { label: string; filters: Filters }

const MY_WORK: Need = { label: "work", filters: { status: ["assigned", "in_progress", "on_hold"], assignee: "me" } };
const TO_APPROVE: Need = { label: "review", filters: { status: ["submitted"] } };
const TO_ASSIGN: Need = { label: "assign", filters: { status: ["approved"] } };
const TO_TAKE: Need = { label: "open", filters: { status: ["approved"] } };
const TO_CONFIRM: Need = { label: "confirm", filters: { status: ["completed"], requester: "me" } };

export const NEEDS: Record<Role, Need[]> = {
  requester: [TO_CONFIRM],
  technician: [MY_WORK, TO_TAKE],
  manager: [TO_APPROVE, TO_ASSIGN, MY_WORK],
  admin: [TO_APPROVE, TO_ASSIGN, MY_WORK],
};

export const RECENT: Filters = { sort: "-updated" };
