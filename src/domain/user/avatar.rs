//! A portrait of somebody: which it is, in which sizes it is there.

use std::fmt;
use std::str::FromStr;

use base::ids::{InvalidId, UserId};
use base::{hex, words};
use serde::{Deserialize, Serialize};

use crate::domain::file::FileKind;

/// The most bytes of a portrait, in each of its sizes.
pub const MAX_BYTES: i64 = 200_000;

words! {
    /// The sizes of a portrait: pixels of each side.
    pub enum AvatarSize: "size" {
        /// For a page about somebody.
        Large = "512",
        /// For a list.
        Medium = "192",
        /// For a line of text.
        Small = "64",
    }
}

impl AvatarSize {
    /// Pixels of each side.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Large => 512,
            Self::Medium => 192,
            Self::Small => 64,
        }
    }
}

/// A portrait: the first letter of what kind of file it is, and half of the SHA-256 of its largest size. Another portrait is another
/// address, so that whoever has one need not ask again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct AvatarId(String);

impl AvatarId {
    /// The portrait whose largest size is of this kind and has this hash; none where browsers do not show that kind.
    #[must_use]
    pub fn of(kind: FileKind, sha256: &[u8; 32]) -> Option<Self> {
        let letter = match kind {
            FileKind::Jpeg => 'j',
            FileKind::Png => 'p',
            FileKind::Webp => 'w',
            _ => return None,
        };
        let (half, _) = sha256.split_at(16);
        Some(Self(format!("{letter}{}", hex(half))))
    }

    /// What kind of file it is.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        match self.0.as_bytes().first() {
            Some(b'j') => FileKind::Jpeg,
            Some(b'p') => FileKind::Png,
            _ => FileKind::Webp,
        }
    }

    /// The portrait as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AvatarId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex =
            |rest: &str| rest.len() == 32 && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match text.strip_prefix(['j', 'p', 'w']) {
            Some(rest) if is_hex(rest) => Ok(Self(text.to_owned())),
            _ => Err(InvalidId { kind: "avatar" }),
        }
    }
}

impl TryFrom<String> for AvatarId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AvatarId> for String {
    fn from(avatar: AvatarId) -> Self {
        avatar.0
    }
}

impl fmt::Display for AvatarId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Somebody who has a portrait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Portrayed {
    /// Who.
    pub id: UserId,
    /// Their portrait.
    pub avatar: AvatarId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portrait_is_its_kind_and_its_hash() {
        let avatar = AvatarId::of(FileKind::Webp, &[0xab; 32]).unwrap();
        assert_eq!((avatar.as_str(), avatar.kind()), (&*format!("w{}", "ab".repeat(16)), FileKind::Webp));
        assert_eq!(avatar.as_str().parse(), Ok(avatar));
        assert_eq!(AvatarId::of(FileKind::Gif, &[0; 32]), None);
        for other in ["", "w", "x00112233445566778899aabbccddeeff", "w00112233445566778899AABBCCDDEEFF", "../../w"] {
            assert!(other.parse::<AvatarId>().is_err(), "{other}");
        }
    }
}
