//! What the black-box tests speak with: an HTTP client with a cookie, live sockets, people, patience.
//!
//! Everything goes over the wire to a running `testbed::Stack`; nothing here knows the crate's own types, so that a test
//! fails when the wire changes. What does not answer as it must panics at the caller's line.

pub mod authenticator;
mod client;
mod identity;
mod live;
mod patience;
mod people;
mod reply;

pub use client::{Call, Client, draft};
pub use identity::{Desk, outcome};
pub use live::Live;
pub use patience::eventually;
pub use people::{User, demo, new_user};
pub use reply::Reply;
