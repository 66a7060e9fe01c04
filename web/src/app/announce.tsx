// The one polite live region: what changed by somebody else's hand, for those who do not see it change.
import { useSyncExternalStore } from "react";

let words = "";
const listeners = new Set<() => void>();

export function announce(text: string) {
  words = text;
  listeners.forEach((listener) => listener());
}

export function Announcer() {
  const shown = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, () => words);
  return <div aria-live="polite" className="sr-only">{shown}</div>;
}
