import { useEffect, useState } from "react";

const REST_MS = 150;

/** What was typed, as soon as no more is: so long nothing is asked for. */
export function useRested(text: string, begun = ""): string {
  const [rested, setRested] = useState(begun);
  useEffect(() => {
    const timer = setTimeout(setRested, REST_MS, text);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
