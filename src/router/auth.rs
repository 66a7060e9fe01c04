//! Signing in and out.
//!
//! A sign-in goes: throttle (the platform's per address, the AccountObject per account) -> credentials (PostgreSQL) ->
//! SessionObject opened -> cookie. Unknown users and wrong passwords cost the same and look the same.

use std::borrow::Cow;

use base::ids::{SessionName, UserId};
use base::refusal::Refusal;
use durable::{ask, clock};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domain::log::{Level, StreamName};
use crate::domain::person::{Caller, Person};
use crate::domain::sync::{UserRow, UserStatus};
use crate::domain::validation::Email;
use crate::objects::account::api::{AccountKey, Attempt, Closed, Listing, Opened, Released, Succeeded};
use crate::objects::context::CallContext;
use crate::objects::database::api::{DatabaseKey, FindCredentials};
use crate::objects::session::api::{Held, Open, Revoke, SessionKey};
use crate::router::config::Config;
use crate::router::incoming::parse_json;
use crate::router::journal::Visit;
use crate::router::me::Profile;
use crate::router::reply::Reply;
use crate::router::token::{Claims, SessionId, issue};
use crate::router::{Visitor, gate, password};

/// A token older than this is renewed on use, in seconds. What ends a session is its SessionObject, so the token may
/// live as long as the session does when idle.
pub const RENEW_AFTER_S: i64 = 600;

/// What signing in needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// The address.
    pub email: String,
    /// The password, 8 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// `POST /api/auth/login`.
///
/// # Errors
/// `InvalidCredentials`, `TooManyAttempts`, `Invalid`; `Unavailable` while PostgreSQL is away.
pub async fn login(visitor: &Visitor<'_>, visit: &mut Visit) -> Result<Reply, Refusal> {
    let login: Login = parse_json(visitor.incoming.body().await?)?;
    let address = visitor.incoming.header("cf-connecting-ip").map_or_else(|| "unknown".to_owned(), Cow::into_owned);
    limit_by_address(visitor, &address).await?;
    let email = Email::parse(&login.email)?;
    if login.password.chars().count() > password::MAX_CHARS {
        return Err(Refusal::InvalidCredentials);
    }

    let (org, cx) = (&visitor.config.org, &visitor.cx);
    let throttle = AccountKey::Login { org: org.clone(), address_hash: hash_hex(email.as_str()) };
    if let Err(refusal) = ask(visitor.env, &throttle, Attempt {}, cx).await {
        visit.note(StreamName::Auth, Level::Warn, "sign-in throttled", &[("address", address.into())]);
        return Err(refusal);
    }
    let find = FindCredentials { email: email.as_str().to_owned() };
    let found = match ask(visitor.env, &DatabaseKey::first(org), find, cx).await {
        Ok(found) => found,
        Err(refusal) => {
            // An outage is not a wrong password.
            let _still_counted = ask(visitor.env, &throttle, Released {}, cx).await;
            return Err(refusal);
        }
    };
    // Asked for every address alike: nobody's password takes as long to check as somebody's.
    let proven = password::verify(found.as_ref().and_then(|user| user.password_hash.as_deref()), &login.password);
    let user = found.filter(|user| proven && user.status == UserStatus::Active).ok_or_else(|| {
        visit.note(StreamName::Auth, Level::Warn, "sign-in refused", &[("address", address.as_str().into())]);
        Refusal::InvalidCredentials
    })?;
    ask(visitor.env, &throttle, Succeeded {}, cx).await?;
    open_session(visitor, user, address, visit).await
}

