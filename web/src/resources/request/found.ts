// Where the words that are sought stand in a text, by the foldings of both, as the server finds them.
import { folded, numberIn } from "./filters";

/** So many words of a search count. */
const MOST_WORDS = 10;

/** The folded words that a search marks; whoever asks for a number has no words. */
export function soughtWords(sought: string): string[] {
  if (numberIn(sought) !== undefined && !/^\d+$/.test(sought.trim())) return [];
  const text = folded(sought);
  return (text.match(/[\p{L}\p{M}\p{N}\p{So}]+/gu) ?? [text]).filter(Boolean).slice(0, MOST_WORDS);
}

export interface Piece { text: string; isHit: boolean }

/** The text in pieces. No letter is cut from its marks, and none of a ligature: all of it is a hit, or none. */
export function pieces(text: string, words: string[]): Piece[] {
  if (words.length === 0) return [{ text, isHit: false }];
  const letters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);
  // Which letter each unit of the folded text comes from.
  const from: number[] = [];
  let plain = "";
  letters.forEach((letter, index) => {
    const fold = folded(letter) || (/\s/.test(letter) ? " " : "");
    plain += fold;
    for (let unit = 0; unit < fold.length; unit++) from.push(index);
  });
  const hit = new Set<number>();
  for (const word of words) {
    for (let at = plain.indexOf(word); at !== -1; at = plain.indexOf(word, at + word.length)) {
      for (let unit = at; unit < at + word.length; unit++) hit.add(from[unit]!);
    }
  }
  const found: Piece[] = [];
  letters.forEach((letter, index) => {
    const last = found.at(-1);
    if (last && last.isHit === hit.has(index)) last.text += letter;
    else found.push({ text: letter, isHit: hit.has(index) });
  });
  return found;
}
