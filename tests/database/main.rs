//! The PostgreSQL client against a real PostgreSQL, and against servers that misbehave.
//!
//! `CEPATEDGE_TEST_DATABASE_URL` names a database of a server on this machine, with a role that may create databases; each
//! test makes one of its own. `cargo xtask test` provides it. What was written is checked with an ordinary driver.

#![cfg(not(target_arch = "wasm32"))]

mod applying;
mod connecting;
mod downtime;
mod labels;
mod machine;
mod pipelining;
mod places;
mod scratch;
mod sessions;
mod statements;
