//! Texts and numbers of the API, parsed at the edge: whoever holds a [`Title`] need not check it again.
//!
//! What holds for every text is in [`base::text`]; here are the kinds of this product.

use std::fmt;

use base::text::{Lines, required};
use base::text_type;
use serde::{Deserialize, Serialize};

pub use base::text::{parse_time, parse_value, parse_words};

use base::refusal::Refusal;

text_type! {
    /// What is broken, in one line of 1 to 200 characters.
    Title, "title", 1..=200, Lines::One
}

text_type! {
    /// The report itself, at most 10,000 characters; may be empty.
    Description, "description", 0..=10_000, Lines::Many
}

text_type! {
    /// The kind of fault in the organisation's own words, 1 to 60 characters.
    Category, "category", 1..=60, Lines::One
}

text_type! {
    /// Why a request is rejected, held, reopened or cancelled, 1 to 2,000 characters.
    Reason, "reason", 1..=2_000, Lines::Many
}

text_type! {
    /// What was done about it, 1 to 5,000 characters.
    Resolution, "resolution", 1..=5_000, Lines::Many
}

text_type! {
    /// A comment, 1 to 10,000 characters.
    CommentBody, "body", 1..=10_000, Lines::Many
}

text_type! {
    /// What a user is called, 1 to 100 characters.
    PersonName, "name", 1..=100, Lines::One
}

text_type! {
    /// What a list is searched for, 1 to 100 characters. An object's SQLite bounds LIKE patterns to 50 bytes: search with
    /// `instr`.
    SearchText, "q", 1..=100, Lines::One
}

/// An e-mail address in the form accounts are looked up by: ASCII, lower case, at most 254 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Email(String);

impl Email {
    /// Parses what the client sent. Not all of RFC 5321: no quotes, no comments, no address literals.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `email`, `required` or `malformed`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(required("email"));
        }
        match text.split_once('@') {
            Some((local, domain)) if text.len() <= 254 && is_local_part(local) && is_domain(domain) => {
                Ok(Self(text.to_ascii_lowercase()))
            }
            Some(_) | None => Err(Refusal::invalid("email", "malformed", "This is not an e-mail address.")),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl fmt::Debug for Email {
    /// Not the address: it must not reach a log by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Email(…)")
    }
}

/// How satisfied the requester is, 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Rating(u8);

impl Rating {
    /// The number of stars.
    #[must_use]
    pub const fn stars(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Rating {
    type Error = Refusal;

    fn try_from(stars: i64) -> Result<Self, Self::Error> {
        match u8::try_from(stars) {
            Ok(stars @ 1..=5) => Ok(Self(stars)),
            Ok(_) | Err(_) => {
                Err(Refusal::invalid("rating", "out_of_range", "A rating is a whole number from 1 to 5."))
            }
        }
    }
}

fn is_local_part(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests;
