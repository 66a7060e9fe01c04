//! The whole matrix: each `Sec-Fetch-Site` x `Origin` x `Content-Type` x custom header, against a table written out by
//! hand.

use super::OriginRefusal::{ForeignOrigin, NoOrigin, NotFromAProgram, OtherSite};
use super::*;

const OWN: &str = "https://api.cepatedge.com";
const APP: &str = "https://app.cepatedge.com";

/// What is nearly an origin of ours, and is not.
const FOREIGN: [&str; 15] = [
    "null",
    "",
    "https://evil.example",
    "http://api.cepatedge.com",
    "http://app.cepatedge.com",
    "https://app.cepatedge.com:8443",
    "https://app.cepatedge.com:443",
    "https://app.cepatedge.com/",
    "https://app.cepatedge.com.evil.example",
    "https://evil-app.cepatedge.com",
    "https://cepatedge.com",
    "https://APP.cepatedge.com",
    " https://app.cepatedge.com",
    "https://app.cepatedge.com https://api.cepatedge.com",
    "app.cepatedge.com",
];

/// Content types with whether they are JSON.
const CONTENT: [(Option<&str>, bool); 12] = [
    (None, false),
    (Some(""), false),
    (Some("application/json"), true),
    (Some("application/json; charset=utf-8"), true),
    (Some("Application/JSON"), true),
    (Some("application/json;"), true),
    (Some("text/plain"), false),
    (Some("text/plain; application/json"), false),
    (Some("application/x-www-form-urlencoded"), false),
    (Some("multipart/form-data; boundary=application/json"), false),
    (Some("application/jsonp"), false),
    (Some("text/json"), false),
];

fn allowed_origins() -> Vec<String> {
    vec![APP.to_owned(), "http://localhost:5173".to_owned()]
}

/// One row of the table: what the two headers alone lead to.
struct Source {
    sec_fetch_site: Option<&'static str>,
    origin: Option<&'static str>,
    verdict: Result<(), OriginRefusal>,
}

fn table() -> Vec<Source> {
    let mut rows = Vec::new();
    let mut row = |sec_fetch_site, origin, verdict| rows.push(Source { sec_fetch_site, origin, verdict });
    // Without Sec-Fetch-Site the origin decides; without both it is not a browser.
    row(None, None, Ok(()));
    row(None, Some(OWN), Ok(()));
    row(None, Some(APP), Ok(()));
    row(None, Some("http://localhost:5173"), Ok(()));
    // Of the same origin: always.
    row(Some("same-origin"), None, Ok(()));
    row(Some("same-origin"), Some(OWN), Ok(()));
    row(Some("same-origin"), Some(APP), Ok(()));
    // Of the same site: only from the list.
    row(Some("same-site"), None, Err(ForeignOrigin));
    row(Some("same-site"), Some(OWN), Err(ForeignOrigin));
    row(Some("same-site"), Some(APP), Ok(()));
    for foreign in FOREIGN {
        row(None, Some(foreign), Err(ForeignOrigin));
        row(Some("same-origin"), Some(foreign), Ok(()));
        row(Some("same-site"), Some(foreign), Err(ForeignOrigin));
    }
    // Of another site, of none, or in a word that we do not know: never.
    for word in ["cross-site", "none", "", "Same-Origin", "same-origin ", "same-origin, same-origin", "unknown"] {
        row(Some(word), None, Err(OtherSite));
        row(Some(word), Some(OWN), Err(OtherSite));
        row(Some(word), Some(APP), Err(OtherSite));
        row(Some(word), Some("https://evil.example"), Err(OtherSite));
    }
    rows
}

#[test]
fn every_cell_of_the_matrix_is_as_the_table_says() {
    let allowed = allowed_origins();
    let mut cells = 0;
    for Source { sec_fetch_site, origin, verdict } in table() {
        for (content_type, json) in CONTENT {
            for custom_header in [None, Some(""), Some("1")] {
                let write = Write { sec_fetch_site, origin, content_type, custom_header };
                let by_a_program = if json || custom_header.is_some() { Ok(()) } else { Err(NotFromAProgram) };
                assert_eq!(check_write(&write, OWN, &allowed), verdict.and(by_a_program), "{write:?}");
                cells += 1;
            }
        }
    }
    assert!(cells > 2_000, "{cells} cells");
}

#[test]
fn without_a_list_only_the_own_origin_writes() {
    let check = |origin| {
        let write = Write { origin: Some(origin), content_type: Some("application/json"), ..Default::default() };
        check_write(&write, OWN, &[])
    };
    assert_eq!(check(OWN), Ok(()));
    assert_eq!(check(APP), Err(ForeignOrigin));
    assert_eq!(check(""), Err(ForeignOrigin));
}

#[test]
fn an_upgrade_needs_an_exact_origin() {
    let allowed = allowed_origins();
    for ours in [OWN, APP, "http://localhost:5173"] {
        assert_eq!(check_upgrade(Some(ours), OWN, &allowed), Ok(()), "{ours}");
    }
    for foreign in FOREIGN {
        assert_eq!(check_upgrade(Some(foreign), OWN, &allowed), Err(ForeignOrigin), "{foreign:?}");
    }
    assert_eq!(check_upgrade(None, OWN, &allowed), Err(NoOrigin));
}

#[test]
fn only_a_listed_origin_may_read_across_origins() {
    let list = allowed_origins();
    assert_eq!(allowed(Some(APP), &list).as_deref(), Some(APP));
    assert_eq!(allowed(Some(OWN), &list), None, "it is not across origins");
    assert_eq!(allowed(None, &list), None);
    for foreign in FOREIGN {
        assert_eq!(allowed(Some(foreign), &list), None, "{foreign:?}");
    }
}

#[test]
fn behind_a_proxy_the_deployment_is_where_its_list_says() {
    let listed = ["https://app.example.com", "http://localhost:8787"].map(str::to_owned);
    for (own, public_is) in [
        ("https://app.example.com", "https://app.example.com"),
        ("http://app.example.com", "https://app.example.com"),
        ("http://localhost:8787", "http://localhost:8787"),
        ("http://localhost:8788", "http://localhost:8788"),
        ("https://other.example.com", "https://other.example.com"),
        ("http://app.example.com.evil.example", "http://app.example.com.evil.example"),
    ] {
        assert_eq!(public(own, &listed), public_is);
        assert_eq!(public(own, &[]), own);
    }
}
