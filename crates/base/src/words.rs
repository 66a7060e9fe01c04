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
#[macro_export]
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

            /// The variant's word, for where its vocabulary is not known.
            #[must_use]
            pub const fn word(self) -> $crate::refusal::Word {
                $crate::refusal::Word::Borrowed(self.as_str())
            }

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
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::words::UnknownWord { vocabulary: $vocabulary }),
                }
            }
        }
    };
}
