//! What an exchange knows of factors: keys, random bytes, the object that counts tries, the origins whose pages may ask.

use base::ids::UserId;
use base::refusal::Refusal;
use durable::clock;
use serde::Serialize;

use crate::domain::factor::{Factors, Purpose};
use crate::objects::account::api::AccountKey;
use crate::router::context::Exchange;

/// How long a page may wait for its user, in milliseconds: as long as a challenge lasts.
const TIMEOUT_MS: i64 = crate::domain::factor::sealed::LASTS_MS;

/// What `navigator.credentials.get` is given, in the JSON of the standard (WebAuthn level 3, section 5.1.10).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyRequest {
    /// What the passkey signs, once.
    pub challenge: String,
    /// Whose passkeys.
    pub rp_id: String,
    /// Which of them; empty for any.
    pub allow_credentials: Vec<Descriptor>,
    /// `required` where the passkey stands alone, else `preferred`.
    pub user_verification: &'static str,
    /// In milliseconds.
    pub timeout: i64,
}

/// Which passkey.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Descriptor {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its id, in base64url.
    pub id: String,
}

/// The object that has somebody's sessions, and counts the tries at their codes.
pub fn account_of(exchange: &Exchange<'_>, user: UserId) -> AccountKey {
    AccountKey::User { org: exchange.org().clone(), user }
}

/// A new challenge.
///
/// # Errors
/// As [`random`].
pub fn challenge(exchange: &Exchange<'_>, purpose: Purpose, about: &str) -> Result<String, Refusal> {
    Ok(exchange.config.factor_keys.seal(purpose, about, clock::random()?, clock::now()))
}

/// The origins whose pages may use passkeys, the one that the request went to first.
pub fn origins<'a>(exchange: &'a Exchange<'_>) -> Vec<&'a str> {
    let listed = exchange.config.origins.iter().map(String::as_str);
    [exchange.incoming.own_origin()].into_iter().chain(listed).collect()
}

/// The relying party of the page that asks.
///
/// # Errors
/// `Internal` for an origin without a host, which no browser has.
pub fn party(exchange: &Exchange<'_>) -> Result<String, Refusal> {
    webauthn::ceremony::party_of(&exchange.app_origin()).map(str::to_owned).ok_or(Refusal::Internal)
}

/// What a page asks a passkey with.
///
/// # Errors
/// As [`challenge`] and [`party`].
pub fn request(
    exchange: &Exchange<'_>,
    purpose: Purpose,
    about: &str,
    factors: Option<&Factors>,
) -> Result<PasskeyRequest, Refusal> {
    let known = factors.into_iter().flat_map(|factors| &factors.passkeys);
    let descriptor = |id: &str| Descriptor { kind: "public-key", id: id.to_owned() };
    Ok(PasskeyRequest {
        challenge: challenge(exchange, purpose, about)?,
        rp_id: party(exchange)?,
        allow_credentials: known.map(|key| descriptor(key.credential.as_str())).collect(),
        user_verification: if purpose == Purpose::SignIn { "required" } else { "preferred" },
        timeout: TIMEOUT_MS,
    })
}
