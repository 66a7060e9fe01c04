//! Passwords of people who have one: changed by whoever knows the old one.
//!
//! A new password ends every other session of theirs before the answer; what is left, because something was away, the job
//! `jobs::accounts` ends.

use base::refusal::Refusal;
use durable::{ask, clock};
use serde::{Deserialize, Serialize};

use crate::db::statements::accounts::{ChangePassword, FindOwnCredentials};
use crate::domain::log::{Level, NewEntry, StreamName};
use crate::domain::user::{AccountNews, Actor, UserStatus, password};
use crate::jobs::accounts;
use crate::objects::account::api::{Attempt, Released, Succeeded};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::auth::{check_password, hashed, throttle_of};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// The field of a new password.
const NEW: &str = "new_password";

/// Another password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordBody {
    /// The one of now.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub old_password: String,
    /// The new one, 8 to 128 characters. The most common ones are refused, and one's name and address.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub new_password: String,
}

/// What another password has ended.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChanged {
    /// How many other sessions were ended by it.
    pub ended_sessions: u32,
}

/// `POST /api/me/password`. The old password is tried under the throttle of sign-in. Told again, for example behind an answer that was
/// lost, it does what is missing.
///
/// # Errors
/// `Invalid` naming `old_password` (`wrong_password`) or `new_password` (`too_short`, `too_long`, `too_common`, `too_personal`);
/// `TooManyAttempts`; `Conflict` with `changed_meanwhile`, or `no_password` where there is none to change; `Unavailable` while PostgreSQL, or a session, is away.
pub async fn change(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: PasswordBody = parse_json(exchange.incoming.body().await?)?;
    let (env, cx, session) = (exchange.env, &exchange.cx, exchange.session()?);
    let (id, known) = (session.caller.user.id, [session.caller.user.name.as_str(), session.login.as_str()]);
    // What costs nothing first: it is no try.
    check_password(NEW, &body.new_password, &known)?;
    let throttle = throttle_of(exchange.org(), &session.login);
    if let Err(refusal) = ask(env, &throttle, Attempt {}, cx).await {
        exchange.access.note(StreamName::Auth, Level::Warn, "password change throttled", &[]);
        return Err(refusal);
    }
    let found = match query(env, FindOwnCredentials { id }, cx).await {
        Ok(found) => found,
        Err(refusal) => {
            // An outage is not a wrong password.
            let _still_counted = ask(env, &throttle, Released {}, cx).await;
            return Err(refusal);
        }
    };
    let user = found.filter(|user| user.status == UserStatus::Active).ok_or(Refusal::Unauthenticated)?;
    if user.password_hash.is_none() {
        // They came by the identity provider, and have none to try.
        let _still_counted = ask(env, &throttle, Released {}, cx).await;
        return Err(Refusal::conflict("no_password", "This account has no password. Ask for a link for a new one."));
    }
    let is_his = |tried: &str| password::verify(user.password_hash.as_deref(), tried);
    if is_his(&body.old_password) {
        let entry = NewEntry::audit(
            exchange.access.trace(),
            clock::now(),
            Actor::from(exchange.caller()?),
            "password_changed",
            ("user", &id.to_string()),
        );
        let message = ChangePassword {
            id,
            version: user.version.unwrap_or_default(),
            password_hash: hashed(NEW, &body.new_password, &known)?,
            keep: cx.session.clone(),
            entry: entry.clone(),
            news: Some(AccountNews::of("password_changed", Actor::from(exchange.caller()?))),
        };
        let meanwhile = || Refusal::conflict("changed_meanwhile", "The account was changed meanwhile. Try again.");
        query(env, message, cx).await?.ok_or_else(meanwhile)?;
        let _carried_later = tell_audit(env, vec![entry], cx).await;
    } else if !is_his(&body.new_password) {
        exchange.access.note(StreamName::Auth, Level::Warn, "password change refused", &[]);
        return Err(Refusal::invalid("old_password", "wrong_password", "This is not your password."));
    }
    ask(env, &throttle, Succeeded {}, cx).await?;
    let ended_sessions = accounts::settle(env, id, cx).await?.ended_sessions;
    exchange.access.note(StreamName::Auth, Level::Info, "password changed", &[]);
    Reply::json(200, &PasswordChanged { ended_sessions })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{PasswordBody, PasswordChanged};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn change(schemas: &mut Schemas) -> Operation {
        Operation::new("changePassword", "session", "Change my password.")
            .detail("Every other session of mine ends before the answer. A wrong old password is a try, as at sign-in.")
            .body(schemas.of::<PasswordBody>())
            .replies(200, "It is changed.", schemas.of::<PasswordChanged>())
            .refuses(&[409, 429, 503])
    }
}
