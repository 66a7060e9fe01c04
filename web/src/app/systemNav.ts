// The pages of those who run the system, or lead people in it: they come when somebody needs them. A page that belongs there adds one line.
import { Activity, Boxes, HardDrive, KeyRound, MapPin, MonitorSmartphone, QrCode, RefreshCw, ScrollText, Send, Users, Wrench, type LucideIcon } from "lucide-react";
import type { NavEntry } from "./nav";

/** Where and what: for everybody. */
export const PLACES_NAV: NavEntry[] = [
  { to: "/places", label: "nav.places", icon: MapPin },
  { to: "/assets", label: "nav.assets", icon: Boxes },
];

const forAdmins = (to: string, label: string, icon: LucideIcon): NavEntry => ({ to: `/system/${to}`, label: `nav.${label}`, icon, roles: ["admin"] });

export const SYSTEM_NAV: NavEntry[] = [
  { to: "/labels", label: "nav.labels", icon: QrCode, roles: ["manager", "admin"] },
  { to: "/people", label: "nav.people", icon: Users, roles: ["manager"] },
  forAdmins("users", "people", Users),
  forAdmins("settings", "settings", Wrench),
  forAdmins("logs", "logs", ScrollText),
  forAdmins("monitor", "monitor", Activity),
  forAdmins("sync", "sync", RefreshCw),
  forAdmins("mail", "mail", Send),
  forAdmins("files", "files", HardDrive),
  forAdmins("sessions", "sessions", MonitorSmartphone),
  forAdmins("keys", "keys", KeyRound),
];
