//! Passkeys: what a browser answers when one is made or used, read and checked (Web Authentication level 3, sections 7.1 and 7.2).
//!
//! It reads bytes from outside: [`cbor`] what the authenticator wrote, [`data`] the authenticator data in it, [`key`] the public key,
//! [`client`] the client data, [`der`] the signature. [`ceremony`] puts the checks in their order. Nothing here verifies a signature, asks a
//! clock or keeps a challenge: the caller does, on its platform.

#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod cbor;
pub mod ceremony;
mod client;
mod data;
mod der;
mod key;

pub use ceremony::{Asserted, Expected, Refused, Registered, asserted, challenge_in, registered};
pub use data::Flags;
pub use key::{Jwk, PublicKey};
