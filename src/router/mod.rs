//! The stateless Worker: finds the route, finds out who calls, hands the call to an actor, answers.
//!
//! One HTTP request travels: `lib.rs` -> [`handle`] (match, in [`routes`]) -> [`gate`] (who) -> the resource's handler (parse) ->
//! `durable::ask` -> the actor -> back through [`http::reply`].
//!
//! Architecture invariants: no SQL and no rule about requests lives here; HTTP statuses are known to [`http`] and to the handlers'
//! success alone; every answer, also a refusal, carries the request id and leaves an entry in the `http` stream.

pub mod access_log;
pub mod assets;
pub mod auth;
mod avatars;
mod bearer;
mod caches;
mod categories;
pub mod config;
pub mod context;
mod downtime;
mod drafts;
pub mod entry;
pub mod factors;
#[cfg(feature = "fault-injection")]
mod faults;
pub mod gate;
pub mod http;
mod identity;
pub mod in_force;
mod inbox;
mod invitation_mail;
mod invitations;
mod keys;
mod labels;
mod language;
mod mail_pauses;
pub mod me;
mod notice_times;
mod oidc;
mod organisation;
mod own_data;
pub mod passwords;
pub mod path;
pub mod people;
pub mod places;
pub mod preferences;
pub mod prefetch;
pub mod probes;
mod push;
pub mod requests;
pub mod resets;
pub mod route;
pub mod routes;
pub mod scopes;
pub mod sessions;
mod settings;
pub mod setup;
pub mod system;
pub mod things;
pub mod users;
mod watched;

use std::rc::Rc;

use base::refusal::Refusal;
use durable::clock;
use futures::future::{join, join3, try_join3};
use web_sys::{Request, Response};
use worker::{Context, Env};

use crate::objects::context::CallContext;
use crate::objects::session::api::LiveSession;
use access_log::Access;
use config::Config;
use context::Exchange;
use context::Prefetched;
use gate::Presented;
use http::incoming::Incoming;
use http::reply::Reply;
use http::{cors, origin};
use route::{Kind, Permission, Route};
use routes::Found;
use scopes::Needs;

/// Answers one HTTP request.
///
/// # Errors
/// What the platform throws when it refuses to make a response.
pub async fn handle(request: Request, env: Env, ctx: Context) -> Result<Response, wasm_bindgen::JsValue> {
    let started = clock::now();
    let trace = clock::trace();
    let incoming = Incoming::new(request);
    let path = incoming.path().to_owned();
    let found = routes::find(incoming.method(), &path);
    let access = Access::begin(trace.clone(), incoming.method(), found.pattern(), started);
    let config = match Config::of(&env) {
        Ok(config) => config,
        Err(error) => {
            worker::console_error!("{error}");
            return Reply::refused(Refusal::Internal, &trace).into_response(&trace);
        }
    };
    let mut reply = match answer(&env, &config, &incoming, found, &access).await {
        Ok(reply) => reply,
        Err(refusal) => {
            access.refused(&refusal);
            Reply::refused(refusal, &trace)
        }
    };
    if let Some(origin) = origin::allowed(incoming.header("origin").as_deref(), &config.origins) {
        reply = cors::readable(reply, origin);
    }
    if !config.origins.is_empty() {
        reply = reply.with("vary", "origin");
    }
    access.end(reply.status(), clock::now());
    access_log::write(&env, &ctx, &config.org, access);
    reply.into_response(&trace)
}

async fn answer(
    env: &Env,
    config: &Rc<Config>,
    incoming: &Incoming,
    found: Found<'_>,
    access: &Access,
) -> Result<Reply, Refusal> {
    let (route, segments) = match found {
        Found::Route(route, segments) => (route, segments),
        Found::OtherMethods(allow) if incoming.method() == "OPTIONS" => {
            let is_known = origin::allowed(incoming.header("origin").as_deref(), &config.origins).is_some();
            return Ok(cors::options(allow, is_known));
        }
        Found::OtherMethods(allow) => return Ok(Reply::other_method(allow, access.trace())),
        Found::Nothing => return Err(Refusal::NotFound),
    };
    let exchange =
        |cx| Exchange { env, config, incoming, access, cx, session: None, prefetched: Prefetched::default() };
    let nobody = || CallContext::system(config.org.clone(), access.trace().clone());
    if route.permission != Permission::Public
        && let Some(key) = bearer::read(incoming, config)?
    {
        return for_a_program(route, &segments, exchange(nobody()), &key).await;
    }
    let author = gate::check_origin(incoming, config, route.kind)?;
    if route.permission == Permission::Public {
        return (route.handle)(&exchange(nobody()), &segments).await;
    }
    let presented = gate::present(incoming, config, access.trace(), clock::now().as_ms() / 1_000)?;
    access.is_by(&presented.cx);
    gate::check_author(author, &presented)?;
    let cx = CallContext { rules: in_force::known().travelling(), ..presented.cx.clone() };
    let (session, outcome) = for_somebody(route, &segments, exchange(cx), &presented).await?;
    access.is_now(&session.caller);
    let reply = outcome?;
    Ok(match renewed(config, &presented, &session) {
        Some(cookie) => reply.with("set-cookie", cookie),
        None => reply,
    })
}

