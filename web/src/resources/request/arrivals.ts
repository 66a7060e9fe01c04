// What changed or came in while somebody looks at a list, so that the rows can show it for a moment.
import { useEffect, useRef, useState } from "react";
import type { Summary } from "@/api/types";

/** So long a row shows that it changed. */
const SHOWN_MS = 3_000;

/** Which of the rows are new since `before`: in another version, or let in of those that `waited`. What a further page brought is not. */
export function newSince(before: ReadonlyMap<string, number>, waited: ReadonlySet<string>, rows: Summary[]): Summary[] {
  return rows.filter(({ id, version }) => {
    const known = before.get(id);
    return known === undefined ? waited.has(id) : known < version;
  });
}

/** The rows that have just changed, by id. `list` names the list: another one begins anew. */
export function useArrivals(list: unknown, rows: Summary[], waiting: Summary[], onChange?: (changed: Summary[]) => void): ReadonlySet<string> {
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());
  const seen = useRef({ list, before: new Map<string, number>(), waited: new Set<string>() });
  useEffect(() => {
    const { before, waited, list: last } = seen.current;
    const isSame = last === list;
    seen.current = { list, before: new Map(rows.map(({ id, version }) => [id, version])), waited: new Set([...waiting.map(({ id }) => id), ...(isSame ? waited : [])]) };
    const found = isSame ? newSince(before, waited, rows) : [];
    if (found.length === 0) return;
    setArrived((known) => new Set([...known, ...found.map(({ id }) => id)]));
    onChange?.(found.filter(({ id }) => before.has(id)));
    // Each goes by itself: one that comes in meanwhile does not cut the moment of another short.
    setTimeout(() => setArrived((known) => new Set([...known].filter((id) => !found.some((row) => row.id === id)))), SHOWN_MS);
  }, [list, rows, waiting]);
  return arrived;
}
