// Short words about what happened, announced politely. `toast` may be called from anywhere; what shows them is loaded with
// the first one.
import { lazy, Suspense, useSyncExternalStore, type ReactNode } from "react";

export interface Toast { id: number; kind: "done" | "failed"; content: ReactNode }

let toasts: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();
const set = (changed: Toast[]) => {
  toasts = changed;
  listeners.forEach((listener) => listener());
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const toast = (kind: Toast["kind"], content: ReactNode) => set([...toasts.slice(-2), { id: next++, kind, content }]);

const dismiss = (id: number) => set(toasts.filter((known) => known.id !== id));
const ToastList = lazy(() => import("./ToastList"));

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return next === 1 ? null : <Suspense><ToastList toasts={shown} onDismiss={dismiss} /></Suspense>;
}
