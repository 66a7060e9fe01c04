//! What the promises of DESIGN section 8 are worth when something breaks: PostgreSQL, the runtime, a wasm instance, a
//! row, a certificate. Each test has a system of its own, breaks it, and looks at what is left.
//!
//! What is measured on the way is printed: `cargo test --test faults -- --nocapture`.

#![cfg(not(target_arch = "wasm32"))]

mod alarms;
mod clock;
mod crash;
mod due;
mod index;
mod keys;
mod links;
mod mails;
mod outage;
mod panic;
mod parking;
mod persistence;
mod read_model;
mod release;
mod storage;
#[allow(dead_code, unused_imports, reason = "the other test binaries use the rest")]
#[path = "../support/mod.rs"]
mod support;
mod tls;

use std::time::Duration;

use testbed::{Stack, StackBuilder};

/// What an object alone must do takes no longer than this on a busy machine, whatever else is broken.
const PROMPT: Duration = Duration::from_secs(5);

/// No HTTP request takes longer: the limit that `entry.js` sets.
const REQUEST_LIMIT: Duration = Duration::from_secs(15);

/// Brings a system up; without one there is nothing to test.
fn started(builder: StackBuilder) -> Stack {
    builder.start().unwrap_or_else(|error| panic!("no system to test: {error:?}"))
}
