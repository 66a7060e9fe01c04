// The pages of those who run the system: they come when somebody needs them. A page that belongs there adds one line.
import { Activity, MonitorSmartphone, RefreshCw, ScrollText, Users } from "lucide-react";
import type { NavEntry } from "./nav";

export const SYSTEM_NAV: NavEntry[] = [
  { to: "/system/users", label: "nav.people", icon: Users, roles: ["admin"] },
  { to: "/system/logs", label: "nav.logs", icon: ScrollText, roles: ["admin"] },
  { to: "/system/monitor", label: "nav.monitor", icon: Activity, roles: ["admin"] },
  { to: "/system/sync", label: "nav.sync", icon: RefreshCw, roles: ["admin"] },
  { to: "/system/sessions", label: "nav.sessions", icon: MonitorSmartphone, roles: ["admin"] },
];
