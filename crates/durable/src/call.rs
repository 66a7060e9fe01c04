//! A call from the Worker, or from one actor to another: a message out, its reply back.
//!
//! A refusal is a value, never a failed call. A call fails only when the platform does, and then the caller sees
//! [`Refusal::Unavailable`].

use std::cell::RefCell;

use base::refusal::Refusal;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::calls::{self, Namespace};
use crate::contract::{Context, Contract, Envelope, Key, Message};
#[cfg(feature = "fault-injection")]
use crate::release;
use crate::wire::{OnTheWire, Wire};

/// How long a call from one object to another may take, in milliseconds. The Worker's calls are bounded by the limit of the
/// whole HTTP request.
pub const CALL_LIMIT_MS: u32 = 10_000;

/// For calls that somebody else bounds.
const NO_LIMIT: u32 = 0;

thread_local! {
    /// The bindings of this isolate, by name. They do not belong to one request, as stubs do.
    static NAMESPACES: RefCell<Vec<(&'static str, Namespace)>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn namespace(env: &Env, wanted: &'static str) -> Result<Namespace, JsValue> {
    let known = NAMESPACES.with_borrow(|known| {
        known.iter().find(|(binding, _)| *binding == wanted).map(|(_, namespace)| namespace.clone())
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let namespace: Namespace = Reflect::get(env, &JsValue::from_str(wanted))?.unchecked_into();
    NAMESPACES.with_borrow_mut(|known| known.push((wanted, namespace.clone())));
    Ok(namespace)
}

/// The context that calls to the actor of a message carry.
type ContextOf<M> = <<M as Message>::To as Contract>::Context;

/// Asks an object and waits for its reply.
///
/// # Errors
/// The actor's refusal; `Unavailable` when the platform lost the call, or the reply has words of a newer release. A lost
/// call is repeated once, and only when the platform says `retryable`, not `overloaded`, and the call carries an
/// idempotency key.
pub async fn ask<M: Message>(
    env: &Env,
    key: &<M::To as Contract>::Key,
    message: M,
    cx: &ContextOf<M>,
) -> Result<M::Reply, Refusal> {
    ask_within(env, key, message, cx, NO_LIMIT).await
}

/// Asks as [`ask`] does, but gives a call up after `limit_ms` milliseconds.
///
/// # Errors
/// As [`ask`]; `Unavailable` when the limit is reached.
pub async fn ask_within<M: Message>(
    env: &Env,
    key: &<M::To as Contract>::Key,
    message: M,
    cx: &ContextOf<M>,
    limit_ms: u32,
) -> Result<M::Reply, Refusal> {
    let name = key.name();
    let repeatable = cx.is_repeatable();
    let envelope = Envelope { to: name.clone(), cx: cx.clone(), message: message.into_inbox() };
    let text = serde_json::to_string(&envelope).map_err(|_| Refusal::Internal)?;
    #[cfg(feature = "fault-injection")]
    let (text, speaker) = release::spoken(text, env);
    let reply = exchange(env, M::To::BINDING, &name, &text, repeatable, limit_ms).await?;
    #[cfg(feature = "fault-injection")]
    let reply = Wire { head: release::read(&reply.head, speaker).into_owned(), ..reply };
    M::Reply::read(reply).unwrap_or_else(|error| {
        worker::console_error!("{} sent a reply of another shape: {error}", M::To::BINDING);
        Err(Refusal::unavailable(M::To::BINDING, 1))
    })
}

/// The call itself, for whatever actor and message: there is one of it.
async fn exchange(
    env: &Env,
    binding: &'static str,
    name: &str,
    text: &str,
    repeatable: bool,
    limit_ms: u32,
) -> Result<Wire, Refusal> {
    let call = async || calls::call(&namespace(env, binding)?, name, text, limit_ms)?.await;
    let reply = match call().await {
        Err(lost) if repeatable && may_repeat(&lost) => call().await,
        outcome => outcome,
    };
    reply.map_err(|lost| unavailable(binding, &lost))
}

fn flag(error: &JsValue, name: &str) -> bool {
    Reflect::get(error, &JsValue::from_str(name)).is_ok_and(|value| value.is_truthy())
}

fn may_repeat(lost: &JsValue) -> bool {
    flag(lost, "retryable") && !flag(lost, "overloaded")
}

pub(crate) fn unavailable(binding: &'static str, lost: &JsValue) -> Refusal {
    let message = Reflect::get(lost, &JsValue::from_str("message")).ok().and_then(|text| text.as_string());
    worker::console_error!("a call to {} was lost: {}", binding, message.unwrap_or_default());
    Refusal::unavailable(binding, 1)
}
