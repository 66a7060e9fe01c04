// Naming somebody in a comment: what is sought behind an `@`, who fits, and what is written for them. The server reads a whole name
// behind an `@` (src/domain/notify/mod.rs), so that is what is written.
import { folded } from "@/resources/request/filters";

export interface Named { id: string; name: string }

/** Behind an `@`, up to where one writes. A name has spaces; so what is sought goes on until nobody fits. */
export interface Sought { at: number; text: string }

/** Longer is no name. */
const LONGEST = 60;

/** So many are shown. */
const MOST = 8;

/** What is sought where the caret stands; an `@` within a word is of an address. */
export function soughtAt(text: string, caret: number): Sought | undefined {
  const before = text.slice(0, caret);
  const at = before.lastIndexOf("@");
  const sought = before.slice(at + 1);
  if (at < 0 || sought.length > LONGEST || /^\s|\n/.test(sought)) return undefined;
  return /[\p{L}\p{M}\p{N}]$/u.test(before.slice(0, at)) ? undefined : { at, text: sought };
}

/** Whose name, or a later word of it, begins like this; those whose first word does come first. */
export function fitting(people: readonly Named[], sought: string): Named[] {
  const wanted = folded(sought);
  // A name that is written to its end is not offered once more.
  const isWhole = sought.endsWith(" ") && people.some(({ name }) => folded(name) === wanted);
  if (isWhole) return [];
  const place = ({ name }: Named) => {
    const all = folded(name);
    return all.startsWith(wanted) ? 0 : all.includes(` ${wanted}`) ? 1 : 2;
  };
  return [0, 1].flatMap((rank) => people.filter((person) => place(person) === rank)).slice(0, MOST);
}

/** The text with this person in place of what was sought, and where the caret is then. */
export function inserted(text: string, caret: number, { at }: Sought, { name }: Named): { text: string; caret: number } {
  const behind = text.slice(caret);
  const written = `@${name}${/^[\s,.;:!?)]/.test(behind) ? "" : " "}`;
  return { text: text.slice(0, at) + written + behind, caret: at + written.length };
}