async fn open_session(
    visitor: &Visitor<'_>,
    user: UserRow,
    address: String,
    visit: &mut Visit,
) -> Result<Reply, Refusal> {
    let org = &visitor.config.org;
    let id = SessionId::random().map_err(|_| Refusal::Internal)?;
    let caller = Caller { user: Person { id: user.id, name: user.name }, role: user.role };
    let cx = CallContext { caller: Some(caller.clone()), ..visitor.cx.clone() };
    let user_agent: String = visitor.incoming.header("user-agent").unwrap_or_default().chars().take(200).collect();
    let open = Open { caller, email: user.email, user_agent, address };
    let key = SessionKey { org: org.clone(), session: id.name() };
    let held = ask(visitor.env, &key, open, &cx).await?;
    let listing = Listing {
        session: held.session.clone(),
        opened_at: held.opened_at,
        ends_at: held.ends_at,
        user_agent: held.user_agent.clone(),
        address: held.address.clone(),
    };
    let account = AccountKey::User { org: org.clone(), user: held.caller.user.id };
    ask(visitor.env, &account, Opened { listing }, &cx).await?;
    visit.is_by(&cx);
    visit.note(StreamName::Auth, Level::Info, "signed in", &[("session", short(&held.session))]);

    let now_s = clock::now().as_ms() / 1_000;
    let cookie = cookie_for(visitor.config, &id, &held, now_s)?;
    Ok(Reply::json(200, &Profile::of(&held))?.with("set-cookie", cookie))
}

/// `POST /api/auth/logout`. Without a session there is nothing to end, and the cookie goes all the same.
///
/// # Errors
/// `Unavailable` when the session cannot be told.
pub async fn logout(visitor: &Visitor<'_>, visit: &mut Visit) -> Result<Reply, Refusal> {
    let now_s = clock::now().as_ms() / 1_000;
    if let Ok(presented) = gate::present(visitor.incoming, visitor.config, visit.trace(), now_s) {
        visit.is_by(&presented.cx);
        end_session(visitor, presented.claims.sub, &presented.key.session, "logout", &presented.cx).await?;
        visit.note(StreamName::Auth, Level::Info, "signed out", &[("session", short(&presented.key.session))]);
    }
    Ok(Reply::empty(204).with("set-cookie", visitor.config.cookie.clear()))
}

/// Ends a session of a user and takes it off the account's list.
///
/// # Errors
/// `Unavailable` when either cannot be told.
pub async fn end_session(
    visitor: &Visitor<'_>,
    user: UserId,
    session: &SessionName,
    reason: &str,
    cx: &CallContext,
) -> Result<(), Refusal> {
    let org = &visitor.config.org;
    let key = SessionKey { org: org.clone(), session: session.clone() };
    ask(visitor.env, &key, Revoke { reason: reason.to_owned() }, cx).await?;
    let account = AccountKey::User { org: org.clone(), user };
    ask(visitor.env, &account, Closed { session: session.clone() }, cx).await
}

/// The cookie with a fresh token for a session that holds.
///
/// # Errors
/// `Internal` when the token cannot be signed.
pub fn cookie_for(config: &Config, sid: &SessionId, held: &Held, now_s: i64) -> Result<String, Refusal> {
    let claims = Claims {
        sid: sid.clone(),
        sub: held.caller.user.id,
        org: config.org.clone(),
        role: held.caller.role,
        name: held.caller.user.name.clone(),
        iat: now_s,
        exp: held.expires_at.as_ms() / 1_000,
    };
    let token = issue(&config.keys, &claims).map_err(|_| Refusal::Internal)?;
    Ok(config.cookie.set(&token, claims.exp - now_s))
}

async fn limit_by_address(visitor: &Visitor<'_>, address: &str) -> Result<(), Refusal> {
    // Raw workerd has no rate-limit binding; the throttle per account holds everywhere.
    let Ok(limiter) = visitor.env.rate_limiter("LOGIN_RATE") else { return Ok(()) };
    match limiter.limit(address.to_owned()).await {
        Ok(outcome) if !outcome.success => Err(Refusal::TooManyAttempts { retry_after_s: 60 }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Enough of a session's name to recognise it in a log.
pub fn short(session: &SessionName) -> serde_json::Value {
    json!(session.as_str().get(..12))
}

fn hash_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
