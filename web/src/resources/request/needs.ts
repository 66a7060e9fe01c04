// What needs somebody now, by role, as filters of lists: the home page shows them, its route loads them.
import type { Profile, Role } from "@/api/types";
import type { Filters } from "./filters";

/** `label` is a key under `home` in the translations; `by` is what one does about it, if the settings can take that away. */
export interface Need { label: string; filters: Filters; by?: "approve" | "claim" }

const MY_WORK: Need = { label: "work", filters: { status: ["assigned", "in_progress", "on_hold"], assignee: "me" } };
const TO_APPROVE: Need = { label: "review", filters: { status: ["submitted"] }, by: "approve" };
const TO_ASSIGN: Need = { label: "assign", filters: { status: ["approved"] } };
const TO_TAKE: Need = { label: "open", filters: { status: ["approved"] }, by: "claim" };
const TO_CONFIRM: Need = { label: "confirm", filters: { status: ["completed"], requester: "me" } };

const NEEDS: Record<Role, Need[]> = {
  requester: [TO_CONFIRM],
  technician: [MY_WORK, TO_TAKE],
  manager: [TO_APPROVE, TO_ASSIGN, MY_WORK],
  admin: [TO_APPROVE, TO_ASSIGN, MY_WORK],
};

export const needsOf = ({ role, withheld = [] }: Profile["user"]) => NEEDS[role].filter(({ by }) => !by || !withheld.includes(by));

export const RECENT: Filters = { sort: "-updated" };
