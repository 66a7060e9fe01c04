//! Second factors over HTTP: an authenticator app, passkeys, recovery codes; the second step of a sign-in, and the proof within a session.
//!
//! [`proof`] is the one place that decides whether a proof is right; [`subtle`] is the platform's cryptography. A resource has a file.

mod about;
pub mod again;
pub mod codes;
pub mod mine;
pub mod passkeys;
pub mod proof;
pub mod sign_in;
pub mod subtle;
pub mod taken;
pub mod totp;
