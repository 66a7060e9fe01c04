//! Contracts: what an actor takes, what it answers, and what names its objects.
//!
//! A contract (`<actor>/api.rs`, see [`actor_api!`](crate::actor_api)) binds each message to its reply in the type system, names the
//! binding once and derives the object's name from typed ids. Both sides use it: a message without a handler, or with another
//! reply, does not compile.

use std::fmt::Debug;

use base::refusal::Refusal;
use futures::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::wire::{OnTheWire, Wire};

/// What every call carries besides its message: for whom it is made, in which trace.
pub trait Context: Clone + Debug + Serialize + DeserializeOwned + 'static {
    /// The same context, at the object of this name. The host of that object fills it in.
    #[must_use]
    fn at(self, object: String) -> Self;

    /// Whether a lost call may be made again: it carries an idempotency key.
    fn is_repeatable(&self) -> bool;
}

/// One actor's contract.
pub trait Contract: 'static {
    /// The binding in `wrangler.toml`.
    const BINDING: &'static str;
    /// What every call to it carries.
    type Context: Context;
    /// What names an object of this kind.
    type Key: Key;
    /// Every message it takes.
    type Inbox: Serialize + DeserializeOwned;
    /// What a live viewer asks for; `()` where the actor has no sockets.
    type Watch: Serialize + DeserializeOwned;
}

/// Names one object.
pub trait Key: Sized {
    /// The object's name. A product that keeps tenants apart begins it with the tenant.
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
pub struct Envelope<I, C> {
    /// The object's own name, so that it need not store it before its first write.
    pub to: String,
    /// For whom and in which trace.
    pub cx: C,
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

/// Declares a contract: the binding, the context, the key, what a viewer watches, and each message with its reply.
///
/// It makes the marker type, the `Inbox`, `Message` for every message, and the trait `Handler` that the object
/// implements: a message without a handler does not compile, nor does a reply of another type.
#[macro_export]
macro_rules! actor_api {
    (
        $(#[$doc:meta])*
        actor $actor:ident { binding: $binding:literal, context: $context:ty, key: $key:ty, watch: $watch:ty }
        $( $(#[$about:meta])* $handler:ident($message:ident) -> $reply:ty; )*
    ) => {
        $(#[$doc])*
        pub struct $actor;

        impl $crate::Contract for $actor {
            const BINDING: &'static str = $binding;
            type Context = $context;
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
            impl $crate::Message for $message {
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
                    cx: $context,
                ) -> $crate::Answer<$reply>;
            )*
        }

        /// Hands a message to its handler.
        pub fn dispatch<H: Handler>(
            handler: std::rc::Rc<H>,
            inbox: Inbox,
            cx: $context,
        ) -> $crate::Answer<$crate::Wire> {
            match inbox {
                $( Inbox::$message(message) => handler.$handler(message, cx).encoded(), )*
            }
        }
    };
}
