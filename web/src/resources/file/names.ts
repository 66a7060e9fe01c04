// What a file is called. Names come from other people's devices: what would steer the text around them, or a path, is taken out, and the
// ending says what the file is. Pure.

/** In characters; the server takes no more. */
const LONGEST = 120;

const ENDINGS: Record<string, string> = { "image/jpeg": "jpg", "image/webp": "webp", "image/png": "png" };

/** What stands behind the last dot; nothing where that is no ending. */
export const endingOf = (name: string) => /[^.]\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1] ?? "";

/** A name that can be shown, and kept: without paths, control characters and what turns the direction of writing. */
export function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const visible = last.normalize("NFC").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}<>:"|?*]/gu, "").replace(/\s+/g, " ").trim().replace(/^\.+/, "").replace(/[. ]+$/, "");
  const letters = [...visible];
  if (letters.length <= LONGEST) return visible || "file";
  const ending = endingOf(visible);
  return ending ? `${letters.slice(0, LONGEST - ending.length - 1).join("")}.${ending}` : letters.slice(0, LONGEST).join("");
}

/** The name of a picture that was made anew as another type. */
export function namedAs(name: string, type: string): string {
  const wanted = ENDINGS[type];
  const ending = endingOf(name);
  const isFitting = wanted === undefined || ending.toLowerCase() === wanted || (wanted === "jpg" && ending.toLowerCase() === "jpeg");
  if (isFitting) return cleanName(name);
  return cleanName(`${ending ? name.slice(0, -ending.length - 1) : name}.${wanted}`);
}

const two = (number: number) => String(number).padStart(2, "0");
/** By its moment, where a file has no name of its own: what was pasted, or spoken. */
export function namedByTime(what: string, ending: string, at: Date): string {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${what} ${day} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}.${ending}`;
}
