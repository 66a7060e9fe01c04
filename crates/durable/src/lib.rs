//! An actor kit for Durable Objects: what an object needs besides its own rules.
//!
//! README.md says what it gives over `worker`, and shows an actor. A contract ([`actor_api!`]) binds messages to replies; a caller
//! [`ask`]s; the [`host`] hands what the platform says to an [`Object`]; its [`State`] is a SQLite [`Database`] with one
//! transaction per write and one [`Alarm`]. An [`outbox`] delivers what was written to others; [`sockets`] carry it to live
//! viewers; [`keyset`] reads pages.
//!
//! Architecture invariant: nothing in here knows an actor, a rule, a role or a word of a product.

pub mod backoff;
mod call;
mod calls;
pub mod clock;
pub mod contract;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod examples;
pub mod host;
pub mod keyset;
pub mod outbox;
pub mod page;
#[cfg(any(test, feature = "fault-injection"))]
pub mod release;
pub mod sockets;
pub mod sqlite;
pub mod state;
pub mod text;
mod timer;
mod upgrade;
mod wire;

/// The name by which examples/ know this crate: `examples.rs` compiles one of them once more, to test it.
#[cfg(all(test, not(target_arch = "wasm32")))]
extern crate self as durable;

pub use call::{CALL_LIMIT_MS, ask, ask_within};
pub use contract::{Answer, Context, Contract, Envelope, Key, Message};
pub use host::{Object, register};
pub use sqlite::{Database, Schema, StorageError, Writer};
pub use state::{Alarm, State};
pub use upgrade::{Upgrade, read_upgrade, watch};
pub use wire::{OnTheWire, Wire};
