/** The first letter of the first and of the last word of a name, as it stands for somebody without a portrait. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).map((word) => /[\p{L}\p{N}]\p{M}*/u.exec(word)?.[0]).filter((letter) => letter !== undefined);
  const [first, last] = [words[0] ?? "", words.length > 1 ? words.at(-1)! : ""];
  return `${first}${last}`.toLocaleUpperCase();
}

/** One of so many, the same for a person on every page. */
export const toneOf = (id: string, count: number) => [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 9_973, 7) % count;
