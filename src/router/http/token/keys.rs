//! The signing keys of the token, from the secret `JWT_KEYS`.
//!
//! Architecture invariant: no key, nor part of one, is shown by `Debug` or in an error.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{AUDIENCE, Claims, ISSUER, hs256};

/// The shortest signing key, in bytes: RFC 7518 section 3.2 asks for no less than the hash's size.
const MIN_KEY_BYTES: usize = 32;

/// The signing keys: one signs, all verify. A rotation adds a key, makes it current, and drops the old one when the last
/// token that it signed has expired.
pub struct Keys {
    header: Header,
    signer: EncodingKey,
    /// Each key by its header, in base64url as it stands in a token.
    by_header: BTreeMap<String, Key>,
    /// What genuine tokens say, by their text: a browser sends the same one for ten minutes.
    genuine: RefCell<HashMap<String, Claims>>,
}

/// So many tokens are remembered, of at most [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES) each; then the memory starts anew.
const MOST_GENUINE: usize = 1_024;

/// One key, ready to verify.
#[derive(Clone)]
pub(super) struct Key(DecodingKey);

impl Key {
    /// The payload of a token that this key signed, for us and by us. Times are the caller's to check: the library's
    /// clock traps in a Worker.
    pub(super) fn read<T: DeserializeOwned>(&self, token: &str) -> Result<T, jsonwebtoken::errors::Error> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.validate_exp = false;
        decode(token, &self.0, &validation).map(|token| token.claims)
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
        let written: Written = base::json::from_str(json)
            .map_err(|error| InvalidKeys::NotOfTheForm { line: error.line(), column: error.column() })?;
        hs256::install();
        let (mut signer, mut by_header) = (None, BTreeMap::new());
        for (number, (kid, secret)) in (1..).zip(written.keys) {
            if !is_key_name(&kid) {
                return Err(InvalidKeys::BadName { number });
            }
            let Some(secret) = STANDARD.decode(secret).ok().filter(|secret| secret.len() >= MIN_KEY_BYTES) else {
                return Err(InvalidKeys::BadKey { kid });
            };
            if kid == written.current {
                signer = Some(EncodingKey::from_secret(&secret));
            }
            by_header.insert(encoded(&header_of(&kid)), Key(DecodingKey::from_secret(&secret)));
        }
        let signer = signer.ok_or(InvalidKeys::NoCurrent)?;
        Ok(Keys { header: header_of(&written.current), signer, by_header, genuine: RefCell::default() })
    }

    /// A token of `payload`, signed with the current key.
    pub(super) fn sign(&self, payload: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        encode(&self.header, payload, &self.signer)
    }

    /// What this text says, if it was found genuine before. Its times are the caller's to check, each time.
    pub(super) fn recall(&self, text: &str) -> Option<Claims> {
        self.genuine.borrow().get(text).cloned()
    }

    /// Keeps what a genuine token says.
    pub(super) fn remember(&self, text: &str, claims: &Claims) {
        let mut genuine = self.genuine.borrow_mut();
        if genuine.len() >= MOST_GENUINE {
            genuine.clear();
        }
        genuine.insert(text.to_owned(), claims.clone());
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.genuine.borrow().len()
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

/// The header of the tokens that the key signs.
fn header_of(kid: &str) -> Header {
    Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) }
}

/// A header as it stands in a token.
fn encoded(header: &Header) -> String {
    // A struct of texts is always JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(header).unwrap_or_default())
}

fn is_key_name(kid: &str) -> bool {
    (1..=32).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
