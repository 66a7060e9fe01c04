// What the side bar and the bottom bar lead to. A page that belongs there adds one line.
import { Activity, House, ListChecks, MonitorSmartphone, RefreshCw, ScrollText, Send, Users, type LucideIcon } from "lucide-react";
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
  { to: "/system/users", label: "nav.people", icon: Users, roles: ["admin"], group: "system" },
  { to: "/system/logs", label: "nav.logs", icon: ScrollText, roles: ["admin"], group: "system" },
  { to: "/system/monitor", label: "nav.monitor", icon: Activity, roles: ["admin"], group: "system" },
  { to: "/system/sync", label: "nav.sync", icon: RefreshCw, roles: ["admin"], group: "system" },
  { to: "/system/mail", label: "nav.mail", icon: Send, roles: ["admin"], group: "system" },
  { to: "/system/sessions", label: "nav.sessions", icon: MonitorSmartphone, roles: ["admin"], group: "system" },
];
