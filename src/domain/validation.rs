//! Texts and numbers of the API, parsed at the edge: whoever holds a [`Title`] need not check it again.
//!
//! Every text is trimmed, measured in characters, and free of control characters; multi-line texts keep line feeds and tabs.
//! A refusal is [`Refusal::Invalid`] with one of the codes `required`, `too_long`, `control_character`, `malformed`,
//! `out_of_range`, `unknown_value`, `unexpected`, `no_change`. Stored snapshots and events hold plain strings, so a rule
//! that becomes stricter never makes an old record unreadable.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{refusal::Refusal, time::Timestamp};

/// Which characters a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// One line: no control character, no line or paragraph separator.
    One,
    /// Several lines: line feed and tab are text, `\r\n` becomes `\n`.
    Many,
}

macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident, $field:literal, $min:literal..=$max:literal, $lines:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The input's name in the API, as refusals call it.
            pub const FIELD: &'static str = $field;
            /// The greatest length in characters.
            pub const MAX_CHARS: usize = $max;

            /// Parses what the client sent.
            ///
            /// # Errors
            /// [`Refusal::Invalid`] naming [`Self::FIELD`].
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                parse_text(text, $field, $min, $max, $lines).map(Self)
            }

            /// Parses what the client sent, or not.
            ///
            /// # Errors
            /// As [`Self::parse`]; a missing text is treated as an empty one.
            pub fn required(text: Option<&str>) -> Result<Self, Refusal> {
                Self::parse(text.unwrap_or_default())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Refusal;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

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

/// Parses one word of a vocabulary or one id.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`, with the code `unknown_value`.
pub fn parse_value<T>(field: &str, text: &str) -> Result<T, Refusal>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    text.parse().map_err(|error: T::Err| Refusal::invalid(field, "unknown_value", format!("{field} {error}.")))
}

/// Parses a comma-separated list of words, sorted and without duplicates; an empty text is an empty list.
///
/// # Errors
/// As [`parse_value`], for the first word that is not known.
pub fn parse_words<T>(field: &str, text: &str) -> Result<Vec<T>, Refusal>
where
    T: FromStr + Ord,
    T::Err: fmt::Display,
{
    let mut words = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let word = parse_value(field, word)?;
        // Sorted insertion keeps the list no longer than the vocabulary, however long the text is.
        if let Err(place) = words.binary_search(&word) {
            words.insert(place, word);
        }
    }
    Ok(words)
}

/// Parses an RFC 3339 time.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`, with the code `malformed`.
pub fn parse_time(field: &str, text: &str) -> Result<Timestamp, Refusal> {
    Timestamp::parse_rfc3339(text).map_err(|error| Refusal::invalid(field, "malformed", format!("{field} {error}.")))
}

fn required(field: &str) -> Refusal {
    Refusal::invalid(field, "required", format!("{field} is required."))
}

fn parse_text(text: &str, field: &str, min: usize, max: usize, lines: Lines) -> Result<String, Refusal> {
    let text = text.trim();
    // A character is at most four bytes and `\r\n` counts for two: a text of a megabyte is refused before it is walked.
    if text.len() > max.saturating_mul(8) || text.chars().filter(|&c| c != '\r').count() > max {
        return Err(Refusal::invalid(field, "too_long", format!("{field} may have at most {max} characters.")));
    }
    if text.is_empty() && min > 0 {
        return Err(required(field));
    }
    let text = match lines {
        Lines::One => text.to_owned(),
        Lines::Many => text.replace("\r\n", "\n"),
    };
    if text.chars().any(|character| !is_text(character, lines)) {
        let detail = format!("{field} contains a control character.");
        return Err(Refusal::invalid(field, "control_character", detail));
    }
    Ok(text)
}

fn is_text(character: char, lines: Lines) -> bool {
    match lines {
        Lines::One => !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}'),
        Lines::Many => !character.is_control() || matches!(character, '\n' | '\t'),
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
