import { useMemo } from "react";
import { pieces, soughtWords } from "./found";

/** A text with the words that are sought marked in it. */
export default function Marked({ text, sought }: { text: string; sought: string }) {
  const words = useMemo(() => soughtWords(sought), [sought]);
  return pieces(text, words).map(({ text, isHit }, at) => (isHit ? <mark key={at}>{text}</mark> : text));
}
