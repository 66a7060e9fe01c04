//! One's own authenticator app: a secret is made and shown, and kept once the app has shown its first code.
//!
//! Until then nothing is stored: the secret goes to the page encrypted, and comes back with the code.

use base::refusal::Refusal;
use durable::clock;
use serde::{Deserialize, Serialize};

use super::again::proved;
use super::codes::{RecoveryCodes, audit, new_set};
use super::mine::{Removal, found, remove_own};
use super::{proof, subtle};
use crate::db::statements::factors::{AddFactor, Added};
use crate::db::statements::people::WriteTo;
use crate::domain::factor::{Method, Removed, totp};
use crate::domain::log::{Level, StreamName};
use crate::jobs::accounts;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// A secret that was just made.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTotp {
    /// For the app, to be typed: base32.
    pub secret: String,
    /// The same for its camera.
    pub uri: String,
    /// What comes back with the first code.
    pub enrolment: String,
}

/// The first code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmTotp {
    /// What the secret came with.
    pub enrolment: String,
    /// What the app shows.
    pub code: String,
}

/// `POST /api/me/totp`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn begin(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let session = exchange.session()?;
    let id = session.caller.user.id;
    let reader = query(exchange.env, WriteTo { id }, &exchange.cx).await?.ok_or(Refusal::Unauthenticated)?;
    let secret: [u8; totp::SECRET_BYTES] = clock::random()?;
    let enrolment = subtle::encrypted(&exchange.config.factor_keys.secrets, &id.to_string(), &secret).await?;
    let uri = totp::uri(&secret, &reader.organisation, &session.login);
    Reply::json(200, &NewTotp { secret: totp::base32(&secret), uri, enrolment })
}

/// `PUT /api/me/totp`: the app is kept, and every other session ends. With a first factor come recovery codes.
///
/// # Errors
/// `Invalid` naming `code` (`wrong_code`) or `enrolment` (`malformed`); `Conflict` with `already_exists`; `Unavailable` while PostgreSQL, or a
/// session, is away.
pub async fn confirm(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: ConfirmTotp = parse_json(exchange.incoming.body().await?)?;
    let id = exchange.caller()?.user.id;
    let secret = subtle::decrypted(&exchange.config.factor_keys.secrets, &id.to_string(), &body.enrolment).await?;
    let secret = secret.ok_or_else(|| Refusal::invalid("enrolment", "malformed", "Begin again."))?;
    let typed = totp::parse(&body.code).ok_or_else(proof::wrong_code)?;
    let step = totp::matching(&secret, typed, 0, clock::now().as_ms()).ok_or_else(proof::wrong_code)?;
    let factors = found(exchange).await?;
    if factors.totp.is_some() {
        return Err(Refusal::conflict("already_exists", "You have an authenticator app. Remove it first."));
    }
    let is_first = factors.kinds().is_empty();
    let (recovery_codes, codes) = if is_first { new_set(exchange, id)? } else { Default::default() };
    let entry = audit(exchange, "totp_added")?;
    let added = Added::Totp {
        version: factors.user.version.unwrap_or_default(),
        secret: body.enrolment,
        step,
        keep: exchange.cx.session.clone(),
    };
    if !query(exchange.env, AddFactor { id, added, codes, entry: entry.clone() }, &exchange.cx).await? {
        return Err(Refusal::conflict("changed_meanwhile", "The account was changed meanwhile. Try again."));
    }
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    accounts::settle(exchange.env, id, &exchange.cx).await?;
    proved(exchange, Method::Totp).await?;
    exchange.access.note(StreamName::Auth, Level::Info, "authenticator app added", &[]);
    Reply::json(201, &RecoveryCodes { recovery_codes })
}

/// `DELETE /api/me/totp`: every other session ends. Recovery codes go with the last factor.
///
/// # Errors
/// `NotFound` without one; `Conflict` with `factor_needed` where it is the last and the role must have one; `Unavailable`.
pub async fn remove(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    remove_own(exchange, Removal { removed: Removed::Totp, action: "totp_removed" }).await
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::{ConfirmTotp, NewTotp, RecoveryCodes};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn begin(schemas: &mut Schemas) -> Operation {
        Operation::new("beginTotp", "session", "Make a secret for my authenticator app.")
            .detail("Nothing is stored until its first code comes back.")
            .replies(200, "The secret.", schemas.of::<NewTotp>())
            .refuses(&[503])
    }

    pub fn confirm(schemas: &mut Schemas) -> Operation {
        Operation::new("confirmTotp", "session", "Keep my authenticator app, by its first code.")
            .detail("Every other session of mine ends. With a first factor come recovery codes, which are told once.")
            .body(schemas.of::<ConfirmTotp>())
            .replies(201, "It is kept.", schemas.of::<RecoveryCodes>())
            .refuses(&[409, 503])
    }

    pub fn remove(_schemas: &mut Schemas) -> Operation {
        Operation::new("removeTotp", "session", "Remove my authenticator app.")
            .detail("Every other session of mine ends. 409 `factor_needed` where my role must have a second factor and this is the last.")
            .replies_empty(204, "It is gone.")
            .refuses(&[404, 409, 503])
    }
}
