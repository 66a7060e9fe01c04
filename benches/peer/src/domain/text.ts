// How texts are searched and compared.

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
const PLAIN_LINES = /^[!-~]+(?:[ \n][!-~]+)*$/;

/** The text without its case, width and marks, and with one space between words. */
export const fold = (text: string): string => (PLAIN.test(text) ? text.toLowerCase() : foldUnicode(text));

/** Several texts, a line each. */
export const foldLines = (text: string): string =>
  PLAIN_LINES.test(text) ? text.toLowerCase() : text.split("\n").map(fold).join("\n");

// The expressions are made when they are first asked: their sets take longer than the start of an isolate should.
function foldUnicode(text: string): string {
  const unheard =
    /[\p{Default_Ignorable_Code_Point}\p{Cf}\u0640[\p{Cc}--\p{White_Space}][[[\p{Mn}\p{Me}]&&[\p{sc=Zinh}\p{sc=Zyyy}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}]]--[\u0345\u3099\u309A]]]+/gv;
  const bare = text.normalize("NFKD").replace(unheard, "").normalize("NFKD");
  const caseless = bare.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
  return caseless.normalize("NFKC").replace(/[\p{White_Space}\u2800]+/gv, " ").trim();
}
