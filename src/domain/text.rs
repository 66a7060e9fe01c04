//! How texts are searched and compared.

use base::text::Lines;
use base::text_type;

text_type! {
    /// What a list is searched for, 1 to 100 characters. An object's SQLite bounds LIKE patterns to 50 bytes: search with
    /// `instr`.
    SearchText, "q", 1..=100, Lines::One
}

/// Text as it is searched: whatever its case, it is the same.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
