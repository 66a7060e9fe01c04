//! Whether a text shows anything.

use crate::platform;

/// Whether the text has at least one character that is seen by itself.
///
/// That is a letter, number, punctuation mark or symbol (UAX #44, `General_Category` L, N, P, S) that is not
/// `Default_Ignorable_Code_Point` (as the Hangul fillers are, which are letters otherwise) and not one of the few that
/// are blank all the same: U+2800 braille blank, U+FFFC object replacement, U+1D159 null notehead, U+13441 and U+13442
/// blanks of Egyptian. So white space, controls, format characters, zero widths, variation selectors, tags, private
/// use, unassigned and noncharacters alone are no text, nor are marks without a letter. Emoji are symbols; a keycap has
/// its digit.
#[must_use]
pub fn visible(text: &str) -> bool {
    // Most texts in other scripts than Latin have a digit or a full stop as well: those cross nothing either.
    text.bytes().any(|byte| byte.is_ascii_graphic()) || (!text.is_ascii() && platform::visible(text))
}