/// The session's word and the route's answer: the session first, or both at once, as the route's kind wants it.
async fn for_somebody(
    route: &Route,
    segments: &[&str],
    exchange: Exchange<'_>,
    presented: &Presented,
) -> Result<(LiveSession, Result<Reply, Refusal>), Refusal> {
    let holds = || gate::hold(exchange.env, presented);
    let settings = || in_force::current(exchange.env, exchange.config, &presented.cx, exchange.access.started());
    if let Err(forbidden) = gate::permit(route.permission, presented.claims.role) {
        // Whoever is not signed in any more is told that, and not what he may not do.
        return Ok((holds().await?, Err(forbidden)));
    }
    if route.kind == Kind::Read {
        let (session, in_force, outcome) = join3(holds(), settings(), (route.handle)(&exchange, segments)).await;
        let session = session?;
        if let Err(refusal) = gate::check_proof(route, &session, in_force.second_factor, exchange.config) {
            return Ok((session, Err(refusal)));
        }
        if in_force.travelling() == exchange.cx.rules {
            return Ok((session, outcome));
        }
        // The settings have changed since this isolate looked at them last: what was read was read under the old ones.
        let cx = CallContext { rules: in_force.travelling(), ..exchange.cx };
        let exchange = Exchange { cx, ..exchange };
        let outcome = (route.handle)(&exchange, segments).await;
        return Ok((session, outcome));
    }
    let prefetched = async { Ok(prefetch::of(route.kind, &exchange).await) };
    let in_force = async { Ok(settings().await) };
    let (session, prefetched, in_force) = try_join3(holds(), prefetched, in_force).await?;
    if let Err(refusal) = gate::check_proof(route, &session, in_force.second_factor, exchange.config) {
        return Ok((session, Err(refusal)));
    }
    // What the session says of the caller is newer than the token.
    let cx = CallContext { caller: Some(session.caller.clone()), rules: in_force.travelling(), ..exchange.cx };
    let exchange = Exchange { cx, prefetched, session: Some(session.clone()), ..exchange };
    let outcome = (route.handle)(&exchange, segments).await;
    Ok((session, outcome))
}

/// The route's answer for an API key. Its object is asked first, whatever the route's kind: the key does not say whose it is.
async fn for_a_program(route: &Route, segments: &[&str], exchange: Exchange<'_>, key: &str) -> Result<Reply, Refusal> {
    let session = bearer::hold(&exchange, key).await?;
    exchange.access.is_now(&session.caller);
    let scopes = session.key.as_ref().map(|key| key.scopes.as_slice()).unwrap_or_default();
    route.key.unwrap_or(Needs::Person).check(scopes)?;
    gate::permit(route.permission, session.caller.role)?;
    let exchange = Exchange { cx: bearer::context(&exchange.cx, &session), ..exchange };
    let settings = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started());
    let (prefetched, in_force) = join(prefetch::of(route.kind, &exchange), settings).await;
    let cx = CallContext { rules: in_force.travelling(), ..exchange.cx };
    let exchange = Exchange { cx, prefetched, session: Some(session), ..exchange };
    (route.handle)(&exchange, segments).await
}

/// A fresh cookie for a token that has aged; the session itself slides in its object.
fn renewed(config: &Config, presented: &Presented, session: &LiveSession) -> Option<String> {
    let now_s = clock::now().as_ms() / 1_000;
    if now_s - presented.claims.iat < auth::RENEW_AFTER_S {
        return None;
    }
    entry::cookie_for(config, &presented.claims.sid, session, now_s).ok()
}
