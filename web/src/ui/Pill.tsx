import { ArrowUp } from "lucide-react";
import type { ReactNode } from "react";

/** What waits to come in, above a list that must not move by itself. */
export function Pill({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <div className="pointer-events-none sticky top-3 z-10 flex h-0 justify-center">
      <button type="button" data-pill className="pointer-events-auto flex h-10 items-center gap-2 rounded-full bg-accent px-4 text-sm font-semibold text-accent-ink shadow-lg" onClick={onClick}>
        <ArrowUp aria-hidden className="size-4" />{children}
      </button>
    </div>
  );
}
