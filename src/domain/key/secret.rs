//! The text of an API key: `cek_<id>_<secret><seal>`.
//!
//! The id is 16 hexadecimal digits and no secret; the secret is 256 random bits; the seal is 32 bits of an HMAC over both under the
//! deployment's `ID_KEY`. So a key that was mistyped, made up, or made elsewhere is told without asking anybody, and never names an
//! object. The object of a key is named by the SHA-256 of its secret, as that of a session is: no store has the secret.

use std::fmt;

use base::hex;
use base::ids::{KeyId, OrgId, SessionName};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::domain::request::IdSeal;

/// What every key begins with, so that people, and programs that look for leaked secrets, know one.
const PREFIX: &str = "cek_";

/// A text that is no key of this deployment. It does not repeat the text, which may be nearly a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not an API key of this installation")]
pub struct NotOurs;

/// A key in full. Whoever has it may do what it may, so it is written nowhere but in the answer that hands it out.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySecret {
    id: KeyId,
    secret: [u8; 32],
}

impl KeySecret {
    /// The key of this id with these random bytes.
    #[must_use]
    pub const fn of(id: KeyId, random: [u8; 32]) -> Self {
        Self { id, secret: random }
    }

    /// Reads a key that `seal` made for `org`.
    ///
    /// # Errors
    /// [`NotOurs`] for any other text.
    pub fn parse(text: &str, org: &OrgId, seal: &IdSeal) -> Result<Self, NotOurs> {
        let (id, rest) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(NotOurs)?;
        let (secret, sealed) = rest.split_at_checked(64).ok_or(NotOurs)?;
        let key = Self { id: id.parse().map_err(|_| NotOurs)?, secret: bytes(secret).ok_or(NotOurs)? };
        let is_ours = sealed.as_bytes().ct_eq(key.seal(org, seal).as_bytes());
        if bool::from(is_ours) { Ok(key) } else { Err(NotOurs) }
    }

    /// Which key it is.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The name of its object: the secret's SHA-256.
    #[must_use]
    pub fn session(&self) -> SessionName {
        SessionName::of(&self.secret)
    }

    /// The key as it is handed out.
    #[must_use]
    pub fn text(&self, org: &OrgId, seal: &IdSeal) -> String {
        format!("{PREFIX}{}_{}{}", self.id, hex(&self.secret), self.seal(org, seal))
    }

    fn seal(&self, org: &OrgId, seal: &IdSeal) -> String {
        hex(&seal.over_key(org, self.id.as_str(), &self.secret))
    }
}

impl fmt::Debug for KeySecret {
    /// Not the secret: one that reaches a log is a key given away.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeySecret({})", self.id)
    }
}

/// 32 bytes of 64 lower-case hexadecimal digits.
fn bytes(text: &str) -> Option<[u8; 32]> {
    let digits = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    let read: Option<Vec<u8>> = text.as_bytes().chunks(2).map(digits).collect();
    read?.try_into().ok()
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> IdSeal {
        IdSeal::new(&[7; 32]).unwrap()
    }

    fn org(name: &str) -> OrgId {
        name.parse().unwrap()
    }

    fn key() -> KeySecret {
        KeySecret::of("0123456789abcdef".parse().unwrap(), [0xa5; 32])
    }

    #[test]
    fn a_key_is_read_where_it_was_made_and_nowhere_else() {
        let text = key().text(&org("default"), &seal());
        assert_eq!(text.len(), 4 + 16 + 1 + 64 + 8);
        assert!(text.starts_with("cek_0123456789abcdef_a5a5"));
        assert_eq!(KeySecret::parse(&text, &org("default"), &seal()), Ok(key()));
        assert_eq!(KeySecret::parse(&text, &org("other"), &seal()), Err(NotOurs));
        let other = IdSeal::new(&[8; 32]).unwrap();
        assert_eq!(KeySecret::parse(&text, &org("default"), &other), Err(NotOurs));
    }

    #[test]
    fn a_key_with_any_character_changed_is_told_without_a_look_up() {
        let text = key().text(&org("default"), &seal());
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(KeySecret::parse(&changed, &org("default"), &seal()), Err(NotOurs), "{at}");
        }
        let longer = format!("{text}0");
        for wrong in [&text[..text.len() - 1], &longer, &text.to_uppercase(), "", "cek_", "cek__", "Bearer", "cek_ü_ü"]
        {
            assert_eq!(KeySecret::parse(wrong, &org("default"), &seal()), Err(NotOurs), "{wrong}");
        }
    }

    #[test]
    fn a_key_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", key()), "KeySecret(0123456789abcdef)");
    }
}
