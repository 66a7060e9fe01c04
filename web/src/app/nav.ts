// What the side bar and the bottom bar lead to. A page that belongs there adds one line.
import { House, ListChecks, type LucideIcon } from "lucide-react";
import type { Role } from "@/api/types";

export interface NavEntry {
  to: string;
  /** Its key in the translations. */
  label: string;
  icon: LucideIcon;
  roles?: Role[];
  /** Under a heading of its own in the side bar, and not in the bottom bar. */
  group?: "system";
}

export const NAV: NavEntry[] = [
  { to: "/", label: "nav.home", icon: House },
  { to: "/requests", label: "nav.requests", icon: ListChecks },
];
