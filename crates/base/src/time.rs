//! Instants. In storage and between actors a time is integer milliseconds; in the public API it is RFC 3339 UTC with
//! milliseconds. [`Timestamp`] is the former; the [`rfc3339`] modules turn a field of a public type into the latter.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Serialises as an integer, always below 2^53 in size, so that it
/// survives the trip through a JavaScript number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// An instant that is kept as the API tells it, RFC 3339 text: for what stands alike in what is stored and in what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiTime(#[serde(with = "rfc3339")] pub Timestamp);

/// A text that is not an RFC 3339 date and time between the years 1 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not an RFC 3339 date and time, such as 2026-11-24T05:46:02.123Z")]
pub struct InvalidTime;

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z, the first instant that RFC 3339 text is written for.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999Z, the last one.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant `ms` milliseconds after 1970 in UTC, moved into [`Self::MIN`]..=[`Self::MAX`].
    #[must_use]
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// This instant moved by `ms` milliseconds, within [`Self::MIN`]..=[`Self::MAX`].
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self::from_ms(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `2026-11-24T05:46:02.123Z`. What lies outside of [`Self::MIN`]..=[`Self::MAX`] is written as the nearer bound.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let bounded = Self::from_ms(self.0);
        // Every instant between the bounds is a chrono date; the default is never met.
        let date: DateTime<Utc> = DateTime::from_timestamp_millis(bounded.0).unwrap_or_default();
        date.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Parses an RFC 3339 date and time with any offset; what is finer than a millisecond is cut off.
    ///
    /// # Errors
    /// [`InvalidTime`] if the text is not one, or lies outside of the years 1 to 9999 in UTC.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidTime> {
        let ms = DateTime::parse_from_rfc3339(text).map_err(|_| InvalidTime)?.timestamp_millis();
        let time = Self::from_ms(ms);
        if time.0 == ms { Ok(time) } else { Err(InvalidTime) }
    }
}

/// `#[serde(with = "rfc3339")]`: a [`Timestamp`] as RFC 3339 text, for types of the public API.
pub mod rfc3339 {
    use super::Timestamp;
    use serde::{Deserializer, Serializer, de};
    use std::fmt;

    /// Writes `2026-11-24T05:46:02.123Z`.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time.rfc3339())
    }

    /// Reads RFC 3339 text.
    ///
    /// # Errors
    /// If the value is not a text, or not such a text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        deserializer.deserialize_str(Text)
    }

    /// Parses from a borrowed text, so that reading a time allocates nothing.
    struct Text;

    impl de::Visitor<'_> for Text {
        type Value = Timestamp;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an RFC 3339 date and time")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
            Timestamp::parse_rfc3339(text).map_err(E::custom)
        }
    }

    /// `#[serde(with = "rfc3339::option")]`: an optional [`Timestamp`] as RFC 3339 text or null.
    pub mod option {
        use super::super::Timestamp;
        use serde::{Deserialize, Deserializer, Serializer};

        /// Writes RFC 3339 text or null.
        ///
        /// # Errors
        /// Only those of the serializer.
        pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
            match time {
                Some(time) => super::serialize(time, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads RFC 3339 text or null. A field that may be absent needs `#[serde(default)]` too.
        ///
        /// # Errors
        /// If the value is neither null nor such a text.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
            #[derive(Deserialize)]
            struct Text(#[serde(with = "super")] Timestamp);
            Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
        }
    }
}

#[cfg(test)]
mod tests;
