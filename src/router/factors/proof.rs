//! Whether a proof is right: a password, a code, a recovery code, a passkey.
//!
//! What is right is marked as used in PostgreSQL before it counts, so that of two at once one is taken. Who calls counts the tries
//! ([`attempt`]) and uses up what was sealed ([`Proven::spend`]).

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use durable::{ask, clock};
use serde::Deserialize;
use webauthn::{Expected, PublicKey};

use super::about::{account_of, origins};
use super::subtle;
use crate::db::statements::factors::{FindFactors, UseFactor};
use crate::domain::factor::{Credential, Factors, Method, Purpose, Sealed, Used, recovery, totp};
use crate::domain::log::{Level, StreamName};
use crate::objects::account::api::{Attempt, Released, Spend};
use crate::objects::database::api::query;
use crate::router::context::Exchange;

/// What a passkey answered, in the JSON of the standard (`AuthenticationResponseJSON`, WebAuthn level 3, section 5.1.8). What else a
/// browser writes is not looked at.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAnswer {
    /// Which passkey, in base64url.
    pub id: String,
    /// What it signed.
    pub response: AssertionParts,
}

/// The parts of an answer, each in base64url.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssertionParts {
    /// What the browser says of the page.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    /// What the authenticator says.
    pub authenticator_data: String,
    /// The signature over both.
    pub signature: String,
}

/// A proof that was right.
pub struct Proven {
    /// By what.
    pub method: Method,
    /// What of it is used up.
    sealed: Vec<Sealed>,
}

impl Proven {
    /// One without anything to use up.
    pub fn by(method: Method) -> Self {
        Proven { method, sealed: Vec::new() }
    }

    /// Uses up what was sealed of it, and `ticket`; the throttle starts anew.
    ///
    /// # Errors
    /// `Conflict` with `used_before`; `Unavailable`.
    pub async fn spend(self, exchange: &Exchange<'_>, user: UserId, ticket: Option<Sealed>) -> Result<Method, Refusal> {
        let all: Vec<Sealed> = self.sealed.into_iter().chain(ticket).collect();
        let until = all.iter().map(|sealed| sealed.ends_at).max().unwrap_or_else(clock::now);
        let names = all.into_iter().map(|sealed| sealed.name).collect();
        ask(exchange.env, &account_of(exchange, user), Spend { names, until }, &exchange.cx).await?;
        Ok(self.method)
    }
}

/// Counts a try at somebody's codes, and finds what they prove themselves by.
///
/// # Errors
/// `TooManyAttempts`; `Unavailable` while PostgreSQL is away, which is no try.
pub async fn attempt(exchange: &Exchange<'_>, user: UserId) -> Result<Option<Factors>, Refusal> {
    let (env, cx, account) = (exchange.env, &exchange.cx, account_of(exchange, user));
    if let Err(refusal) = ask(env, &account, Attempt {}, cx).await {
        exchange.access.note(StreamName::Auth, Level::Warn, "second factor throttled", &[]);
        return Err(refusal);
    }
    match query(env, FindFactors { id: Some(user), credential: None }, cx).await {
        Ok(found) => Ok(found),
        Err(refusal) => {
            // An outage is not a wrong code.
            let _still_counted = ask(env, &account, Released {}, cx).await;
            Err(refusal)
        }
    }
}

/// Takes a code of the authenticator app, or a recovery code.
///
/// # Errors
/// `Invalid` naming `code` (`wrong_code`), also for one that was used; `Unavailable` while PostgreSQL is away.
pub async fn code(exchange: &Exchange<'_>, factors: &Factors, text: &str) -> Result<Proven, Refusal> {
    let user = factors.user.id;
    let (method, used) = match totp::parse(text) {
        Some(typed) => (Method::Totp, right_step(exchange, factors, typed).await?.map(|step| Used::Totp { step })),
        None => {
            let hash = recovery::hash(&exchange.config.factor_keys.codes, user, text);
            // Codes outlive no factor: whoever has none has none of these.
            let hash = hash.filter(|_| !factors.kinds().is_empty());
            (Method::Recovery, hash.map(|hash| Used::Recovery { hash }))
        }
    };
    let is_taken = match used {
        Some(used) => query(exchange.env, UseFactor { id: user, used }, &exchange.cx).await?,
        None => false,
    };
    if is_taken {
        return Ok(Proven::by(method));
    }
    exchange.access.note(StreamName::Auth, Level::Warn, "second factor refused", &[]);
    Err(wrong_code())
}

