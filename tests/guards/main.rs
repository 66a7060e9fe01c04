//! What each route costs in what a slow machine does not change: calls to objects one behind the other, crossings
//! between wasm and JavaScript, SQL statements and their rows, bytes. Nothing may cost more than `recorded.json` says.
//!
//! `cargo xtask guards --write` writes the record anew.

#![cfg(not(target_arch = "wasm32"))]

mod counted;
mod record;
mod routes;
#[allow(dead_code, unused_imports, reason = "the other test binaries use the rest")]
#[path = "../support/mod.rs"]
mod support;

use std::sync::OnceLock;

use record::Table;
use routes::{Promise, ROUTES};

/// What was measured, once for all tests.
fn measured() -> &'static Table {
    static MEASURED: OnceLock<Table> = OnceLock::new();
    MEASURED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap_or_else(|error| panic!("no runtime: {error}")).block_on(routes::measure())
    })
}

/// A figure of a route that promises something; a new record does not change what it must be.
fn promised(promise: Promise, figure: &str, most: u64) {
    let routes: Vec<_> = ROUTES.into_iter().filter(|(_, promised)| *promised == promise).collect();
    assert!(!routes.is_empty(), "no route promises it");
    for (route, _) in routes {
        let now = measured().get(route).and_then(|measured| measured.costs.get(figure)).copied();
        assert!(now.is_some_and(|now| (1..=most).contains(&now)), "{route}: {figure} is {now:?}, promised: {most}");
    }
}

#[test]
fn a_read_takes_one_sequential_hop() {
    promised(Promise::Read, record::HOPS, 1);
}

#[test]
fn a_write_takes_two_sequential_hops_before_its_commit() {
    promised(Promise::Write, record::HOPS_BEFORE_COMMIT, 2);
}

#[test]
fn a_sign_in_takes_four_sequential_hops() {
    promised(Promise::SignIn, record::HOPS, 4);
}

#[test]
fn nothing_costs_more_than_its_record() {
    record::check(measured());
}
