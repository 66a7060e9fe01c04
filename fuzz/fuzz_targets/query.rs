//! The URL of a request: its route, and the filters of the list of requests and of the logs.
//!
//! A route that is found spells its own pattern; what is below `/system` is for operators. A filter, written as a
//! query again or sent to an object, is the same filter; two different filters seal different cursors; the address of
//! the next page is read with the same parameters and the new cursor.

#![no_main]

use cepatedge::domain::{Limit, ListFilter, LogFilter, Refusal, Role, StreamName, Timestamp};
use cepatedge::router::http::address::Address;
use cepatedge::router::http::etag;
use cepatedge::router::requests::filters::{OF_REQUESTS, list_filter};
use cepatedge::router::route::Permission;
use cepatedge::router::routes::{Found, find};
use cepatedge::router::system::filters::{OF_LOG_ENTRIES, log_filter};
use cepatedge_fuzz::{Input, begin, caller, check_refusal};
use libfuzzer_sys::fuzz_target;

const ORIGIN: &str = "https://cepatedge.test";

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 5 {
        0 => routes_spell_their_pattern(&input.rest()),
        1 => of_log_entries(&input.rest()),
        2 => of_requests(&input.rest()),
        3 => scopes_differ(&input.text(), &input.rest()),
        _ => versions_have_one_spelling(&input.rest()),
    }
});

fn routes_spell_their_pattern(text: &str) {
    let address = Address::new(&format!("{ORIGIN}{text}"));
    if text.starts_with('/') {
        assert_eq!(address.origin(), ORIGIN);
    }
    for method in ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"] {
        let Found::Route(route, _) = find(method, address.path()) else { continue };
        let spelled: Vec<&str> = route.pattern.strip_prefix("/api/").unwrap().split('/').collect();
        let asked: Vec<&str> = address.path().strip_prefix('/').unwrap().split('/').collect();
        assert_eq!(spelled.len(), asked.len());
        assert!(spelled.iter().zip(&asked).all(|(spelled, asked)| spelled.starts_with('{') || spelled == asked));
        assert!(asked[0] != "system" || route.permission == Permission::Operators);
        assert!(method == "GET" || route.kind.is_write());
    }
}

fn of_log_entries(query: &str) {
    let address = Address::new(&format!("{ORIGIN}/api/system/logs/audit?{query}"));
    let Some(filter) = read(address.query(&OF_LOG_ENTRIES).and_then(|query| log_filter(&query))) else { return };
    next_page_asks_the_same(&address, &OF_LOG_ENTRIES);
    let mut out = form_urlencoded::Serializer::new(String::new());
    let words: Vec<&str> = filter.level.iter().map(|level| level.as_str()).collect();
    if !words.is_empty() {
        out.append_pair("level", &words.join(","));
    }
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            out.append_pair(name, &value);
        }
    };
    put("q", filter.q.as_ref().map(ToString::to_string));
    put("actor", filter.actor.map(|id| id.to_string()));
    put("request_id", filter.request_id.as_ref().map(ToString::to_string));
    put("from", filter.from.map(Timestamp::rfc3339));
    put("to", filter.to.map(Timestamp::rfc3339));
    let again = Address::new(&format!("{ORIGIN}/api/system/logs/audit?{}", out.finish()));
    assert_eq!(log_filter(&again.query(&OF_LOG_ENTRIES).unwrap()).unwrap(), filter);
    let sent = serde_json::to_string(&filter).unwrap();
    assert_eq!(serde_json::from_str::<LogFilter>(&sent).unwrap(), filter);
}

fn of_requests(query: &str) {
    let address = Address::new(&format!("{ORIGIN}/api/requests?{query}"));
    let someone = caller(7, Role::Manager);
    let Some(filter) = read(address.query(OF_REQUESTS).and_then(|query| list_filter(&query, &someone))) else {
        return;
    };
    next_page_asks_the_same(&address, OF_REQUESTS);
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, words) in [
        ("status", filter.status.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ("priority", filter.priority.iter().map(|word| word.as_str()).collect()),
    ] {
        if !words.is_empty() {
            out.append_pair(name, &words.join(","));
        }
    }
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            out.append_pair(name, &value);
        }
    };
    put("assignee", filter.assignee.map(|id| id.to_string()));
    put("requester", filter.requester.map(|id| id.to_string()));
    put("category", filter.category.as_ref().map(ToString::to_string));
    put("hazard", filter.hazard.map(|is| is.to_string()));
    put("location", filter.location.map(|id| id.to_string()));
    put("asset", filter.asset.map(|id| id.to_string()));
    put("files", filter.files.map(|has| has.to_string()));
    put("due_before", filter.due_before.map(Timestamp::rfc3339));
    put("overdue", filter.overdue.then(|| "true".to_owned()));
    put("q", filter.q.as_ref().map(ToString::to_string));
    put("from", filter.from.map(Timestamp::rfc3339));
    put("to", filter.to.map(Timestamp::rfc3339));
    put("sort", Some(filter.sort.to_string()));
    let again = Address::new(&format!("{ORIGIN}/api/requests?{}", out.finish()));
    // By somebody else: `me` was resolved.
    let other = caller(8, Role::Requester);
    assert_eq!(list_filter(&again.query(OF_REQUESTS).unwrap(), &other).unwrap(), filter);
    let sent = serde_json::to_string(&filter).unwrap();
    assert_eq!(serde_json::from_str::<ListFilter>(&sent).unwrap(), filter);
}

fn read<T>(outcome: Result<T, Refusal>) -> Option<T> {
    outcome.inspect_err(check_refusal).ok()
}

fn next_page_asks_the_same(address: &Address, known: &[&str]) {
    let query = address.query(known).unwrap();
    if let Ok(limit) = Limit::parse(query.get("limit")) {
        assert!((Limit::MIN..=Limit::MAX).contains(&limit.get()));
    }
    let next = Address::new(&format!("{ORIGIN}{}", address.with_cursor("AZaz09-_")));
    assert_eq!(next.path(), address.path());
    let next = next.query(known).expect("the next page");
    for name in known {
        let expected = if *name == "cursor" { Some("AZaz09-_") } else { query.get(name) };
        assert_eq!(next.get(name), expected, "{name}");
    }
}

fn scopes_differ(one: &str, other: &str) {
    let viewer = caller(7, Role::Manager);
    let [one, other] = [one, other].map(|query| Address::new(&format!("{ORIGIN}/api/requests?{query}")));
    if let (Ok(one), Ok(other)) = (one.query(&OF_LOG_ENTRIES), other.query(&OF_LOG_ENTRIES))
        && let (Ok(one), Ok(other)) = (log_filter(&one), log_filter(&other))
    {
        let scope = |filter: &LogFilter| filter.scope(StreamName::Audit, &viewer);
        assert_eq!(scope(&one) == scope(&other), one == other);
    }
    if let (Ok(one), Ok(other)) = (one.query(OF_REQUESTS), other.query(OF_REQUESTS))
        && let (Ok(one), Ok(other)) = (list_filter(&one, &viewer), list_filter(&other, &viewer))
    {
        assert_eq!(one.scope(&viewer) == other.scope(&viewer), one == other);
    }
}

fn versions_have_one_spelling(text: &str) {
    match etag::version_in(text) {
        Ok(Some(version)) => {
            let inner = text.trim().trim_matches('"');
            assert_eq!(inner.split('-').next(), Some(format!("v{version}").as_str()));
        }
        Ok(None) => assert_eq!(text.trim(), "*"),
        Err(refusal) => check_refusal(&refusal),
    }
}
