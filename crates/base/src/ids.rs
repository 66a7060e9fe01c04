//! Typed identifiers. An id is parsed once, at the edge; after that its type says what it names.
//!
//! The text ids refuse on the way in what could not be part of an actor's name (`{org}/{…}`): no slash, no space, no
//! control character, bounded length. Deserialising checks the same as `FromStr`, so a message cannot smuggle one in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::{hex::hex, time::Timestamp};

/// A text that is not an id of the kind asked for. It does not repeat the text, which is the client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a valid {kind}")]
pub struct InvalidId {
    /// The kind of id that was asked for, for example `request id`.
    pub kind: &'static str,
}

/// Declares an id that is a UUID: `uuid_id! { /// A user account.  UserId, "user id" }`.
#[macro_export]
macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident, $kind:literal) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
        pub struct $name(pub ::uuid::Uuid);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0.hyphenated(), formatter)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ids::InvalidId;

            /// Accepts the hyphenated form of 36 characters alone, in either case (RFC 9562 section 4).
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::ids::hyphenated(text).map(Self).ok_or($crate::ids::InvalidId { kind: $kind })
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $is_valid:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(mut text: String) -> Result<Self, Self::Error> {
                let is_valid: fn(&mut String) -> bool = $is_valid;
                if is_valid(&mut text) { Ok(Self(text)) } else { Err(InvalidId { kind: $kind }) }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }
    };
}

uuid_id! {
    /// A user account.
    UserId, "user id"
}

text_id! {
    /// An organisation: 1 to 63 of `a-z`, `0-9` and `-`, not beginning with `-`. The first half of every actor's name.
    OrgId, "organisation id", |text| {
        within(text, 63)
            && !text.starts_with('-')
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    }
}

text_id! {
    /// A log entry, chosen by who writes it, so that an entry delivered twice is stored once. 1 to 120 of `A-Z a-z 0-9 - _`.
    EntryId, "log entry id", |text| {
        within(text, 120) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    }
}

text_id! {
    /// One HTTP request on its way through the system (the `request_id` of logs and problems): a UUID as text.
    TraceId, "trace id", |text| {
        text.make_ascii_lowercase();
        hyphenated(text).is_some()
    }
}

text_id! {
    /// The name of a session's object: lower-case hexadecimal SHA-256 of the 256-bit session id, so that no store
    /// reveals a session.
    SessionName, "session name", |text| {
        text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

text_id! {
    /// An API key, as lists and logs name it: 16 lower-case hexadecimal digits. It is no secret.
    KeyId, "API key", |text| {
        text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

text_id! {
    /// A client's `Idempotency-Key`: 1 to 255 printable ASCII characters without a space.
    IdempotencyKey, "idempotency key", |text| within(text, 255) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl TraceId {
    /// A new trace id: UUID version 7 of `now` and ten random bytes.
    #[must_use]
    pub fn new(now: Timestamp, random: &[u8; 10]) -> Self {
        let millis = u64::try_from(now.as_ms()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid().hyphenated().to_string())
    }
}

impl SessionName {
    /// The name of the session with this id.
    #[must_use]
    pub fn of(session_id: &[u8; 32]) -> Self {
        Self(hex(&Sha256::digest(session_id)))
    }
}

impl EntryId {
    /// The id of the `n`th entry that one HTTP request writes.
    #[must_use]
    pub fn of_trace(trace: &TraceId, n: u32) -> Self {
        Self(format!("{trace}-{n}"))
    }

    /// The id of the entry that an event of `subject` writes, equal on every delivery of that event. The subject is named by
    /// a UUID.
    #[must_use]
    pub fn of_event(subject: Uuid, epoch: i64, seq: i64) -> Self {
        Self(format!("{subject}-{epoch}-{seq}"))
    }
}

fn within(text: &str, max_bytes: usize) -> bool {
    (1..=max_bytes).contains(&text.len())
}

/// The UUID that a text spells out in the hyphenated form.
#[doc(hidden)]
pub fn hyphenated(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

#[cfg(test)]
mod tests;
