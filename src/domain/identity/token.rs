//! What a provider says of a person: the ID token (OpenID Connect Core 1.0 section 2). The keys that it is signed with are in [`keys`].
//!
//! Architecture invariants: nothing in a token chooses how it is checked. Two algorithms are taken, RS256 and ES256, each with keys of
//! its own kind; keys come from the provider's own address alone, never from the token. No claim is gone by before the signature holds.

mod keys;

use base::hex;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::domain::user::{Email, PersonName};

pub use keys::{are_keys, choose};

/// How far the provider's clock may be from ours, in seconds: as for our own tokens.
pub const CLOCK_LEEWAY_S: i64 = 60;

/// The longest token that is read, in bytes. Tokens with many groups in them are long.
const MAX_TOKEN_BYTES: usize = 32_768;

/// The longest `sub`, in bytes (OpenID Connect Core 1.0 section 2).
const MAX_SUBJECT_BYTES: usize = 255;

/// Why a token is not believed. For logs: people are told that it is not, whichever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenFault {
    /// It is not three parts of base64url with the expected JSON inside, or it is too long.
    #[error("the token is malformed")]
    Malformed,
    /// It is signed with neither RS256 nor ES256, or not at all.
    #[error("the token's algorithm is not taken")]
    Algorithm,
    /// It has something in its header that must be understood and is not (RFC 7515 section 4.1.11).
    #[error("the token's header has something critical")]
    Critical,
    /// None of the provider's keys is the one that it names.
    #[error("the token's key is not the provider's")]
    UnknownKey,
    /// The provider's key is too short, or not of the kind that the algorithm wants.
    #[error("the provider's key cannot be used")]
    UnusableKey,
    /// The signature is not that of the key.
    #[error("the token's signature does not hold")]
    Signature,
    /// Somebody else issued it.
    #[error("the token is of another issuer")]
    Issuer,
    /// It was issued for somebody else.
    #[error("the token is for somebody else")]
    Audience,
    /// It was made for another attempt.
    #[error("the token is of another attempt")]
    Nonce,
    /// It is over.
    #[error("the token has expired")]
    Expired,
    /// It was issued, or is to be valid, later than now.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It does not say when they proved who they are, which it was asked for.
    #[error("the token does not say when they proved who they are")]
    NoAuthTime,
    /// They proved who they are before they were asked to, or later than now.
    #[error("they were let in by the provider without proving anew who they are")]
    OldAuthTime,
    /// It is about nobody, or the provider's other word is about somebody else.
    #[error("the token is about nobody")]
    Subject,
}

/// The algorithms that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Its name (RFC 7518 section 3.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// A token whose signature has not been checked.
#[derive(Debug)]
pub struct Unverified<'t> {
    /// What the header says that it is signed with.
    pub algorithm: Algorithm,
    /// The signed part.
    pub message: &'t str,
    /// The signature.
    pub signature: Vec<u8>,
    key: Option<String>,
    payload: String,
}

/// Takes a token apart.
///
/// # Errors
/// `Malformed`, `Algorithm`, `Critical`.
pub fn parse(token: &str) -> Result<Unverified<'_>, TokenFault> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenFault::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(TokenFault::Malformed)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Malformed);
    let text = |part: &str| String::from_utf8(decoded(part)?).map_err(|_| TokenFault::Malformed);
    let header: Header = base::json::from_str(&text(header)?).map_err(|_| TokenFault::Malformed)?;
    let algorithm = match header.alg.as_str() {
        "RS256" => Algorithm::Rs256,
        "ES256" => Algorithm::Es256,
        _ => return Err(TokenFault::Algorithm),
    };
    if header.crit.is_some() {
        return Err(TokenFault::Critical);
    }
    Ok(Unverified { algorithm, message, signature: decoded(signature)?, key: header.kid, payload: text(payload)? })
}

/// What a token must be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'e> {
    /// Who issues.
    pub issuer: &'e str,
    /// For whom.
    pub client_id: &'e str,
    /// The word that the attempt gave the provider.
    pub nonce: &'e str,
    /// The time, in seconds since 1970.
    pub now_s: i64,
    /// Since when they must have proved who they are, in seconds since 1970, where that is what they were sent for.
    pub proved_since_s: Option<i64>,
}

/// Whether an address is the person's, as far as the provider says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It says that it is.
    Yes,
    /// It says that it is not.
    No,
    /// It says nothing.
    Unsaid,
}

