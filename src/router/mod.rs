//! The stateless Worker: finds the route, finds out who calls, hands the call to an actor, answers.
//!
//! One HTTP request travels: `lib.rs` -> [`handle`] (match) -> [`gate`] (who) -> the resource's file (parse) ->
//! `objects::protocol::ask` -> the actor -> back through [`reply`].
//!
//! Architecture invariants: no SQL and no business rule lives here; HTTP statuses are known to [`reply`] alone; every
//! answer, also a refusal, carries the request id and leaves an entry in the `http` stream.

pub mod address;
pub mod ahead;
pub mod auth;
pub mod bodies;
pub mod config;
pub mod cookie;
#[cfg(feature = "fault-injection")]
mod faults;
pub mod filters;
pub mod gate;
pub mod incoming;
pub mod journal;
pub mod me;
pub mod origin;
pub mod paging;
pub mod password;
pub mod people;
pub mod probes;
pub mod reconcile;
pub mod reply;
pub mod requests;
pub mod routes;
pub mod sessions;
pub mod system;
pub mod token;

use std::rc::Rc;

use base::refusal::Refusal;
use durable::clock;
use futures::future::{join, try_join};
use web_sys::{Request, Response};
use worker::{Context, Env};

use crate::objects::context::CallContext;
use crate::objects::session::api::Held;
use ahead::Ahead;
use config::Config;
use gate::Presented;
use incoming::Incoming;
use journal::Visit;
use reply::Reply;
use routes::{Found, Permission, Route};

/// What a route has at hand.
pub struct Visitor<'a> {
    /// The environment.
    pub env: &'a Env,
    /// The deployment's configuration.
    pub config: &'a Config,
    /// The request.
    pub incoming: &'a Incoming,
    /// For whom the actors are called, and in which trace.
    pub cx: CallContext,
    /// What was found out while the session was asked.
    pub ahead: Ahead,
}

/// Answers one HTTP request.
pub async fn handle(request: Request, env: Env, ctx: Context) -> Result<Response, wasm_bindgen::JsValue> {
    let started = clock::now();
    let trace = clock::trace();
    let incoming = Incoming::new(request);
    let method = incoming.method();
    let found = routes::find(method, incoming.path());
    let mut visit = Visit::begin(trace.clone(), method, &found, started);
    let config = match Config::of(&env) {
        Ok(config) => config,
        Err(error) => {
            worker::console_error!("{error}");
            return Reply::refused(Refusal::Internal, &trace).into_response(&trace);
        }
    };
    let mut reply = match answer(&env, &config, &incoming, found, &mut visit).await {
        Ok(reply) => reply,
        Err(refusal) => {
            visit.refused(&refusal);
            Reply::refused(refusal, &trace)
        }
    };
    if let Some(origin) = origin::allowed(incoming.header("origin").as_deref(), &config.origins) {
        reply = reply
            .with("access-control-allow-origin", origin)
            .with("access-control-allow-credentials", "true")
            .with("access-control-expose-headers", "etag, location, link, retry-after, x-request-id");
    }
    if !config.origins.is_empty() {
        reply = reply.with("vary", "origin");
    }
    visit.end(reply.status(), clock::now());
    journal::write(&env, &ctx, &config.org, visit);
    reply.into_response(&trace)
}

