// The code of a label as people write it and as a camera reads it. The server reads it the same way (src/domain/label).
const ALPHABET = /^[0-9A-HJKMNP-TV-Z]{8}$/;

/** The code that somebody typed: in either case, with spaces and hyphens, with letters that look like digits. */
export function codeIn(typed: string): string | undefined {
  const code = typed.replace(/[ -]/g, "").replace(/[a-z]/g, (letter) => letter.toUpperCase()).replaceAll("O", "0").replace(/[IL]/g, "1");
  return ALPHABET.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : undefined;
}

/** The code that a camera read: of an address of ours, or by itself. Any other address leads nowhere. */
export function scannedCode(text: string, origin: string): string | undefined {
  if (!URL.canParse(text) || !/^https?:/i.test(text)) return codeIn(text);
  const url = new URL(text);
  const path = /^\/t\/([^/]+)\/?$/.exec(url.pathname)?.[1];
  return url.origin === origin && path ? codeIn(path) : undefined;
}
