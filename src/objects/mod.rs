//! The actors: one file or folder each, and the typed call layer between the router and them.
//!
//! An actor is one Durable Object: `<actor>/api.rs` is its contract, `<actor>/mod.rs` the object, `<actor>/store.rs` its
//! SQLite. Shared by all: [`protocol`] (calls), [`host`] (the platform's events), [`sqlite`], [`outbox`], [`sockets`],
//! [`clock`].

pub mod account;
pub mod cache;
pub mod calls;
pub mod clock;
pub mod database;
pub mod host;
pub mod log_stream;
pub mod outbox;
pub mod page;
pub mod protocol;
#[cfg(feature = "fault-injection")]
pub mod release;
pub mod request;
pub mod request_index;
pub mod session;
pub mod sockets;
pub mod sqlite;
pub mod text;
pub mod walk;
