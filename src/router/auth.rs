//! Signing in and out.
//!
//! A sign-in goes: throttle (the platform's per address, the AccountObject per account) -> credentials (PostgreSQL) ->
//! `entry`: SessionObject opened -> cookie, or the second step. Unknown users and wrong passwords cost the same and look the same.

use std::borrow::Cow;
use std::rc::Rc;

use base::hex;
use base::ids::OrgId;
use base::refusal::Refusal;
use durable::{ask, clock};
use futures::future::join;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::db::statements::users::FindCredentials;
use crate::domain::log::{Level, StreamName};
use crate::domain::settings::InForce;
use crate::domain::user::LoginName;
use crate::domain::user::UserStatus;
use crate::domain::user::password::{self, PasswordRefusal};
use crate::objects::account::api::{AccountKey, Attempt, Released, Succeeded};
use crate::objects::database::api::query;
use crate::router::context::Exchange;
use crate::router::entry::Stays;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::{entry, gate, in_force, sessions};

/// A token older than this is renewed on use, in seconds. What ends a session is its SessionObject, so the token may
/// live as long as the session does when idle.
pub const RENEW_AFTER_S: i64 = 600;

/// What signing in needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// The address, or the user name of whoever has none.
    pub email: String,
    /// The password, 8 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// `POST /api/auth/login`.
///
/// # Errors
/// `InvalidCredentials`, `TooManyAttempts`, `Invalid`; `Unavailable` while PostgreSQL is away.
pub async fn login(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let login: Login = parse_json(exchange.incoming.body().await?)?;
    let address = limit_by_address(exchange).await?;
    let name = LoginName::parse(&login.email)?;
    if login.password.chars().count() > password::MAX_CHARS {
        return Err(Refusal::InvalidCredentials);
    }

    let (org, cx) = (exchange.org(), &exchange.cx);
    let throttle = throttle_of(org, name.as_str());
    if let Err(refusal) = ask(exchange.env, &throttle, Attempt {}, cx).await {
        exchange.access.note(StreamName::Auth, Level::Warn, "sign-in throttled", &[("address", address.into())]);
        return Err(refusal);
    }
    let find = FindCredentials { email: name.as_str().to_owned() };
    // The session will want to know how long it may hold.
    let (found, _known) = join(query(exchange.env, find, cx), settings(exchange)).await;
    let found = match found {
        Ok(found) => found,
        Err(refusal) => {
            // An outage is not a wrong password.
            let _still_counted = ask(exchange.env, &throttle, Released {}, cx).await;
            return Err(refusal);
        }
    };
    // Asked for every address alike: nobody's password takes as long to check as somebody's.
    let proven = password::verify(found.as_ref().and_then(|user| user.password_hash.as_deref()), &login.password);
    let user = found.filter(|user| proven && user.status == UserStatus::Active).ok_or_else(|| {
        exchange.access.note(StreamName::Auth, Level::Warn, "sign-in refused", &[("address", address.as_str().into())]);
        Refusal::InvalidCredentials
    })?;
    // Beside the session, whose person does not wait for it: a count that stays fades in an hour.
    let (_cleared, entered) = join(
        ask(exchange.env, &throttle, Succeeded {}, cx),
        entry::enter(exchange, 200, user, address, Stays::WhileUsed),
    )
    .await;
    entered
}

async fn settings(exchange: &Exchange<'_>) -> Rc<InForce> {
    in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await
}

/// `POST /api/auth/logout`. Without a session there is nothing to end, and the cookie goes all the same.
///
/// # Errors
/// `Unavailable` when the session cannot be told.
pub async fn logout(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let now_s = clock::now().as_ms() / 1_000;
    if let Ok(presented) = gate::present(exchange.incoming, exchange.config, exchange.access.trace(), now_s) {
        exchange.access.is_by(&presented.cx);
        sessions::end_known(exchange, presented.claims.sub, &presented.key.session, "logout", &presented.cx).await?;
        exchange.access.note(
            StreamName::Auth,
            Level::Info,
            "signed out",
            &[("session", sessions::short(&presented.key.session))],
        );
    }
    Ok(Reply::empty(204).with("set-cookie", exchange.config.cookie.clear()))
}

/// Counts an attempt of the caller's network address, and gives the address.
///
/// # Errors
/// `TooManyAttempts`.
pub async fn limit_by_address(exchange: &Exchange<'_>) -> Result<String, Refusal> {
    let address = exchange.incoming.header("cf-connecting-ip").map_or_else(|| "unknown".to_owned(), Cow::into_owned);
    // Raw workerd has no rate-limit binding; the throttle per account holds everywhere.
    let Ok(limiter) = exchange.env.rate_limiter("LOGIN_RATE") else { return Ok(address) };
    match limiter.limit(address.clone()).await {
        Ok(outcome) if !outcome.success => Err(Refusal::TooManyAttempts { retry_after_s: 60 }),
        Ok(_) | Err(_) => Ok(address),
    }
}

/// The PHC string of a new password, which the body has as `field`; `known` is what everybody knows of its owner.
///
/// # Errors
/// `Invalid` naming `field`: `too_short`, `too_long`, `too_common` or `too_personal`.
pub fn hashed(field: &str, new: &str, known: &[&str]) -> Result<String, Refusal> {
    check_password(field, new, known)?;
    let salt: [u8; 16] = clock::random()?;
    password::hash(new, &salt).map_err(|_| Refusal::Internal)
}

/// Whether a new password may be taken, before anything is hashed.
///
/// # Errors
/// As [`hashed`].
pub fn check_password(field: &str, new: &str, known: &[&str]) -> Result<(), Refusal> {
    password::check(new, known).map_err(|refused| {
        let code = match refused {
            PasswordRefusal::TooShort => "too_short",
            PasswordRefusal::TooLong => "too_long",
            PasswordRefusal::TooCommon => "too_common",
            PasswordRefusal::TooPersonal => "too_personal",
            PasswordRefusal::Hashing(_) => return Refusal::Internal,
        };
        Refusal::invalid(field, code, refused.to_string())
    })
}

/// The throttle of tries at the password of whoever signs in with this.
pub fn throttle_of(org: &OrgId, login: &str) -> AccountKey {
    AccountKey::Login { org: org.clone(), address_hash: hash_hex(&login.to_ascii_lowercase()) }
}

fn hash_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::Login;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::entry::SecondStep;
    use crate::router::me::Profile;

    pub fn login(schemas: &mut Schemas) -> Operation {
        Operation::new("login", "session", "Sign in.")
            .detail("Unknown addresses and wrong passwords are answered alike.")
            .body(schemas.of::<Login>())
            .replies(200, "Signed in.", schemas.of::<Profile<'_>>())
            .with_header("Set-Cookie", "The session.")
            .replies(202, "The password is right; a second factor is needed.", schemas.of::<SecondStep>())
            .refuses(&[401, 429, 503])
    }

    pub fn logout(_schemas: &mut Schemas) -> Operation {
        Operation::new("logout", "session", "Sign out.")
            .detail("Without a session there is nothing to end, and the answer is the same.")
            .replies_empty(204, "The session has ended and the cookie is gone.")
            .refuses(&[503])
    }
}
