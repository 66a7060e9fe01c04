// Short words about what happened, announced politely. `toast` may be called from anywhere.
import * as RadixToast from "@radix-ui/react-toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Toast { id: number; kind: "done" | "failed"; content: ReactNode }

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

export function Toasts() {
  const { t } = useTranslation();
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <RadixToast.Provider duration={6000} swipeDirection="right" label={t("common.system")}>
      {shown.map(({ id, kind, content }) => (
        <RadixToast.Root
          key={id}
          duration={kind === "failed" ? 12_000 : 5_000}
          type="background"
          onOpenChange={(open) => !open && set(toasts.filter((known) => known.id !== id))}
          className="flex items-start gap-3 rounded-xl border border-line bg-surface p-4 text-sm shadow-lg"
        >
          {kind === "done" ? <CircleCheck aria-hidden className="size-5 shrink-0 text-accent-text" /> : <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />}
          <RadixToast.Description asChild><div className="min-w-0 flex-1">{content}</div></RadixToast.Description>
          <RadixToast.Close aria-label={t("common.close")} className="-m-2 p-2 text-muted"><X aria-hidden className="size-4" /></RadixToast.Close>
        </RadixToast.Root>
      ))}
      <RadixToast.Viewport className="fixed inset-x-4 bottom-24 z-50 flex flex-col gap-2 outline-none sm:left-auto sm:right-6 sm:bottom-6 sm:w-96" />
    </RadixToast.Provider>
  );
}
