import { useLayoutEffect } from "react";

/** What each key does while this is shown. Nothing happens while somebody types or a dialog is open. */
export function useKeys(keys: Record<string, () => void>) {
  // A layout effect: what is seen can be used.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select")) return;
      const act = keys[event.key];
      // Only an open one: until the next frame, the focus is still in one that has just been closed.
      if (act === undefined || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
