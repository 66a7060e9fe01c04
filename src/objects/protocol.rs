//! The typed call layer between the router and the actors, and between actors.
//!
//! A contract (`<actor>/api.rs`) binds each message to its reply in the type system, names the binding once and derives
//! the object's name from typed ids. This file turns a message into one Durable Object RPC `call(text) -> text` and
//! back; `wire.rs` is what such a text looks like, `upgrade.rs` opens live sockets. Nobody else touches a stub.
//!
//! Architecture invariant: a refusal is a value, never a failed call. A call fails only when the platform does, and
//! then the caller sees `Refusal::Unavailable`.

mod upgrade;
mod wire;

use std::cell::RefCell;

use futures::future::LocalBoxFuture;
use js_sys::Reflect;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::domain::ids::{OrgId, SessionName, TraceId};
use crate::domain::person::Caller;
use crate::domain::refusal::Refusal;
use crate::objects::calls::{self, Namespace};

pub use upgrade::{Upgrade, read_upgrade, watch};
pub use wire::{OnTheWire, Reply, Wire};

/// How long a call from one object to another may take, in milliseconds. The router's calls are bounded by the limit
/// of the whole HTTP request in `entry.js`.
pub const CALL_LIMIT_MS: u32 = 10_000;

/// For calls that somebody else bounds.
const NO_LIMIT: u32 = 0;

/// What every call carries: for whom it is made and in which HTTP request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallContext {
    /// The organisation; every actor's name starts with it.
    pub org: OrgId,
    /// The signed-in user, absent when the system acts by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// The caller's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionName>,
    /// The id of the HTTP request that caused the call, for logs and traces.
    pub trace: TraceId,
    /// Makes a repeated command harmless; required for a retry of a lost call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    /// The name of the object that is being called, filled in by its host.
    #[serde(skip)]
    pub object: String,
}

/// The client's `Idempotency-Key`, with what it was sent for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The key, scoped to user and route.
    pub key: String,
    /// SHA-256 of the body, in hex: the same key with another body is refused.
    pub body_hash: String,
}

impl CallContext {
    /// A call that the system makes by itself, in the trace of what caused it.
    pub fn system(org: OrgId, trace: TraceId) -> Self {
        CallContext { org, caller: None, session: None, trace, idempotency: None, object: String::new() }
    }

    pub(super) fn named(self, object: String) -> Self {
        CallContext { object, ..self }
    }

    /// The called object's own key.
    ///
    /// # Errors
    /// `Internal` when the name is not of this kind, which only a broken contract can bring about.
    pub fn own_key<K: Key>(&self) -> Result<K, Refusal> {
        K::parse(&self.object).ok_or(Refusal::Internal)
    }

    /// The signed-in caller, for commands that need one.
    pub fn require_caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or(Refusal::Unauthenticated)
    }
}

/// One actor's contract.
pub trait Contract: 'static {
    /// The binding in `wrangler.toml`.
    const BINDING: &'static str;
    /// What names an object of this kind.
    type Key: Key;
    /// Every message it takes.
    type Inbox: Serialize + DeserializeOwned;
    /// What a live viewer asks for; `()` where the actor has no sockets.
    type Watch: Serialize + DeserializeOwned;
}

/// Names one object.
pub trait Key: Sized {
    /// The object's name, starting with the organisation.
    fn name(&self) -> String;
    /// The key that has this name.
    fn parse(name: &str) -> Option<Self>;
}

/// A message, bound to the actor that takes it and to its reply.
pub trait Message {
    /// The actor.
    type To: Contract;
    /// What it answers when it does not refuse.
    type Reply: OnTheWire;
    /// The message as the actor's inbox has it.
    fn into_inbox(self) -> <Self::To as Contract>::Inbox;
}

/// What a handler gives back. Its signature is synchronous: state is read and changed before anything is awaited, and
/// only the reply may wait for I/O.
pub enum Answer<R> {
    /// Known at once.
    Ready(Result<R, Refusal>),
    /// Known after some I/O.
    Pending(LocalBoxFuture<'static, Result<R, Refusal>>),
}

impl<R: 'static> Answer<R> {
    /// An answer that waits for `work`.
    pub fn after(work: impl Future<Output = Result<R, Refusal>> + 'static) -> Self {
        Answer::Pending(Box::pin(work))
    }
}

