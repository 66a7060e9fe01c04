// Whether somebody's hand is on a part of the page: the pointer of a mouse or pen rests there, a finger presses it, or the
// focus is in it. What is under a hand does not move.
import { useEffect, useState, type RefObject } from "react";

/** `within` says which elements of `area` count, where it is not all of it. */
export function useHand(area: RefObject<HTMLElement | null>, within?: string): boolean {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    const counts = (target: EventTarget | null) => target instanceof Element && element.contains(target) && (within === undefined || target.closest(within) !== null);
    // A finger that is lifted, or that scrolls, leaves as a mouse does.
    const point = ({ target }: Event) => setPointed(counts(target));
    const leave = () => setPointed(false);
    const focus = ({ target }: Event) => setFocused(counts(target));
    const blur = ({ relatedTarget }: FocusEvent) => setFocused(counts(relatedTarget));
    element.addEventListener("pointerover", point);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("focusin", focus);
    element.addEventListener("focusout", blur);
    return () => {
      element.removeEventListener("pointerover", point);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("focusin", focus);
      element.removeEventListener("focusout", blur);
    };
  }, [area, within]);
  return isPointed || isFocused;
}