/// What a provider says of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who they are there, for ever.
    pub subject: String,
    /// Their address, where it is one that an account here can have.
    pub email: Option<Email>,
    /// Whether it is theirs.
    pub verified: Verified,
    /// What they are called.
    pub name: Option<PersonName>,
    /// When they proved there who they are, in seconds since 1970, where it is said: they may have been let in by a session of the
    /// provider's own.
    pub auth_time_s: Option<i64>,
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    auth_time: Option<Value>,
    #[serde(default)]
    email: Option<Value>,
    #[serde(default)]
    email_verified: Option<Value>,
    #[serde(default)]
    xms_edov: Option<Value>,
    #[serde(default)]
    name: Option<Value>,
}

/// What is said of a person, in the token or at the userinfo address.
#[derive(Deserialize)]
struct Person {
    sub: String,
    #[serde(default)]
    email: Option<Value>,
    #[serde(default)]
    email_verified: Option<Value>,
    /// Microsoft's: the domain's owner has verified the address.
    #[serde(default)]
    xms_edov: Option<Value>,
    #[serde(default)]
    name: Option<Value>,
}

impl Unverified<'_> {
    /// The claims of a token whose signature holds, if it is what it must be (OpenID Connect Core 1.0 section 3.1.3.7).
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn claims(&self, expected: &Expected<'_>) -> Result<Claims, TokenFault> {
        let payload: Payload = base::json::from_str(&self.payload).map_err(|_| TokenFault::Malformed)?;
        if payload.iss != expected.issuer {
            return Err(TokenFault::Issuer);
        }
        let is_us = |value: &Value| value.as_str() == Some(expected.client_id);
        let (is_for_us, is_for_many) = match &payload.aud {
            Value::Array(list) => (list.iter().any(is_us), list.len() > 1),
            one => (is_us(one), false),
        };
        let is_by_us = match payload.azp.as_deref() {
            Some(azp) => azp == expected.client_id,
            // For several at once it has to say to whom it was issued.
            None => !is_for_many,
        };
        if !is_for_us || !is_by_us {
            return Err(TokenFault::Audience);
        }
        if payload.nonce.as_deref().is_none_or(|nonce| digest(nonce) != digest(expected.nonce)) {
            return Err(TokenFault::Nonce);
        }
        let latest = expected.now_s.saturating_add(CLOCK_LEEWAY_S);
        if payload.exp <= expected.now_s.saturating_sub(CLOCK_LEEWAY_S) {
            return Err(TokenFault::Expired);
        }
        if payload.iat > latest || payload.nbf.is_some_and(|from| from > latest) {
            return Err(TokenFault::NotYetValid);
        }
        if payload.sub.is_empty() || payload.sub.len() > MAX_SUBJECT_BYTES || payload.sub.contains(char::is_control) {
            return Err(TokenFault::Subject);
        }
        let auth_time_s = payload.auth_time.as_ref().and_then(Value::as_i64);
        if let Some(since_s) = expected.proved_since_s {
            let at_s = auth_time_s.ok_or(TokenFault::NoAuthTime)?;
            if at_s < since_s.saturating_sub(CLOCK_LEEWAY_S) || at_s > latest {
                return Err(TokenFault::OldAuthTime);
            }
        }
        let Payload { sub, email, email_verified, xms_edov, name, .. } = payload;
        Ok(Claims { auth_time_s, ..Person { sub, email, email_verified, xms_edov, name }.claims() })
    }
}

/// Hashes are compared, so that the time of a comparison tells nothing.
fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

impl Person {
    fn claims(self) -> Claims {
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let verified = match self.email_verified.as_ref().and_then(truth) {
            Some(true) => Verified::Yes,
            Some(false) => Verified::No,
            None if self.xms_edov.as_ref().and_then(truth) == Some(true) => Verified::Yes,
            None => Verified::Unsaid,
        };
        Claims {
            subject: self.sub,
            email: text(self.email).and_then(|email| Email::parse(&email).ok()),
            verified,
            name: text(self.name).and_then(|name| PersonName::parse(&name).ok()),
            auth_time_s: None,
        }
    }
}

/// Yes or no; some providers write it as a text or a number.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) if text == "true" || text == "1" => Some(true),
        Value::String(text) if text == "false" || text == "0" => Some(false),
        Value::Number(number) => number.as_u64().map(|number| number == 1),
        _ => None,
    }
}

/// What the userinfo address says, where the token had no address in it (OpenID Connect Core 1.0 section 5.3.2).
///
/// # Errors
/// `Malformed`; `Subject` when it is about somebody else than the token.
pub fn userinfo(text: &str, subject: &str) -> Result<Claims, TokenFault> {
    let said: Person = base::json::from_str(text).map_err(|_| TokenFault::Malformed)?;
    if said.sub != subject {
        return Err(TokenFault::Subject);
    }
    Ok(said.claims())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
