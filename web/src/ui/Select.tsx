import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";

/** The browser's own choice, which every phone and screen reader knows, in our clothes. */
export function Select({ children, ...props }: ComponentProps<"select">) {
  return (
    <span className="relative block min-w-28 flex-1 sm:min-w-0 sm:flex-none">
      <select {...props} className="field appearance-none truncate pr-7 pl-2.5">{children}</select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-1/2 right-2 size-4 -translate-y-1/2 text-muted" />
    </span>
  );
}
