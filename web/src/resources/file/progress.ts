// How much of each file that is on its way from this window has left, from 0 to 1.
import { useSyncExternalStore } from "react";

const parts = new Map<string, number>();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function tellProgress(key: string, part: number | undefined) {
  if (part === undefined) parts.delete(key);
  else parts.set(key, part);
  listeners.forEach((listener) => listener());
}

export const useProgress = (key: string) => useSyncExternalStore(subscribe, () => parts.get(key));
