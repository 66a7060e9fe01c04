import { useNavigate } from "@tanstack/react-router";
import { useEffect, type RefObject } from "react";
import type { RowsHandle } from "./RequestRows";

/** j, k, /, n, ?; Enter is the focused link's own. Nothing happens while somebody types. */
export function useListKeys({ rows, openHelp }: { rows: RefObject<RowsHandle | null>; openHelp: () => void }) {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog")) return;
      const act = {
        j: () => rows.current?.move(1),
        k: () => rows.current?.move(-1),
        "/": () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
        n: () => void navigate({ to: "/new" }),
        "?": openHelp,
      }[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
