// Short words about what happened, announced politely. `toast` may be called from anywhere, also where there is no network: what shows
// them is there from the start.
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "@/i18n";

interface Toast { id: number; kind: "done" | "failed"; content: ReactNode }

/** How long one stays, in milliseconds, while nobody is at it. */
const STAYS_MS = { done: 5_000, failed: 12_000 };
const MOST = 3;

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

export const toast = (kind: Toast["kind"], content: ReactNode) => set([...toasts.slice(1 - MOST), { id: next++, kind, content }]);

const dismiss = (id: number) => set(toasts.filter((known) => known.id !== id));

/** The region is there before anything is in it, or nobody would hear of the first. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-4 bottom-24 z-50 flex flex-col gap-2 sm:left-auto sm:right-6 sm:bottom-6 sm:w-96">
      {shown.map((toast) => <OneToast key={toast.id} toast={toast} />)}
    </div>
  );
}

function OneToast({ toast: { id, kind, content } }: { toast: Toast }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  // Under a pointer or with the focus in it, it is being read, or its button is about to be pressed.
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(dismiss, STAYS_MS[kind], id);
    return () => clearTimeout(timer);
  }, [id, kind, isHeld]);
  const close = () => {
    // The focus does not fall to the body with what had it.
    if (box.current?.contains(document.activeElement)) document.getElementById("content")?.focus({ preventScroll: true });
    dismiss(id);
  };
  return (
    <div
      ref={box}
      className="pointer-events-auto flex items-start gap-3 rounded-xl border border-line bg-surface p-4 text-sm shadow-lg"
      // Not by entering: one that comes up under a pointer that rests is not being read.
      onPointerMove={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onKeyDown={({ key }) => key === "Escape" && close()}
    >
      {kind === "done" ? <CircleCheck aria-hidden className="size-5 shrink-0 text-accent-text" /> : <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />}
      <div className="min-w-0 flex-1">{content}</div>
      <button type="button" aria-label={t("common.close")} className="-m-2 p-2 text-muted" onClick={close}><X aria-hidden className="size-4" /></button>
    </div>
  );
}
