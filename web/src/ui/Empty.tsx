import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** Nothing to show, and what that means. */
export function Empty({ icon: Icon, title, hint, children }: { icon: LucideIcon; title: string; hint: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <Icon aria-hidden className="mb-2 size-8 text-edge" strokeWidth={1.5} />
      <p className="font-semibold">{title}</p>
      <p className="text-sm text-muted">{hint}</p>
      {children && <div className="mt-4">{children}</div>}
    </div>
  );
}
