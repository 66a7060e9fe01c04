//! What is written to people: a subject, a text, and the same in HTML, in the reader's language.
//!
//! A letter is a list of parts that is written out twice ([`parts`]), so that text and HTML cannot say different things, and each
//! piece of somebody else's text is escaped in one place. A file per letter.

mod account;
mod digest;
mod invitation;
mod notice;
mod parts;
mod reset;
mod trial;

pub use account::Account;
pub use digest::{Digest, Item};
pub use invitation::Invitation;
pub use notice::Notice;
pub use reset::Reset;
pub use trial::Trial;

/// A letter, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// For programs and people that want no HTML.
    pub text: String,
    /// The same in HTML, without pictures and without anything that is fetched.
    pub html: String,
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
