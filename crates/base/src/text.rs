//! Texts, words and times of the API, parsed at the edge into types: whoever holds one need not check it again.
//!
//! [`text_type!`](crate::text_type) declares a kind of text. Every text is trimmed, measured in characters, and free of control characters;
//! multi-line texts keep line feeds and tabs. A refusal is [`Refusal::Invalid`] with one of the codes `required`, `too_long`,
//! `control_character`, `malformed`, `unknown_value`. What is stored holds plain strings, so a rule that becomes stricter never makes
//! an old record unreadable.

use std::{fmt, str::FromStr};

use crate::refusal::Refusal;
use crate::time::{ApiTime, Timestamp};

/// Which characters a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line: no control character, no line or paragraph separator.
    One,
    /// Several lines: line feed and tab are text, `\r\n` becomes `\n`.
    Many,
}

/// Declares a kind of text: its name in the API, its lengths in characters, one line or many.
#[macro_export]
macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident, $field:literal, $min:literal..=$max:literal, $lines:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The input's name in the API, as refusals call it.
            pub const FIELD: &'static str = $field;
            /// The least length in characters.
            pub const MIN_CHARS: usize = $min;
            /// The greatest length in characters.
            pub const MAX_CHARS: usize = $max;

            /// Parses what the client sent.
            ///
            /// # Errors
            /// `Invalid` naming [`Self::FIELD`].
            pub fn parse(text: &str) -> Result<Self, $crate::Refusal> {
                $crate::text::parse(text, $field, $min, $max, $lines).map(Self)
            }

            /// Parses what the client sent, or not.
            ///
            /// # Errors
            /// As [`Self::parse`]; a missing text is treated as an empty one.
            pub fn required(text: Option<&str>) -> Result<Self, $crate::Refusal> {
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
            type Error = $crate::Refusal;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                ::utoipa::openapi::ObjectBuilder::new()
                    .schema_type(::utoipa::openapi::schema::Type::String)
                    .min_length(($min > 0).then_some($min))
                    .max_length(Some($max))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::ToSchema for $name {}

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
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

/// Parses an RFC 3339 time that may be taken away, by an empty text.
///
/// # Errors
/// As [`parse_time`].
pub fn parse_time_or_none(field: &str, text: &str) -> Result<Option<ApiTime>, Refusal> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { parse_time(field, text).map(|time| Some(ApiTime(time))) }
}

/// An input that is missing.
#[must_use]
pub fn required(field: &str) -> Refusal {
    Refusal::invalid(field, "required", format!("{field} is required."))
}

/// Parses a text; see [`text_type!`](crate::text_type).
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn parse(text: &str, field: &str, min: usize, max: usize, lines: Lines) -> Result<String, Refusal> {
    let too_long = || Refusal::invalid(field, "too_long", format!("{field} may have at most {max} characters."));
    let text = text.trim();
    // A character is at most four bytes and `\r\n` counts for two: a text of a megabyte is refused before it is walked.
    if text.len() > max.saturating_mul(8) {
        return Err(too_long());
    }
    // Characters that only steer how others are shown are taken out, but where they belong to a word or to an emoji.
    let clean = ::text::clean(text);
    let text = clean.trim();
    if text.chars().filter(|&c| c != '\r').count() > max {
        return Err(too_long());
    }
    let text = match lines {
        Lines::One => text.to_owned(),
        Lines::Many => text.replace("\r\n", "\n"),
    };
    if text.chars().any(|character| !is_text(character, lines)) {
        let detail = format!("{field} contains a control character.");
        return Err(Refusal::invalid(field, "control_character", detail));
    }
    if ::text::visible(&text) {
        return Ok(text);
    }
    if min == 0 { Ok(String::new()) } else { Err(required(field)) }
}

fn is_text(character: char, lines: Lines) -> bool {
    match lines {
        Lines::One => !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}'),
        Lines::Many => !character.is_control() || matches!(character, '\n' | '\t'),
    }
}
