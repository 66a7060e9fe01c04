import type { MouseEvent } from "react";
import Marked from "@/resources/request/Marked";
import type { Entry } from "./entries";

interface Props {
  id: string;
  entry: Entry;
  /** Marked in it. */
  sought: string;
  isActive: boolean;
  onPoint: () => void;
  onPress: (event: MouseEvent) => void;
}

/** One line of what is offered. A pointer that moves on it chooses it; one that only rests there while lines come does not. */
export function Line({ id, entry: { icon: Icon, title, hint }, sought, isActive, onPoint, onPress }: Props) {
  return (
    <div
      id={id} role="option" aria-selected={isActive} onPointerMove={isActive ? undefined : onPoint} onClick={onPress}
      // The focus stays in the field. The middle button opens it beside.
      onPointerDown={(event) => event.pointerType === "mouse" && event.preventDefault()} onAuxClick={(event) => event.button === 1 && onPress(event)}
      className="mx-2 flex min-h-12 cursor-pointer items-center gap-3 rounded-lg px-2.5 py-1.5 text-sm aria-selected:bg-accent-soft aria-selected:text-accent-text"
    >
      <Icon aria-hidden className="size-4.5 shrink-0 opacity-75" />
      <div className="min-w-0 flex-1">
        <div dir="auto" className="words line-clamp-2 font-semibold"><Marked text={title} sought={sought} /></div>
        {hint && <div dir="auto" className={`words line-clamp-2 text-xs ${isActive ? "" : "text-muted"}`}><Marked text={hint} sought={sought} /></div>}
      </div>
    </div>
  );
}