async fn answer(
    env: &Env,
    config: &Rc<Config>,
    incoming: &Incoming,
    found: Found,
    visit: &mut Visit,
) -> Result<Reply, Refusal> {
    let route = match found {
        Found::Route(route) => route,
        Found::OtherMethod if incoming.method() == "OPTIONS" => return Ok(preflight()),
        Found::OtherMethod => return Ok(Reply::other_method(visit.trace())),
        Found::Nothing => return Err(Refusal::NotFound),
    };
    gate::check_origin(incoming, config, &route)?;
    if route.permission() == Permission::Public {
        let cx = CallContext::system(config.org.clone(), visit.trace().clone());
        return dispatch(&route, &Visitor { env, config, incoming, cx, ahead: Ahead::default() }, None, visit).await;
    }

    let presented = gate::present(incoming, config, visit.trace(), clock::now().as_ms() / 1_000)?;
    visit.is_by(&presented.cx);
    if let Err(forbidden) = gate::permit(route.permission(), presented.claims.role) {
        // Whoever is not signed in any more is told that, and not what he may not do.
        visit.is_now(&gate::hold(env, &presented).await?.caller);
        return Err(forbidden);
    }
    let visitor = Visitor { env, config, incoming, cx: presented.cx.clone(), ahead: Ahead::default() };
    let (held, outcome) = if route.is_write() || route.is_socket() || matches!(route, Route::Me) {
        let ahead = async { Ok(Ahead::of(&route, &visitor).await) };
        let (held, ahead) = try_join(gate::hold(env, &presented), ahead).await?;
        // What the session says of the caller is newer than the token.
        let cx = CallContext { caller: Some(held.caller.clone()), ..visitor.cx };
        let outcome = dispatch(&route, &Visitor { cx, ahead, ..visitor }, Some(&held), visit).await;
        (Ok(held), outcome)
    } else {
        join(gate::hold(env, &presented), dispatch(&route, &visitor, None, visit)).await
    };
    let held: Held = held?;
    visit.is_now(&held.caller);
    let reply = outcome?;
    Ok(match renewed(config, &presented, &held) {
        Some(cookie) => reply.with("set-cookie", cookie),
        None => reply,
    })
}

/// A fresh cookie for a token that has aged; the session itself slides in its object.
fn renewed(config: &Config, presented: &Presented, held: &Held) -> Option<String> {
    let now_s = clock::now().as_ms() / 1_000;
    if now_s - presented.claims.iat < auth::RENEW_AFTER_S {
        return None;
    }
    auth::cookie_for(config, &presented.claims.sid, held, now_s).ok()
}

fn preflight() -> Reply {
    Reply::empty(204)
        .with("access-control-allow-methods", "GET, POST, PATCH, PUT, DELETE")
        .with("access-control-allow-headers", "content-type, idempotency-key, if-match, x-cepatedge")
        .with("access-control-max-age", "600")
}

async fn dispatch(
    route: &Route,
    visitor: &Visitor<'_>,
    held: Option<&Held>,
    visit: &mut Visit,
) -> Result<Reply, Refusal> {
    match route {
        Route::Health => Ok(probes::health()),
        Route::Ready => probes::ready(visitor).await,
        Route::OpenApi => Ok(probes::openapi()),

        Route::Login => auth::login(visitor, visit).await,
        Route::Logout => auth::logout(visitor, visit).await,
        Route::Me => me::read(held.ok_or(Refusal::Unauthenticated)?),
        Route::EditMe => me::edit(visitor, held.ok_or(Refusal::Unauthenticated)?, visit).await,
        Route::MySessions => me::my_sessions(visitor).await,
        Route::RevokeMySession(session) => me::revoke(visitor, session, visit).await,
        Route::Users => people::list(visitor).await,

        Route::ListRequests => requests::list(visitor).await,
        Route::CreateRequest => requests::create(visitor, visit).await,
        Route::WatchRequests => requests::watch_list(visitor).await,
        Route::ReadRequest(id) => requests::read(visitor, *id).await,
        Route::EditRequest(id) => requests::edit(visitor, *id, visit).await,
        Route::ActOnRequest(id, action) => requests::act(visitor, *id, *action, visit).await,
        Route::RequestEvents(id) => requests::events(visitor, *id).await,
        Route::CommentOnRequest(id) => requests::comment(visitor, *id, visit).await,
        Route::WatchRequest(id) => requests::watch(visitor, *id).await,

        Route::LogStreams => system::log_streams(visitor).await,
        Route::LogEntries(stream) => system::log_entries(visitor, *stream).await,
        Route::LogEntry(stream, id) => system::log_entry(visitor, *stream, id).await,
        Route::TailLog(stream) => system::tail(visitor, *stream).await,
        Route::Sessions => sessions::list(visitor).await,
        Route::RevokeSession(user, session) => sessions::revoke(visitor, *user, session, visit).await,
        Route::Monitor => system::monitor(visitor).await,
        Route::Sync => system::sync(visitor).await,
        Route::ReplaySync => system::replay(visitor).await,
        Route::InspectRequest(id) => system::inspect(visitor, *id).await,
    }
}
