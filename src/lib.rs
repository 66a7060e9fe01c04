//! CepatEdge: facility and equipment maintenance at the edge. The platform's events come in here and go to the router.
//!
//! ARCHITECTURE.md has the map. `domain` holds the rules, `objects` the actors, `db` PostgreSQL, `mail` the way to a
//! mail provider, `push` the way to a browser's push service, `router` HTTP.

// A trap ends the wasm instance and everything in flight in it, so what could panic is not written; tests may. What
// `disallowed_*` bans is in clippy.toml.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_macros,
        clippy::disallowed_methods,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod db;
pub mod domain;
pub mod files;
pub mod jobs;
pub mod mail;
pub mod objects;
#[cfg(feature = "openapi")]
#[allow(clippy::indexing_slicing, reason = "it runs on the machine that builds")]
pub mod openapi;
pub mod push;
pub mod router;
mod socket;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use web_sys::Request;
use worker::{Context, Env};

#[wasm_bindgen]
extern "C" {
    /// Tells the actor kit that this instance is about to trap.
    #[wasm_bindgen(js_name = durable_trapped)]
    fn trapped(reason: &str);
}

/// Runs once per wasm instance: a panic is told to `js/life.js` of the actor kit with its reason, before the trap; and the kit
/// is told which actors there are.
///
/// `worker` has set a handler for traps, which lets the next call from JavaScript, also one of the dead instance's own
/// closures, start another instance unseen. Only `js/life.js` may do that: it knows what was in flight.
#[wasm_bindgen]
pub fn begin() {
    std::panic::set_hook(Box::new(|panic| trapped(&panic.to_string())));
    wasm_bindgen::handler::set_on_abort(|| ());
    objects::register();
    #[cfg(feature = "fault-injection")]
    durable::release::change(&["comment", "upsert", "apply", "append"]);
}

/// An HTTP request.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env, ctx: worker::worker_sys::Context) -> Promise {
    future_to_promise(async move { router::handle(request, env, Context::new(ctx)).await.map(JsValue::from) })
}

/// The cron trigger: the jobs, one after the other.
#[wasm_bindgen]
pub fn scheduled(env: Env) -> Promise {
    future_to_promise(async move {
        match router::config::Config::of(&env) {
            Ok(config) => {
                if let Err(refusal) = jobs::reconcile::run(&env, &config.org).await {
                    worker::console_log!("the reconciler will try again: {refusal}");
                }
                if let Err(refusal) = jobs::accounts::run(&env, &config.org).await {
                    worker::console_log!("what accounts owe will be tried again: {refusal}");
                }
                if let Err(refusal) = jobs::news::run(&env, &config.org).await {
                    worker::console_log!("what happened to accounts will be told later: {refusal}");
                }
                if let Err(refusal) = jobs::audit::run(&env, &config.org).await {
                    worker::console_log!("the audit will be told later: {refusal}");
                }
                if let Err(refusal) = jobs::places::run(&env, &config.org).await {
                    worker::console_log!("the index will hear of places later: {refusal}");
                }
                if let Err(refusal) = jobs::files::run(&env, &config.org, &config.id_seal).await {
                    worker::console_log!("the sweep of files goes on later: {refusal}");
                }
                if let Err(refusal) = jobs::settings::run(&env, &config.org).await {
                    worker::console_log!("the settings will be put into their cache later: {refusal}");
                }
            }
            Err(error) => worker::console_error!("{error}"),
        }
        Ok(JsValue::UNDEFINED)
    })
}
