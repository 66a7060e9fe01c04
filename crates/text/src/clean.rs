//! What becomes of format characters: those that do nothing for the reader are removed or refused, those that make an
//! emoji or spell a word stay.
//!
//! They are few and Unicode rarely adds one, so they stand here; what stands around one is asked of the platform, and only
//! where there is one.

use std::borrow::Cow;
use std::fmt;

use crate::platform;

/// A field's rule for format characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For what people write and paste. Removed are:
    /// - U+202A–202E and U+2066–2069, bidi embeddings, overrides and isolates, U+200E, U+200F and U+061C, bidi marks,
    /// - U+00AD soft hyphen, U+2060 word joiner, U+FEFF byte order mark, U+034F grapheme joiner,
    /// - U+2061–2064 invisible operators, U+206A–206F deprecated format characters, U+FFF9–FFFB interlinear annotations
    ///   and the unassigned ignorables beside these, U+1BCA0–1BCA3 and U+1D173–1D17A format of shorthand and music,
    /// - U+115F, U+1160, U+3164, U+FFA0 Hangul fillers, U+17B4 and U+17B5 Khmer inherent vowels,
    /// - U+E0000–E0FFF tags, but not in the flags of England, Scotland and Wales (UTS #51, RGI emoji tag sequences).
    ///
    /// Kept where they do something and removed elsewhere are:
    /// - U+200D, zero width joiner: between the parts of an emoji (UAX #29, GB11), and, as U+200C, its opposite, behind a
    ///   letter, mark or digit of a script that joins or stacks (Arabic, Persian, the Indic scripts and others, by
    ///   `Script_Extensions`),
    /// - U+200B, zero width space: between two such letters, where Thai, Khmer, Javanese and others may break a line,
    /// - U+FE0E and U+FE0F, text and emoji presentation: behind a symbol, and in a keycap,
    /// - U+FE00–FE0D, other variants: behind a symbol, an ideograph or a letter as above,
    /// - U+E0100–E01EF, ideographic variants (UTS #37): behind an ideograph,
    /// - U+180B–180F, Mongolian variants and vowel separator: behind a letter as above.
    ///
    /// Controls, line ends, tabs and spaces are not format characters and stay.
    Removed,
    /// For what machines and forms write, as codes and names of categories: a text that [`Format::Removed`] would change
    /// is refused.
    Refused,
}

/// A format character that a field refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatCharacter(pub char);

impl fmt::Display for FormatCharacter {
    /// As Unicode's charts name it: what is invisible would not be seen in a message.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "U+{:04X}", u32::from(self.0))
    }
}

impl std::error::Error for FormatCharacter {}

impl Format {
    /// The text by this rule, borrowed where it is as it was.
    ///
    /// # Errors
    /// The first format character that does nothing where it stands, by [`Format::Refused`] alone.
    pub fn apply(self, text: &str) -> Result<Cow<'_, str>, FormatCharacter> {
        let cleaned = clean(text);
        match (self, &cleaned) {
            (Self::Refused, Cow::Owned(kept)) => {
                let mut kept = kept.chars();
                let removed = text.chars().find(|character| kept.next() != Some(*character));
                removed.map_or(Ok(cleaned), |character| Err(FormatCharacter(character)))
            }
            (Self::Refused, Cow::Borrowed(_)) | (Self::Removed, _) => Ok(cleaned),
        }
    }
}

/// The text without the format characters that do nothing, by the rule of [`Format::Removed`]. Emoji sequences and
/// texts in Persian, Arabic and Indic scripts come out as they went in. What is clean stays as it is.
///
/// Whether anything is to be seen is another question: ask [`crate::visible`] of either text, the answer is the same.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let is_suspect = |character: char| is_idle(character) || depends(character);
    if text.is_ascii() || !text.chars().any(is_suspect) {
        return Cow::Borrowed(text);
    }
    let text = without_idle(text);
    if text.chars().any(depends) { Cow::Owned(without_misplaced(&text)) } else { text }
}

/// What no text needs. U+1F3F4's tags are looked at before.
const fn is_idle(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{200E}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E00FF}'
            | '\u{E01F0}'..='\u{E0FFF}'
    )
}

