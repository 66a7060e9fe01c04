// What the side bar and the bottom bar lead to. A page that belongs there adds one line; the operators' pages are in systemNav.ts.
import { Bell, House, ListChecks, type LucideIcon } from "lucide-react";
import type { Role } from "@/api/types";

export interface NavEntry {
  to: string;
  /** Its key in the translations. */
  label: string;
  icon: LucideIcon;
  /** Who may go there; everybody where it does not say. */
  roles?: Role[];
}

export const NAV: NavEntry[] = [
  { to: "/", label: "nav.home", icon: House },
  { to: "/requests", label: "nav.requests", icon: ListChecks },
  { to: "/inbox", label: "nav.inbox", icon: Bell },
];
