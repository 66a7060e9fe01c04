// The palette, one search for everything: its file comes when the page has come to rest, or when it is called for. What is typed until
// it is there is typed into it, and is no key of the page.
import { lazy, type ReactNode } from "react";
import { withMore } from "@/i18n";
import { toastError } from "./ErrorWords";

export const loadPalette = () => withMore(import("@/features/palette/Palette"));

/** Where its file could not be fetched, that is said, and there is none until the next start. */
export const Palette = lazy(() =>
  loadPalette().catch((error: unknown) => {
    takeTyped();
    toastError(error);
    return { default: (): ReactNode => null };
  }),
);

let typed = "";

function keep(event: KeyboardEvent) {
  if (event.key.length > 1 || event.ctrlKey || event.metaKey) return;
  typed += event.key;
  event.preventDefault();
  event.stopPropagation();
}

export function keepTyped() {
  typed = "";
  addEventListener("keydown", keep, true);
}

/** From here on, what is typed goes where it goes. */
export function takeTyped(): string {
  removeEventListener("keydown", keep, true);
  return typed;
}