/// What is answered for a code that is not right.
pub fn wrong_code() -> Refusal {
    Refusal::invalid("code", "wrong_code", "This code is not right, or it was used before.")
}

async fn right_step(exchange: &Exchange<'_>, factors: &Factors, typed: u32) -> Result<Option<i64>, Refusal> {
    let Some(app) = &factors.totp else { return Ok(None) };
    let key = &exchange.config.factor_keys.secrets;
    let secret = subtle::decrypted(key, &factors.user.id.to_string(), &app.secret).await?;
    Ok(secret.and_then(|secret| totp::matching(&secret, typed, app.step, clock::now().as_ms())))
}

/// Takes the answer of one of somebody's passkeys to a challenge that was made for `purpose`, about `about`.
///
/// # Errors
/// `Invalid` naming `passkey` (`wrong_passkey`), also for a challenge that has ended; `Unavailable` while PostgreSQL is away.
pub async fn passkey(
    exchange: &Exchange<'_>,
    factors: &Factors,
    answer: &PasskeyAnswer,
    (purpose, about): (Purpose, &str),
) -> Result<Proven, Refusal> {
    let refuse = |why: &str| {
        exchange.access.note(StreamName::Auth, Level::Warn, "passkey refused", &[("why", why.into())]);
        Refusal::invalid("passkey", "wrong_passkey", "This passkey is not known here, or it took too long. Try again.")
    };
    let (client_data, sealed) = opened(exchange, &answer.response.client_data_json, (purpose, about), clock::now())
        .ok_or_else(|| refuse("the challenge is not ours, or has ended"))?;
    let credential: Credential = answer.id.parse().map_err(|_| refuse("the id is none"))?;
    let key = factors.passkeys.iter().find(|key| key.credential == credential);
    let key = key.ok_or_else(|| refuse("it is not known"))?;
    let public = bytes(&key.public_key).and_then(|cose| PublicKey::from_cose(&cose)).ok_or(Refusal::Internal)?;
    let challenge = webauthn::challenge_in(&client_data).unwrap_or_default();
    let origins = origins(exchange);
    let expected = Expected { challenge: &challenge, origins: &origins, user_verified: purpose == Purpose::SignIn };
    let parts = bytes(&answer.response.authenticator_data).zip(bytes(&answer.response.signature));
    let (data, signature) = parts.ok_or_else(|| refuse("it is not of the form"))?;
    let asserted = webauthn::asserted(&expected, &client_data, &data, &signature, &public);
    let asserted = asserted.map_err(|refused| refuse(&refused.to_string()))?;
    if !subtle::is_signed(&public, &asserted.message, &asserted.signature).await {
        return Err(refuse("the signature is another's"));
    }
    let (sign_count, backed_up) = (asserted.sign_count, asserted.flags.backed_up());
    let used = Used::Passkey { credential, sign_count, backed_up };
    if !query(exchange.env, UseFactor { id: factors.user.id, used }, &exchange.cx).await? {
        return Err(refuse("its counter did not go up"));
    }
    Ok(Proven { method: Method::Passkey, sealed: vec![sealed] })
}

/// Client data in base64url, and the challenge that it answers, if that was made here for this.
pub fn opened(
    exchange: &Exchange<'_>,
    client_data: &str,
    (purpose, about): (Purpose, &str),
    now: Timestamp,
) -> Option<(Vec<u8>, Sealed)> {
    let client_data = bytes(client_data)?;
    let challenge = webauthn::challenge_in(&client_data)?;
    let sealed = exchange.config.factor_keys.open(purpose, about, &challenge, now)?;
    Some((client_data, sealed))
}

/// What base64url stands for, with or without padding.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
