import { useLayoutEffect } from "react";

/** What each key does while this is shown; `Ctrl+k` is also Cmd with it, and works while somebody types. Nothing happens in a dialog. */
export function useKeys(keys: Record<string, () => void>) {
  // A layout effect: what is seen can be used.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const isCommand = event.ctrlKey || event.metaKey;
      if (event.altKey || (!isCommand && target.closest("input, textarea, select"))) return;
      const act = keys[isCommand ? `Ctrl+${event.key.toLowerCase()}` : event.key];
      // Only an open one: until the next frame, the focus is still in one that has just been closed.
      if (act === undefined || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
