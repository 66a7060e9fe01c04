// Time zones by their names, for the forms in which one is chosen; times themselves are told by time.tsx.

import { tick } from "./time";

/** Keeps a zone under a name; none where there is none, or where this browser does not know it. */
export function keepZone(name: "time-zone" | "organisation-time-zone", zone: string | null) {
  const before = localStorage.getItem(name);
  if (zone !== null && isZone(zone)) localStorage.setItem(name, zone);
  else localStorage.removeItem(name);
  if (localStorage.getItem(name) !== before) tick();
}

/** Whether this browser knows such a zone. */
export function isZone(zone: string): boolean {
  try {
    // It throws for one that it does not know.
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** A zone's name as people read it. */
export const sayZone = (zone: string | undefined) => zone?.replaceAll("_", " ") ?? "…";

/** Every zone that this browser knows by its name. */
export const zones = () => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
