//! The signing keys of the token, from the secret `JWT_KEYS`.
//!
//! Architecture invariant: no key, nor part of one, is shown by `Debug` or in an error.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error;

/// The shortest signing key, in bytes: RFC 7518 section 3.2 asks for no less than the hash's size.
const MIN_KEY_BYTES: usize = 32;

/// The signing keys: one signs, all verify. A rotation adds a key, makes it current, and drops the old one when the last
/// token that it signed has expired.
#[derive(Clone)]
pub struct Keys {
    /// The current key's header, in base64url as it stands in a token.
    header: String,
    signer: Key,
    by_header: BTreeMap<String, Key>,
}

/// One key, ready for use.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// Whether `signature` is this key's of `message`; it takes the same time wherever they differ.
    pub(super) fn signed(&self, message: &str, signature: &[u8]) -> bool {
        self.0.clone().chain_update(message).verify_slice(signature).is_ok()
    }
}

/// `JWT_KEYS` cannot be used. No variant repeats what was written there: it is a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidKeys {
    /// The text is not JSON of the form.
    #[error(r#"JWT_KEYS is not {{"current":"<kid>","keys":{{"<kid>":"<base64>"}}}} (line {line}, column {column})"#)]
    NotOfTheForm {
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
    /// A key's name is not 1 to 32 of `A-Z a-z 0-9 - _`.
    #[error("JWT_KEYS: key number {number} has a name that is not 1 to 32 of A-Z a-z 0-9 - _")]
    BadName {
        /// Which one, in the order of their names, from 1.
        number: usize,
    },
    /// A key is not base64 of at least [`MIN_KEY_BYTES`] bytes.
    #[error("JWT_KEYS: key {kid} is not base64 of at least {MIN_KEY_BYTES} bytes")]
    BadKey {
        /// The key's name.
        kid: String,
    },
    /// The current key is not among the keys.
    #[error("JWT_KEYS: the current key is not among the keys")]
    NoCurrent,
}

impl Keys {
    /// Reads `{"current":"k1","keys":{"k1":"<base64 of at least 32 bytes>"}}`.
    ///
    /// # Errors
    /// [`InvalidKeys`], without any of the secret in it.
    pub fn parse(json: &str) -> Result<Keys, InvalidKeys> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            current: String,
            keys: BTreeMap<String, String>,
        }
        // The cause is cut down to its place: serde_json's message may quote the value, which is a key.
        let written: Written = serde_json::from_str(json)
            .map_err(|error| InvalidKeys::NotOfTheForm { line: error.line(), column: error.column() })?;
        let mut by_header = BTreeMap::new();
        for (number, (kid, secret)) in (1..).zip(written.keys) {
            if !is_key_name(&kid) {
                return Err(InvalidKeys::BadName { number });
            }
            let secret = STANDARD.decode(secret).ok().filter(|secret| secret.len() >= MIN_KEY_BYTES);
            let key = secret.and_then(|secret| Hmac::new_from_slice(&secret).ok().map(Key));
            let Some(key) = key else { return Err(InvalidKeys::BadKey { kid }) };
            by_header.insert(header_of(&kid), key);
        }
        let header = header_of(&written.current);
        let signer = by_header.get(&header).cloned().ok_or(InvalidKeys::NoCurrent)?;
        Ok(Keys { header, signer, by_header })
    }

    /// The header of new tokens, in base64url.
    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// The current key's signature of `message`.
    pub(super) fn sign(&self, message: &str) -> [u8; 32] {
        self.signer.0.clone().chain_update(message).finalize().into_bytes().into()
    }

    /// The key whose tokens have this header, in base64url.
    pub(super) fn of(&self, header: &str) -> Option<&Key> {
        self.by_header.get(header)
    }
}

impl fmt::Debug for Keys {
    /// How many, and nothing of them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keys({})", self.by_header.len())
    }
}

/// The header of the tokens that the key signs. The name needs no escaping: see [`is_key_name`].
fn header_of(kid: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"JWT"}}"#))
}

fn is_key_name(kid: &str) -> bool {
    (1..=32).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
