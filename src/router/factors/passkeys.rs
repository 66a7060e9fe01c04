//! One's own passkeys: made, named, removed. Their use is in `sign_in` and `again`.

use base::ids::UserId;
use base::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use durable::clock;
use serde::{Deserialize, Serialize};
use webauthn::{Expected, PublicKey, Registered};

use super::about::{Descriptor, challenge, origins, party};
use super::again::proved;
use super::codes::{RecoveryCodes, audit, new_set};
use super::mine::{Removal, found, remove_own};
use super::proof;
use crate::db::statements::factors::{AddFactor, Added, RenamePasskey};
use crate::domain::factor::{Credential, MOST_PASSKEYS, Method, NewPasskey, PasskeyName, Purpose, Removed, sealed};
use crate::domain::log::{Level, StreamName};
use crate::jobs::news;
use crate::objects::account::api::Spend;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// What `navigator.credentials.create` is given, in the JSON of the standard (WebAuthn level 3, section 5.1.9).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyCreation {
    /// Whose pages it is for.
    pub rp: Party,
    /// Whose it will be.
    pub user: Owner,
    /// What comes back, once.
    pub challenge: String,
    /// The kinds of keys that are taken.
    pub pub_key_cred_params: Vec<KeyKind>,
    /// In milliseconds.
    pub timeout: i64,
    /// Those that there are: an authenticator makes no second one.
    pub exclude_credentials: Vec<Descriptor>,
    /// What the authenticator should be able to do.
    pub authenticator_selection: Selection,
    /// `none`.
    pub attestation: &'static str,
}

/// A relying party.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Party {
    /// Its host.
    pub id: String,
    /// What it is called.
    pub name: &'static str,
}

/// Whose a passkey is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Owner {
    /// The account's id, in base64url.
    pub id: String,
    /// What they sign in with.
    pub name: String,
    /// Their name.
    pub display_name: String,
}

/// A kind of key.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyKind {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its number among COSE's algorithms.
    pub alg: i64,
}

/// What an authenticator should be able to do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Selection {
    /// `preferred`: then nobody has to say who they are.
    pub resident_key: &'static str,
    /// `preferred`: then it is enough alone.
    pub user_verification: &'static str,
}

/// A new passkey.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddPasskey {
    /// What it is called, 1 to 100 characters.
    pub name: String,
    /// What the browser answered.
    pub passkey: NewPasskeyAnswer,
}

/// What a browser answered (`RegistrationResponseJSON`). What else it writes is not looked at.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPasskeyAnswer {
    /// Its parts.
    pub response: AttestationParts,
}

/// The parts of an answer, each in base64url.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttestationParts {
    /// What the browser says of the page.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    /// What the authenticator says.
    pub attestation_object: String,
}

/// Another name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenameBody {
    /// The name, 1 to 100 characters.
    pub name: String,
}

/// `POST /api/me/passkeys/options`.
///
/// # Errors
/// `Conflict` with `too_many`; `Unavailable` while PostgreSQL is away.
pub async fn options(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let factors = found(exchange).await?;
    if factors.passkeys.len() >= MOST_PASSKEYS {
        return Err(too_many());
    }
    let user = &factors.user;
    let descriptor = |key: &crate::domain::factor::Passkey| Descriptor {
        kind: "public-key",
        id: key.credential.as_str().to_owned(),
    };
    let creation = PasskeyCreation {
        rp: Party { id: party(exchange)?, name: "CepatEdge" },
        user: Owner {
            id: URL_SAFE_NO_PAD.encode(user.id.0.as_bytes()),
            name: user.login().to_owned(),
            display_name: user.name.clone(),
        },
        challenge: challenge(exchange, Purpose::Register, &user.id.to_string())?,
        pub_key_cred_params: PublicKey::ALGORITHMS.map(|alg| KeyKind { kind: "public-key", alg }).into(),
        timeout: sealed::LASTS_MS,
        exclude_credentials: factors.passkeys.iter().map(descriptor).collect(),
        authenticator_selection: Selection { resident_key: "preferred", user_verification: "preferred" },
        attestation: "none",
    };
    Reply::json(200, &creation)
}

