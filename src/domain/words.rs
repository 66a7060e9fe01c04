//! Closed vocabularies: enums of which every variant has exactly one word, the same in JSON, SQL, URLs and logs.
//!
//! The `words!` macro gives such an enum its serde form, `as_str`, `Display`, `FromStr` and `ALL`, so that a word is
//! written once and cannot differ between the places that use it.

use thiserror::Error;

/// A text that is none of the words of a vocabulary. It does not repeat the text, which is the client's and may be long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a known {vocabulary}")]
pub struct UnknownWord {
    /// The vocabulary that was asked, for example `status`.
    pub vocabulary: &'static str,
}

/// Declares an enum with one fixed word per variant; see the module's header. (A word is matched as `tt`: a macro hands a
/// `literal` on inside an invisible group, in which utoipa does not find it.)
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident: $vocabulary:literal {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:tt, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $( $(#[$variant_meta])* #[serde(rename = $word)] $variant, )+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The variant's word, as it stands in JSON, SQL and URLs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::domain::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::domain::words::UnknownWord { vocabulary: $vocabulary }),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::UnknownWord;
    use crate::domain::{Action, Level, Priority, Role, Sort, Status, StreamName, Visibility};
    use serde::{Serialize, de::DeserializeOwned};
    use std::{fmt::Debug, str::FromStr};

    fn says_the_same_everywhere<W>(all: &[W], words: &[&str])
    where
        W: Copy + Debug + PartialEq + ToString + Serialize + DeserializeOwned + FromStr<Err = UnknownWord>,
    {
        assert_eq!(all.iter().map(ToString::to_string).collect::<Vec<_>>(), words);
        for (&value, &word) in all.iter().zip(words) {
            assert_eq!(word.parse::<W>(), Ok(value));
            assert_eq!(serde_json::to_value(value).unwrap(), serde_json::json!(word));
            assert_eq!(serde_json::from_value::<W>(serde_json::json!(word)).unwrap(), value);
        }
        for stranger in ["", " ", "SUBMITTED", "submitted ", "\0", "ünknown"] {
            assert!(stranger.parse::<W>().is_err(), "{stranger:?} was accepted");
        }
    }

    #[test]
    fn each_word_is_the_same_in_json_and_in_text() {
        says_the_same_everywhere(
            Status::ALL,
            &[
                "submitted",
                "approved",
                "rejected",
                "assigned",
                "in_progress",
                "on_hold",
                "completed",
                "closed",
                "cancelled",
            ],
        );
        says_the_same_everywhere(Priority::ALL, &["low", "normal", "high", "urgent"]);
        says_the_same_everywhere(
            Action::ALL,
            &["approve", "reject", "assign", "start", "hold", "resume", "complete", "close", "reopen", "cancel"],
        );
        says_the_same_everywhere(Role::ALL, &["requester", "technician", "manager", "admin"]);
        says_the_same_everywhere(Visibility::ALL, &["public", "internal"]);
        says_the_same_everywhere(Level::ALL, &["debug", "info", "warn", "error"]);
        says_the_same_everywhere(StreamName::ALL, &["http", "auth", "audit", "requests", "mail", "sync", "system"]);
        says_the_same_everywhere(Sort::ALL, &["-created", "created", "-updated"]);
    }

    #[cfg(feature = "openapi")]
    #[test]
    fn the_openapi_document_has_the_same_words() {
        fn schema_of<W: utoipa::PartialSchema>() -> serde_json::Value {
            serde_json::to_value(W::schema()).unwrap()["enum"].take()
        }
        assert_eq!(schema_of::<Status>(), serde_json::to_value(Status::ALL).unwrap());
        assert_eq!(schema_of::<Sort>(), serde_json::to_value(Sort::ALL).unwrap());
    }
}
