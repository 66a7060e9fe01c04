// The ways to attach, when the page that somebody waits for has been painted; nothing moves when they come.
import { lazy, Suspense } from "react";
import { withMore } from "@/i18n";
import { usePainted } from "@/ui/usePainted";
import type { Props } from "./Attach";

const Attach = lazy(() => withMore(import("./Attach")));
const Place = () => <div className="min-h-11 sm:min-h-9" />;

export function AttachSoon(props: Props) {
  return usePainted() ? <Suspense fallback={<Place />}><Attach {...props} /></Suspense> : <Place />;
}
