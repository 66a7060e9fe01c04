//! The whole system over HTTP and WebSockets, on workerd and PostgreSQL: what issue 2 says that it must show.
//!
//! All tests share one running system and are independent of each other: each works on requests and, where it matters,
//! people of its own.

#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code, unused_imports, reason = "the other test binary uses the rest")]
#[path = "../support/mod.rs"]
mod support;

use std::sync::OnceLock;

use testbed::Stack;
use testbed::stack::Tls;

mod app;
mod assets;
mod auth;
mod bad_input;
mod caches;
mod deliveries;
mod downtime;
mod drafts;
mod exports;
mod factors;
mod files;
mod handover;
mod http;
mod idempotency;
mod inbox;
mod internal;
mod keys;
mod labels;
mod links;
mod lists;
mod live;
mod mail;
mod main_job;
mod names;
mod oidc;
mod oidc_attacks;
mod oidc_proof;
mod organisation;
mod paging;
mod passwords;
mod people;
mod permissions;
mod places;
mod preconditions;
mod preferences;
mod providers;
mod push;
mod races;
mod report;
mod resets;
mod sessions;
mod settings;
mod setup;
mod texts;
mod tokens;
mod told;
mod told_of_security;
#[cfg(target_os = "linux")]
mod uploads;

/// The running system. It sends no mail: each report is told to each manager, and the tests make many of both.
fn stack() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| Stack::builder().start().unwrap_or_else(|error| panic!("no system to test: {error:?}")))
}

/// One that sends mail.
fn mailing() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| {
        Stack::builder().mail(Tls::Off).start().unwrap_or_else(|error| panic!("no system to test: {error:?}"))
    })
}
