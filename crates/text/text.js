// What the crate `text` asks the JavaScript runtime about Unicode: one function and one crossing for each question. The
// entry of the Worker imports this file; src/platform/icu.rs says the same natively, and tests hold the two together.
//
// No import, no export: the crate's wasm tests evaluate the file as it is. An expression is made when it is first
// asked, since building its sets takes longer than the start of an isolate should.
{
  const lazily = (source, flags) => {
    let made;
    return () => (made ??= new RegExp(source, flags));
  };

  /**
   * Marks that a reader may leave out: accents, points, and Arabic's tatweel. Not the voiced sound marks of kana and not the iota
   * below, which is a letter in capitals.
   */
  const OPTIONAL_MARK = String.raw`[[\p{Mn}\p{Me}]&&[\p{sc=Inherited}\p{sc=Common}\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Arabic}]]--[\u0345\u3099\u309A]`;
  const unheard = lazily(String.raw`[\p{Default_Ignorable_Code_Point}\p{Cf}\u0640[\p{Cc}--\p{White_Space}][${OPTIONAL_MARK}]]+`, "gv");
  const spaces = lazily(String.raw`[\p{White_Space}\u2800]+`, "gv");
  const betweenWords = lazily(String.raw`[^\p{L}\p{M}\p{N}\p{So}]+`, "gv");
  const unseenInNames = lazily(String.raw`[[\p{P}\p{S}\p{White_Space}\u2800]--[\|]]+`, "gv");
  const visible = lazily(String.raw`[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]]`, "v");

  /** Writing whose letters join, stack or carry signs, or that puts no space between words: here joiners do something. */
  const COMPLEX = [
    "Adlam", "Arabic", "Balinese", "Batak", "Bengali", "Buginese", "Cham", "Devanagari", "Gujarati", "Gurmukhi", "Hanifi_Rohingya",
    "Javanese", "Kannada", "Khmer", "Lao", "Lepcha", "Limbu", "Malayalam", "Mandaic", "Meetei_Mayek", "Mongolian", "Myanmar", "Nko",
    "Oriya", "Phags_Pa", "Sinhala", "Sundanese", "Syriac", "Tai_Tham", "Tamil", "Telugu", "Thai", "Tibetan",
  ].map((script) => String.raw`\p{scx=${script}}`).join("");
  /** The letter of each kind in src/clean.rs, and what is of it; the first that holds counts. */
  const KINDS = [
    ["p", lazily(String.raw`\p{Extended_Pictographic}`, "v")],
    ["e", lazily(String.raw`\p{Emoji_Modifier}`, "v")],
    ["s", lazily(String.raw`\p{S}`, "v")],
    ["i", lazily(String.raw`\p{Ideographic}`, "v")],
    ["c", lazily(String.raw`[[\p{L}\p{M}\p{N}]&&[${COMPLEX}]]`, "v")],
    ["m", lazily(String.raw`\p{M}`, "v")],
  ];

  /** To be brought into canonical order again: what is gone may have kept two marks apart. */
  const bare = (text) => text.normalize("NFKD").replace(unheard(), "");
  const caseless = (text) => text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
  const fold = (text) => caseless(bare(text).normalize("NFKD")).normalize("NFKC").replace(spaces(), " ").trim();

  globalThis.cepatedge_text_fold = fold;
  /** The words, one space between two. */
  globalThis.cepatedge_text_words = (text) => fold(text).replace(betweenWords(), " ").trim();
  globalThis.cepatedge_text_visible = (text) => visible().test(text);
  /** One ASCII letter for each character. */
  globalThis.cepatedge_text_kinds = (text) => {
    let kinds = "";
    for (const character of text) kinds += character < "\x80" ? "x" : (KINDS.find(([, is]) => is().test(character))?.[0] ?? "x");
    return kinds;
  };
  /** A line for each character that a name is known by: itself, and then what it folds to. */
  globalThis.cepatedge_text_letters = (text) =>
    Array.from(bare(text).replace(unseenInNames(), "").normalize("NFKD"), (letter) => letter + caseless(letter)).join("\n");
}
