// What the side bar and the bottom bar lead to. A page that belongs there adds one line.
import { Activity, House, ListChecks, MonitorSmartphone, RefreshCw, ScrollText, Users, Wrench, type LucideIcon } from "lucide-react";
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

const forAdmins = (to: string, label: string, icon: LucideIcon): NavEntry => ({ to: `/system/${to}`, label: `nav.${label}`, icon, roles: ["admin"], group: "system" });

export const NAV: NavEntry[] = [
  { to: "/", label: "nav.home", icon: House },
  { to: "/requests", label: "nav.requests", icon: ListChecks },
  forAdmins("users", "people", Users),
  forAdmins("settings", "settings", Wrench),
  forAdmins("logs", "logs", ScrollText),
  forAdmins("monitor", "monitor", Activity),
  forAdmins("sync", "sync", RefreshCw),
  forAdmins("sessions", "sessions", MonitorSmartphone),
];
