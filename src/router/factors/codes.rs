//! Recovery codes: made with the first factor, or anew by choice; shown once.

use base::ids::UserId;
use base::refusal::Refusal;
use durable::clock;
use serde::Serialize;

use crate::db::statements::factors::{AddFactor, Added};
use crate::domain::factor::recovery;
use crate::domain::log::NewEntry;
use crate::domain::user::Actor;
use crate::jobs::news;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;

/// Recovery codes, told once.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Ten codes, for one use each; none where the ones of before hold.
    pub recovery_codes: Vec<String>,
}

/// A new set: the codes, and what is kept of them.
///
/// # Errors
/// `Internal` when the platform has no random bytes.
pub fn new_set(exchange: &Exchange<'_>, user: UserId) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let key = &exchange.config.factor_keys.codes;
    let mut set = (Vec::new(), Vec::new());
    for _ in 0..recovery::COUNT {
        let code = recovery::code(clock::random()?);
        set.1.push(recovery::hash(key, user, &code).ok_or(Refusal::Internal)?);
        set.0.push(code);
    }
    Ok(set)
}

/// What the audit is told of what somebody did to their own factors.
///
/// # Errors
/// `Unauthenticated` without a caller.
pub fn audit(exchange: &Exchange<'_>, action: &str) -> Result<NewEntry, Refusal> {
    let caller = exchange.caller()?;
    let object = caller.user.id.to_string();
    Ok(NewEntry::audit(exchange.access.trace(), clock::now(), Actor::from(caller), action, ("user", &object)))
}

/// `POST /api/me/recovery-codes`: a new set; the old one is over.
///
/// # Errors
/// `Conflict` with `no_factor` for whoever has none to recover from; `Unavailable` while PostgreSQL is away.
pub async fn make(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let id = exchange.caller()?.user.id;
    let (recovery_codes, codes) = new_set(exchange, id)?;
    let entry = audit(exchange, "recovery_codes_made")?;
    let message = AddFactor { id, added: Added::Codes, codes, entry: entry.clone() };
    if !query(exchange.env, message, &exchange.cx).await? {
        return Err(Refusal::conflict(
            "no_factor",
            "You have no second factor. Recovery codes come with the first one.",
        ));
    }
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    news::settle(exchange.env, id, &exchange.cx).await;
    Reply::json(201, &RecoveryCodes { recovery_codes })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::RecoveryCodes;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn make(schemas: &mut Schemas) -> Operation {
        Operation::new("makeRecoveryCodes", "session", "Make new recovery codes; the old ones are over.")
            .detail("They are told once. 409 `no_factor` for whoever has no second factor.")
            .replies(201, "The codes.", schemas.of::<RecoveryCodes>())
            .refuses(&[409, 503])
    }
}
