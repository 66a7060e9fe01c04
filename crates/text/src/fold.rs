//! How searched text is compared: [`fold`] for a text in one piece, [`words`] for a search in any order.

use crate::platform;

/// The text as it is compared: two texts that a reader takes for the same have the same folding, and a text is found by
/// `fold(text).contains(&fold(searched))`.
///
/// In this order:
/// 1. Compatibility decomposition (UAX #15, NFKD): full-width letters are ASCII, `ﬁ` is `fi`, `№` is `No`.
/// 2. What is not read goes: `Default_Ignorable_Code_Point` (UAX #44: soft hyphen, joiners, variation selectors, fillers,
///    tags) and format characters (`Cf`: bidi controls, byte order mark), controls that are not white space, tatweel,
///    and optional marks: `Mn` and `Me` of the scripts Inherited, Common, Latin, Greek, Cyrillic, Hebrew, Arabic. So
///    `Café` is `cafe`, `Å` is `a`, `Й` is `и`, `أ` is `ا`. Vowel signs of Thai, Devanagari, Javanese, Tamil and others
///    are part of the word and stay; so do the voiced sound marks of kana (`が` is not `か`)
///    and the iota below (`ᾳ` is `αι`, as `ΑΙ` is). A stroke is no mark: `ø`,
///    `đ`, `ł` stay.
/// 3. Full case folding, by way of the mappings of Unicode's `SpecialCasing.txt` (lower, upper, lower; `ς` is `σ`), which
///    agrees with the full folding of `CaseFolding.txt` but for two things: `ı` is `i`, as are `İ`, `I` and `i` (a search
///    knows no language, so Turkish and all others must find each other), and Cherokee folds to its small letters. `ẞ`,
///    `ß` and `SS` are `ss`.
/// 4. Canonical composition (NFKC).
/// 5. Every run of white space (`White_Space`: also no-break and ideographic spaces, lines and paragraphs) and braille
///    blanks is one space; none at either end.
///
/// The result is in NFKC and therefore in NFC, and is its own folding. It may be empty although the text is not, as for
/// `"\u{301}"`. It may be longer than the text: `ﷺ` becomes 18 letters.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() { fold_ascii(text) } else { platform::fold(text) }
}

/// The words of the folded text, in order, with repetitions: what a search in any order looks for.
///
/// A word is a run of letters, marks, numbers and other symbols (`L`, `M`, `N`, `So`, so that `100°` and `🔥` can be
/// found); white space, punctuation and the signs of mathematics, currencies and accents stand between words: `MR-15` is
/// `mr` and `15`, `don't` is `don` and `t`. That is not UAX #29, which needs dictionaries for scripts without spaces
/// between words: a sentence of Thai, Japanese or Chinese is one word here, and is to be searched by what it contains.
/// Each word is its own folding.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        // A control that is no space separates nothing, as in `fold`.
        let words = fold_ascii(text);
        let words = words.split(|character: char| !character.is_ascii_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    } else {
        let words = platform::words(text);
        words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// [`fold`] of a text in ASCII, where nothing has marks, widths or ligatures. What separates is `White_Space`; Rust's
/// `is_ascii_whitespace` has no vertical tab.
fn fold_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut is_behind_space = false;
    for character in text.chars() {
        if matches!(character, '\t'..='\r' | ' ') {
            is_behind_space = !folded.is_empty();
        } else if !character.is_ascii_control() {
            if is_behind_space {
                folded.push(' ');
            }
            is_behind_space = false;
            folded.push(character.to_ascii_lowercase());
        }
    }
    folded
}