impl<R> From<Result<R, Refusal>> for Answer<R> {
    fn from(outcome: Result<R, Refusal>) -> Self {
        Answer::Ready(outcome)
    }
}

/// A call on the wire.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope<I> {
    /// The object's own name, so that it need not store it before its first write.
    pub to: String,
    /// For whom and in which trace.
    pub cx: CallContext,
    /// The message.
    pub message: I,
}

impl<R: OnTheWire + 'static> Answer<R> {
    /// The reply as it travels, ready or to come.
    pub fn encoded(self) -> Answer<Wire> {
        fn encode<R: OnTheWire>(outcome: Result<R, Refusal>) -> Result<Wire, Refusal> {
            outcome?.write().map_err(|_| Refusal::Internal)
        }
        match self {
            Answer::Ready(outcome) => Answer::Ready(encode(outcome)),
            Answer::Pending(work) => Answer::after(async move { encode(work.await) }),
        }
    }
}

/// Declares a contract: the binding, the key, what a viewer watches, and each message with its reply.
///
/// It makes the marker type, the `Inbox`, `Message` for every message, and the trait `Handler` that the object
/// implements: a message without a handler does not compile, nor does a reply of another type.
#[macro_export]
macro_rules! actor_api {
    (
        $(#[$doc:meta])*
        actor $actor:ident { binding: $binding:literal, key: $key:ty, watch: $watch:ty }
        $( $(#[$about:meta])* $handler:ident($message:ident) -> $reply:ty; )*
    ) => {
        $(#[$doc])*
        pub struct $actor;

        impl $crate::objects::protocol::Contract for $actor {
            const BINDING: &'static str = $binding;
            type Key = $key;
            type Inbox = Inbox;
            type Watch = $watch;
        }

        /// Every message of this actor, as it travels.
        #[allow(clippy::large_enum_variant, reason = "one is alive at a time, between the parser and its handler")]
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Inbox {
            $( $(#[$about])* $message($message), )*
        }

        $(
            impl $crate::objects::protocol::Message for $message {
                type To = $actor;
                type Reply = $reply;
                fn into_inbox(self) -> Inbox {
                    Inbox::$message(self)
                }
            }
        )*

        /// What the object does with each message.
        pub trait Handler: 'static {
            $(
                $(#[$about])*
                fn $handler(
                    self: std::rc::Rc<Self>,
                    message: $message,
                    cx: $crate::objects::protocol::CallContext,
                ) -> $crate::objects::protocol::Answer<$reply>;
            )*
        }

        /// Hands a message to its handler.
        pub fn dispatch<H: Handler>(
            handler: std::rc::Rc<H>,
            inbox: Inbox,
            cx: $crate::objects::protocol::CallContext,
        ) -> $crate::objects::protocol::Answer<$crate::objects::protocol::Wire> {
            match inbox {
                $( Inbox::$message(message) => handler.$handler(message, cx).encoded(), )*
            }
        }
    };
}

thread_local! {
    /// The bindings of this isolate, by name. They do not belong to one request, as stubs do.
    static NAMESPACES: RefCell<Vec<(&'static str, Namespace)>> = const { RefCell::new(Vec::new()) };
}

fn namespace(env: &Env, wanted: &'static str) -> Result<Namespace, JsValue> {
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
    cx: &CallContext,
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
    cx: &CallContext,
    limit_ms: u32,
) -> Result<M::Reply, Refusal> {
    let name = key.name();
    let repeatable = cx.idempotency.is_some();
    let envelope = Envelope { to: name.clone(), cx: cx.clone(), message: message.into_inbox() };
    let text = serde_json::to_string(&envelope).map_err(|_| Refusal::Internal)?;
    #[cfg(feature = "fault-injection")]
    let (text, speaker) = super::release::spoken(text);
    let reply = exchange(env, M::To::BINDING, &name, &text, repeatable, limit_ms).await?;
    #[cfg(feature = "fault-injection")]
    let reply = Wire { head: super::release::read(&reply.head, speaker).into_owned(), ..reply };
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

fn unavailable(binding: &'static str, lost: &JsValue) -> Refusal {
    let message = Reflect::get(lost, &JsValue::from_str("message")).ok().and_then(|text| text.as_string());
    worker::console_error!("a call to {} was lost: {}", binding, message.unwrap_or_default());
    Refusal::unavailable(binding, 1)
}
