//! The organisation: what it is called, where its clock is, which languages it speaks, when its week begins.

use std::fmt;

use base::refusal::Refusal;
use base::text::{Lines, required};
use base::{text_type, words};
use serde::{Deserialize, Serialize};

mod rules;
mod week;

pub use rules::{Languages, OrganisationRules};
pub use week::Weekday;

text_type! {
    /// What an organisation is called, 1 to 100 characters.
    OrganisationName, "organisation", 1..=100, Lines::One
}

words! {
    /// A language of the app and of its mails.
    pub enum Language: "language" {
        /// English.
        En = "en",
        /// Indonesian.
        Id = "id",
    }
}

/// The longest name of a time zone, in bytes; the longest of the database has 32.
const ZONE_BYTES: usize = 64;

/// The name of a time zone, by its form; whether there is one of this name, the platform knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeZone(String);

impl TimeZone {
    /// Parses a name of the IANA time zone database, such as `Asia/Jakarta`. An offset such as `+07:00` is none: it knows no
    /// summer time.
    ///
    /// # Errors
    /// `Invalid` naming `time_zone`, `required` or `malformed`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(required("time_zone"));
        }
        let is_part = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
        };
        if text.len() <= ZONE_BYTES && text.split('/').all(is_part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::unknown())
        }
    }

    /// The one that a clock is in where nobody has said another.
    #[must_use]
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// There is no such time zone.
    #[must_use]
    pub fn unknown() -> Refusal {
        Refusal::invalid("time_zone", "unknown_value", "There is no time zone of this name.")
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TimeZone {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse(&text)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn names_of_zones_are_taken_and_offsets_are_not() {
        for name in ["UTC", "Asia/Jakarta", "America/Argentina/Buenos_Aires", "Etc/GMT+7", " Asia/Makassar "] {
            assert_eq!(TimeZone::parse(name).unwrap().as_str(), name.trim());
        }
        for name in [
            "",
            " ",
            "+07:00",
            "Asia//Jakarta",
            "Asia/",
            "/Asia",
            "Asia/Jakarta;",
            "7",
            "Ásia/Jakarta",
            &"A".repeat(65),
        ] {
            assert!(TimeZone::parse(name).is_err(), "{name}");
        }
    }
}
