//! How texts are searched and compared.

use base::text::Lines;
use base::text_type;

text_type! {
    /// What a list is searched for, 1 to 100 characters. An object's SQLite bounds LIKE patterns to 50 bytes: search with
    /// `instr`.
    SearchText, "q", 1..=100, Lines::One
}

pub use ::text::{fold, words};

/// Several texts as they are searched, a line each: what is sought is in one of them.
pub fn fold_lines(text: &str) -> String {
    text.split('\n').map(fold).collect::<Vec<_>>().join("\n")
}
