//! Who is calling: cookie, token, session.
//!
//! The token names the session; the session decides. A read asks the session while the target works and releases the
//! answer only if the session holds (one sequential hop); a write asks the session first (two).

use base::ids::{TraceId, UserId};
use base::refusal::Refusal;
use durable::{ask, clock};
use worker::Env;

use crate::domain::factor::{Required, is_fresh};
use crate::domain::user::Role;
use crate::domain::user::{Caller, Person};
use crate::objects::context::CallContext;
use crate::objects::session::api::{Check, LiveSession, SessionKey};
use crate::router::config::Config;
use crate::router::http::incoming::Incoming;
use crate::router::http::origin;
use crate::router::http::token::{self, Claims};
use crate::router::route::{Kind, Permission, Route};

/// A caller whose token is genuine; whether the session still holds is not known yet.
pub struct Presented {
    /// What the token says.
    pub claims: Claims,
    /// The session that it names.
    pub key: SessionKey,
    /// The context for calls on this caller's behalf.
    pub cx: CallContext,
}

/// Reads the cookie and verifies the token.
///
/// # Errors
/// `Unauthenticated` without a genuine token that has not expired.
pub fn present(incoming: &Incoming, config: &Config, trace: &TraceId, now_s: i64) -> Result<Presented, Refusal> {
    let header = incoming.header("cookie").ok_or(Refusal::Unauthenticated)?;
    let text = config.cookie.read(&header).ok_or(Refusal::Unauthenticated)?;
    let claims = token::verify(&config.keys, text, now_s).map_err(|_| Refusal::Unauthenticated)?;
    if claims.org != config.org {
        return Err(Refusal::Unauthenticated);
    }
    let session = claims.sid.name();
    let caller = Caller { user: Person { id: claims.sub, name: claims.name.clone() }, role: claims.role, via: None };
    let cx = CallContext {
        caller: Some(caller),
        session: Some(session.clone()),
        ..CallContext::system(config.org.clone(), trace.clone())
    };
    Ok(Presented { key: SessionKey { org: config.org.clone(), session }, claims, cx })
}

/// Asks the session whether it holds, for this user in this role.
///
/// # Errors
/// `Unauthenticated` when it has ended, or belongs to another user or role than the token says.
pub async fn hold(env: &Env, presented: &Presented) -> Result<LiveSession, Refusal> {
    let session = ask(env, &presented.key, Check {}, &presented.cx).await?;
    let is_same = session.caller.user.id == presented.claims.sub && session.caller.role == presented.claims.role;
    if is_same { Ok(session) } else { Err(Refusal::Unauthenticated) }
}

/// Whether the role may use the route at all.
///
/// # Errors
/// `Forbidden` when not.
pub fn permit(permission: Permission, role: Role) -> Result<(), Refusal> {
    let allowed = match permission {
        Permission::Public | Permission::SignedIn | Permission::Enrolling => true,
        Permission::Staff => role != Role::Requester,
        Permission::Managers => matches!(role, Role::Manager | Role::Admin),
        Permission::Operators => role == Role::Admin,
    };
    if allowed { Ok(()) } else { Err(Refusal::FORBIDDEN) }
}

/// Whether a session that holds was proved by what the route needs: a second factor where its owner must have one, and not long ago
/// where the route says so.
///
/// # Errors
/// `SecondFactorRequired`, `ReauthenticationRequired`.
pub fn check_proof(route: &Route, session: &LiveSession, required: Required, config: &Config) -> Result<(), Refusal> {
    if route.permission != Permission::Enrolling && session.lacks_second_factor(required) {
        return Err(Refusal::SecondFactorRequired);
    }
    if route.kind == Kind::FreshWrite { check_fresh(session, config) } else { Ok(()) }
}

/// Whether the owner of a session has just proved who they are. Whoever made an API key had, and a program cannot.
///
/// # Errors
/// `ReauthenticationRequired`.
pub fn check_fresh(session: &LiveSession, config: &Config) -> Result<(), Refusal> {
    if session.key.is_some() {
        return Ok(());
    }
    let is_fresh = is_fresh(session.proved_last_at(), config.fresh_ms, clock::now());
    if is_fresh { Ok(()) } else { Err(Refusal::ReauthenticationRequired) }
}

/// Whether a write or an upgrade comes from where it may: see [`origin`]. Answers with the user whose page it names, if it
/// names one.
///
/// # Errors
/// `Forbidden` when not.
pub fn check_origin(incoming: &Incoming, config: &Config, kind: Kind) -> Result<Option<UserId>, Refusal> {
    let forbidden = |_| Refusal::FORBIDDEN;
    if kind == Kind::Socket {
        let origin = incoming.header("origin");
        let checked = origin::check_upgrade(origin.as_deref(), incoming.own_origin(), &config.origins);
        return checked.map(|()| None).map_err(forbidden);
    }
    if !kind.is_write() {
        return Ok(None);
    }
    let (site, origin) = (incoming.header("sec-fetch-site"), incoming.header("origin"));
    let (content_type, custom) = (incoming.header("content-type"), incoming.header("x-cepatedge"));
    let write = origin::Write {
        sec_fetch_site: site.as_deref(),
        origin: origin.as_deref(),
        content_type: content_type.as_deref(),
        custom_header: custom.as_deref(),
    };
    origin::check_write(&write, incoming.own_origin(), &config.origins).map_err(forbidden)?;
    Ok(custom.and_then(|named| named.parse().ok()))
}

/// Whether a write is by whoever is signed in now. A page that keeps what somebody wrote, and sends it later, may do so just
/// when another person has signed in through another window of the same browser: their cookie goes with it.
///
/// # Errors
/// `Conflict` with `other_user` when the page was another person's. Nothing was carried out; the same write may be made again
/// when that person is back.
pub fn check_author(author: Option<UserId>, presented: &Presented) -> Result<(), Refusal> {
    match author {
        Some(author) if author != presented.claims.sub => {
            Err(Refusal::conflict("other_user", "Somebody else has signed in meanwhile. Nothing was changed."))
        }
        _ => Ok(()),
    }
}