/// `POST /api/me/passkeys`. With a first factor come recovery codes.
///
/// # Errors
/// `Invalid` naming `name` or `passkey` (`wrong_passkey`); `Conflict` with `already_exists` or `too_many`; `Unavailable` while PostgreSQL is
/// away.
pub async fn add(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: AddPasskey = parse_json(exchange.incoming.body().await?)?;
    let name = PasskeyName::parse(&body.name)?;
    let id = exchange.caller()?.user.id;
    let made = checked(exchange, id, &body.passkey.response).await?;
    let factors = found(exchange).await?;
    if factors.passkeys.len() >= MOST_PASSKEYS {
        return Err(too_many());
    }
    let is_first = factors.kinds().is_empty();
    let (recovery_codes, codes) = if is_first { new_set(exchange, id)? } else { Default::default() };
    let added = Added::Passkey(NewPasskey {
        credential: Credential::of(&made.id),
        name: name.into_string(),
        public_key: URL_SAFE_NO_PAD.encode(&made.cose),
        sign_count: made.sign_count,
        eligible: made.flags.backup_eligible(),
        backed_up: made.flags.backed_up(),
    });
    let entry = audit(exchange, "passkey_added")?;
    if !query(exchange.env, AddFactor { id, added, codes, entry: entry.clone() }, &exchange.cx).await? {
        return Err(Refusal::conflict("already_exists", "This passkey is known already."));
    }
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    news::settle(exchange.env, id, &exchange.cx).await;
    proved(exchange, Method::Passkey).await?;
    exchange.access.note(StreamName::Auth, Level::Info, "passkey added", &[]);
    Reply::json(201, &RecoveryCodes { recovery_codes })
}

/// What the authenticator made, for a challenge of ours that is used up by it.
async fn checked(exchange: &Exchange<'_>, id: UserId, answer: &AttestationParts) -> Result<Registered, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "passkey",
            "wrong_passkey",
            "This passkey cannot be used here, or it took too long. Try again.",
        )
    };
    let about = id.to_string();
    let (client_data, sealed) =
        proof::opened(exchange, &answer.client_data_json, (Purpose::Register, &about), clock::now())
            .ok_or_else(wrong)?;
    let object = proof::bytes(&answer.attestation_object).ok_or_else(wrong)?;
    let challenge = webauthn::challenge_in(&client_data).unwrap_or_default();
    let origins = origins(exchange);
    let expected = Expected { challenge: &challenge, origins: &origins, user_verified: false };
    let made = webauthn::registered(&expected, &client_data, &object).map_err(|refused| {
        let why = refused.to_string();
        exchange.access.note(StreamName::Auth, Level::Warn, "passkey refused", &[("why", why.into())]);
        wrong()
    })?;
    let spend = Spend { names: vec![sealed.name], until: sealed.ends_at };
    match durable::ask(exchange.env, &super::about::account_of(exchange, id), spend, &exchange.cx).await {
        Err(Refusal::Conflict { .. }) => Err(wrong()),
        spent => spent.map(|()| made),
    }
}

/// `PATCH /api/me/passkeys/:id`.
///
/// # Errors
/// `Invalid` naming `name`; `NotFound`; `Unavailable` while PostgreSQL is away.
pub async fn rename(exchange: &Exchange<'_>, credential: Credential) -> Result<Reply, Refusal> {
    let body: RenameBody = parse_json(exchange.incoming.body().await?)?;
    let name = PasskeyName::parse(&body.name)?.into_string();
    let message = RenamePasskey { id: exchange.caller()?.user.id, credential, name };
    if query(exchange.env, message, &exchange.cx).await? { Ok(Reply::empty(204)) } else { Err(Refusal::NotFound) }
}

/// `DELETE /api/me/passkeys/:id`: every other session ends. Recovery codes go with the last factor.
///
/// # Errors
/// `NotFound`; `Conflict` with `factor_needed`; `Unavailable`.
pub async fn remove(exchange: &Exchange<'_>, credential: Credential) -> Result<Reply, Refusal> {
    remove_own(exchange, Removal { removed: Removed::Passkey(credential), action: "passkey_removed" }).await
}

fn too_many() -> Refusal {
    Refusal::conflict("too_many", format!("Nobody has more than {MOST_PASSKEYS} passkeys. Remove one first."))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::{AddPasskey, PasskeyCreation, RecoveryCodes, RenameBody};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn options(schemas: &mut Schemas) -> Operation {
        Operation::new("newPasskeyOptions", "session", "What a page makes a passkey with.")
            .detail("The challenge works once, for five minutes. 409 `too_many` with 20 passkeys.")
            .replies(200, "For `navigator.credentials.create`.", schemas.of::<PasskeyCreation>())
            .refuses(&[409, 503])
    }

    pub fn add(schemas: &mut Schemas) -> Operation {
        Operation::new("addPasskey", "session", "Add a passkey of mine.")
            .detail("With a first factor come recovery codes, which are told once.")
            .body(schemas.of::<AddPasskey>())
            .replies(201, "It is kept.", schemas.of::<RecoveryCodes>())
            .refuses(&[409, 503])
    }

    pub fn rename(schemas: &mut Schemas) -> Operation {
        Operation::new("renamePasskey", "session", "Give a passkey of mine another name.")
            .body(schemas.of::<RenameBody>())
            .replies_empty(204, "It has the name.")
            .refuses(&[503])
    }

    pub fn remove(_schemas: &mut Schemas) -> Operation {
        Operation::new("removePasskey", "session", "Remove a passkey of mine.")
            .detail("Every other session of mine ends. 409 `factor_needed` where my role must have a second factor and this is the last.")
            .replies_empty(204, "It is gone.")
            .refuses(&[409, 503])
    }
}
