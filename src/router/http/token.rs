//! The token in the session cookie: a JSON Web Token (RFC 7519), signed with HMAC-SHA-256.
//!
//! It says which session to ask and who its user was when it was issued, so that the router can start on a request
//! while the SessionObject is being asked. It is a routing hint: the SessionObject decides.
//!
//! Architecture invariants: nothing in a token chooses how it is checked. There is one algorithm, and one header per key,
//! compared byte for byte: another `alg`, an unknown `kid`, a `jwk`, `jku`, `x5u` or `crit` is another header. No claim
//! is read before the signature holds.

mod hs256;
mod keys;
mod session_id;
#[cfg(test)]
mod tests;

use base::ids::{OrgId, UserId};
use jsonwebtoken::errors::ErrorKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::user::Role;

pub use keys::{InvalidKeys, Keys};
pub use session_id::{InvalidSessionId, NoRandomness, SessionId};

/// The longest token that is issued or read, in bytes. A browser drops a cookie that is longer than 4,096 bytes with its
/// name and attributes, and says nothing.
pub const MAX_TOKEN_BYTES: usize = 3_800;

/// How far the clock that is to make a token valid may be ahead of ours, in seconds. Expiry has no such leeway.
pub const CLOCK_LEEWAY_S: i64 = 60;

/// How much later than now a token may say that it was issued, in seconds. The signature says that it was, and the
/// session whether it holds: a clock that goes back by an hour must not sign out whoever signed in during that hour.
pub const ISSUED_LEEWAY_S: i64 = 2 * 60 * 60;

const ISSUER: &str = "cepatedge";
const AUDIENCE: &str = "cepatedge-session";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The session; its object is named by `sid.name()`.
    pub sid: SessionId,
    /// The user.
    pub sub: UserId,
    /// The organisation.
    pub org: OrgId,
    /// The user's role when the token was issued.
    pub role: Role,
    /// The user's name when the token was issued.
    pub name: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// From when on it is refused, in seconds since 1970.
    pub exp: i64,
}

/// Why a token is refused. For logs: the client is told `unauthenticated`, whichever it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenRefusal {
    /// It is not three parts of base64url with the expected JSON inside, or it is too long.
    #[error("the token is malformed")]
    Malformed,
    /// Its header is not one of ours: another algorithm, an unknown key, or something more.
    #[error("the token's header is not one of ours")]
    ForeignHeader,
    /// The signature is not that of the header's key.
    #[error("the token's signature does not hold")]
    BadSignature,
    /// It was made by another issuer or for another audience.
    #[error("the token was made for another purpose")]
    ForeignPurpose,
    /// It is over.
    #[error("the token has expired")]
    Expired,
    /// It was issued, or is to be valid, later than now.
    #[error("the token is not valid yet")]
    NotYetValid,
}

impl From<&ErrorKind> for TokenRefusal {
    fn from(kind: &ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidSignature => TokenRefusal::BadSignature,
            ErrorKind::InvalidAlgorithm => TokenRefusal::ForeignHeader,
            ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => TokenRefusal::ForeignPurpose,
            // The library's list may grow; whatever it is, the token is not one of ours.
            _ => TokenRefusal::Malformed,
        }
    }
}

/// A token cannot be issued because it would not fit into a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the token would be longer than {MAX_TOKEN_BYTES} bytes")]
pub struct TokenTooLong;

/// A token's payload. Unknown claims are let through: during a rollout a newer router may add one.
#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sid: SessionId,
    sub: UserId,
    org: OrgId,
    role: Role,
    name: String,
    iat: i64,
    exp: i64,
    /// Never issued, but RFC 7519 wants it kept where it is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

/// A token that says `claims`, signed with the current key.
///
/// # Errors
/// [`TokenTooLong`] when the user's name is so long that the token would not fit into a cookie.
pub fn issue(keys: &Keys, claims: &Claims) -> Result<String, TokenTooLong> {
    let payload = Payload {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sid: claims.sid.clone(),
        sub: claims.sub,
        org: claims.org.clone(),
        role: claims.role,
        name: claims.name.clone(),
        iat: claims.iat,
        exp: claims.exp,
        nbf: None,
    };
    let token = keys.sign(&payload).map_err(|_| TokenTooLong)?;
    if token.len() <= MAX_TOKEN_BYTES { Ok(token) } else { Err(TokenTooLong) }
}

/// What a token says, if it is one of ours and holds at `now_s`, in seconds since 1970. The
/// time is the caller's to give: reading a clock may trap in a Worker. A text that was genuine once is genuine for as long
/// as `keys` lives; its times are checked each time.
///
/// # Errors
/// The first reason, in the order of [`TokenRefusal`], for which it is refused.
pub fn verify(keys: &Keys, text: &str, now_s: i64) -> Result<Claims, TokenRefusal> {
    if let Some(claims) = keys.recall(text) {
        return check_times(claims.iat, None, claims.exp, now_s).map(|()| claims);
    }
    if text.len() > MAX_TOKEN_BYTES {
        return Err(TokenRefusal::Malformed);
    }
    let (message, _) = text.rsplit_once('.').ok_or(TokenRefusal::Malformed)?;
    let (header, _) = message.split_once('.').ok_or(TokenRefusal::Malformed)?;
    let key = keys.of(header).ok_or(TokenRefusal::ForeignHeader)?;
    let payload: Payload = key.read(text).map_err(|error| TokenRefusal::from(error.kind()))?;
    let Payload { sid, sub, org, role, name, iat, exp, nbf, .. } = payload;
    check_times(iat, nbf, exp, now_s)?;
    let claims = Claims { sid, sub, org, role, name, iat, exp };
    // One that is to be valid from some time on was not made here; it is read anew each time.
    if nbf.is_none() {
        keys.remember(text, &claims);
    }
    Ok(claims)
}

fn check_times(iat: i64, nbf: Option<i64>, exp: i64, now_s: i64) -> Result<(), TokenRefusal> {
    if exp <= now_s {
        return Err(TokenRefusal::Expired);
    }
    let valid_by = now_s.saturating_add(CLOCK_LEEWAY_S);
    if iat > now_s.saturating_add(ISSUED_LEEWAY_S) || nbf.is_some_and(|nbf| nbf > valid_by) {
        return Err(TokenRefusal::NotYetValid);
    }
    Ok(())
}