/// What some texts need, in some places.
const fn depends(character: char) -> bool {
    matches!(
        character,
        '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'
    )
}

/// The flags that are spelt in tags: those that UTS #51 recommends, all others being a place to hide text in.
const FLAGS: [&str; 3] = [
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

fn without_idle(text: &str) -> Cow<'_, str> {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars();
    loop {
        let ahead = rest.as_str();
        if let Some((flag, behind)) = FLAGS.iter().find_map(|flag| Some((flag, ahead.strip_prefix(flag)?))) {
            kept.push_str(flag);
            rest = behind.chars();
            continue;
        }
        match rest.next() {
            Some(character) if is_idle(character) => {}
            Some(character) => kept.push(character),
            None => break,
        }
    }
    if kept.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

/// What a character is to a format character beside it. The platform tells each by a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `p`, `Extended_Pictographic`: what an emoji can be put together of.
    Pictograph,
    /// `e`, `Emoji_Modifier`: a skin tone.
    SkinTone,
    /// `s`: any other symbol, not in ASCII.
    Symbol,
    /// `i`, `Ideographic`.
    Ideograph,
    /// `c`: a letter, mark or number of a script that joins, stacks or has no spaces.
    Complex,
    /// `m`: any other mark.
    Mark,
    /// `x`: anything else.
    Other,
}

impl Kind {
    const fn of(letter: char) -> Self {
        match letter {
            'p' => Self::Pictograph,
            'e' => Self::SkinTone,
            's' => Self::Symbol,
            'i' => Self::Ideograph,
            'c' => Self::Complex,
            'm' => Self::Mark,
            _ => Self::Other,
        }
    }
}

/// What stands before a place, of what is kept.
struct Before {
    /// The character right before, `Other` behind a kept format character.
    kind: Kind,
    /// Whether that is a digit, `#` or `*`.
    is_key: bool,
    /// Whether an emoji is open, to which a joiner could add a part.
    is_emoji: bool,
}

fn without_misplaced(text: &str) -> String {
    let kinds = platform::kinds(text);
    let mut kept = String::with_capacity(text.len());
    let mut before = Before { kind: Kind::Other, is_key: false, is_emoji: false };
    let mut rest = text.chars().zip(kinds.chars().map(Kind::of)).peekable();
    while let Some((character, kind)) = rest.next() {
        if !depends(character) {
            let goes_on = matches!(kind, Kind::SkinTone | Kind::Mark) && before.is_emoji;
            let is_emoji = kind == Kind::Pictograph || goes_on;
            // A mark belongs to the letter before it: an Arabic letter with a point that other scripts have as well.
            let kind = if kind == Kind::Mark { before.kind } else { kind };
            let is_key = matches!(character, '0'..='9' | '#' | '*');
            before = Before { kind, is_key, is_emoji };
        } else if before.takes(character, rest.peek().copied()) {
            before = Before { kind: Kind::Other, is_key: false, is_emoji: before.is_emoji };
        } else {
            continue;
        }
        kept.push(character);
    }
    kept
}

impl Before {
    /// Whether a format character does something here, with this behind it.
    fn takes(&self, character: char, next: Option<(char, Kind)>) -> bool {
        let is_next = |kind| next.is_some_and(|(_, next)| next == kind);
        let is_picture = matches!(self.kind, Kind::Pictograph | Kind::Symbol);
        let is_complex = self.kind == Kind::Complex;
        match character {
            '\u{200B}' => is_complex && is_next(Kind::Complex),
            '\u{200C}' => is_complex,
            '\u{200D}' => is_complex || (self.is_emoji && is_next(Kind::Pictograph)),
            '\u{FE0E}' | '\u{FE0F}' => is_picture || (self.is_key && next.is_some_and(|(next, _)| next == '\u{20E3}')),
            '\u{FE00}'..='\u{FE0D}' => is_picture || is_complex || self.kind == Kind::Ideograph,
            '\u{180B}'..='\u{180F}' => is_complex,
            '\u{E0100}'..='\u{E01EF}' => self.kind == Kind::Ideograph,
            _ => false,
        }
    }
}
