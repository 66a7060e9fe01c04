//! One's own factors: what there is, and how one of them is taken away.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use serde::Serialize;

use super::codes::audit;
use crate::db::statements::factors::{FindFactors, RemoveFactor};
use crate::domain::factor::{Factors, Passkey, Removed};
use crate::domain::log::{Level, StreamName};
use crate::domain::user::UserStatus;
use crate::jobs::accounts;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::in_force;

/// By what somebody proves who they are, besides a password.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyFactors {
    /// Since when there is an authenticator app.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub totp_since: Option<Timestamp>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<PasskeyShown>,
    /// How many recovery codes were not used.
    pub recovery_codes_left: u32,
    /// Whether the role must have a second factor.
    pub is_required: bool,
}

/// A passkey, as its owner sees it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyShown {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether it is on several devices, so that the loss of one loses nothing.
    pub is_backed_up: bool,
    /// Since when.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it was used last.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub used_at: Option<Timestamp>,
}

impl From<Passkey> for PasskeyShown {
    fn from(key: Passkey) -> Self {
        let Passkey { credential, name, backed_up, created_at, used_at, .. } = key;
        PasskeyShown { id: credential.as_str().to_owned(), name, is_backed_up: backed_up, created_at, used_at }
    }
}

/// `GET /api/me/factors`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let Factors { user, totp, passkeys, codes } = found(exchange).await?;
    let shown = MyFactors {
        totp_since: totp.map(|app| app.created_at),
        passkeys: passkeys.into_iter().map(PasskeyShown::from).collect(),
        recovery_codes_left: codes,
        is_required: in_force::known().second_factor.of(user.role, user.login()),
    };
    Reply::json(200, &shown)
}

/// The caller's.
///
/// # Errors
/// `Unauthenticated` for whoever was disabled meanwhile; `Unavailable` while PostgreSQL is away.
pub async fn found(exchange: &Exchange<'_>) -> Result<Factors, Refusal> {
    let id = exchange.caller()?.user.id;
    let found = query(exchange.env, FindFactors { id: Some(id), credential: None }, &exchange.cx).await?;
    found.filter(|factors| factors.user.status == UserStatus::Active).ok_or(Refusal::Unauthenticated)
}

/// What somebody takes away from themselves.
pub struct Removal {
    /// What.
    pub removed: Removed,
    /// What the audit calls that.
    pub action: &'static str,
}

/// Takes a factor of the caller's away, unless it is the last and they must have one; their other sessions end.
///
/// # Errors
/// `NotFound`; `Conflict` with `factor_needed`; `Unavailable` while PostgreSQL, or a session, is away.
pub async fn remove_own(exchange: &Exchange<'_>, Removal { removed, action }: Removal) -> Result<Reply, Refusal> {
    let factors = found(exchange).await?;
    let id = factors.user.id;
    let is_last = usize::from(factors.totp.is_some()) + factors.passkeys.len() == 1;
    if is_last && in_force::known().second_factor.of(factors.user.role, factors.user.login()) {
        return Err(Refusal::conflict("factor_needed", "Your role needs a second factor. Add another one first."));
    }
    let entry = audit(exchange, action)?;
    let keep = exchange.cx.session.clone();
    let message = RemoveFactor { id, removed, of_managers: true, keep, entry: entry.clone() };
    query(exchange.env, message, &exchange.cx).await?.ok_or(Refusal::NotFound)?;
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    accounts::settle(exchange.env, id, &exchange.cx).await?;
    exchange.access.note(StreamName::Auth, Level::Info, "second factor removed", &[]);
    Ok(Reply::empty(204))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::MyFactors;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("myFactors", "session", "By what I prove who I am, besides a password.")
            .replies(200, "The factors.", schemas.of::<MyFactors>())
            .refuses(&[503])
    }
}
