//! Entries cross to their stream and are shown from it: both forms are golden, and a message is one line.

use super::*;
use crate::domain::{
    golden,
    request::fixtures::{at, manager, trace},
};

fn entry() -> NewEntry {
    let new = NewEntry::new(EntryId::of_trace(&trace(), 0), at(0), Level::Info, "POST /api/requests 201");
    NewEntry {
        request_id: Some(trace()),
        actor: Some(Actor::from(&manager())),
        route: Some("POST /api/requests".into()),
        status: Some(201),
        duration_ms: Some(12),
        ..new.with("bytes", 512)
    }
}

#[test]
fn both_forms_of_an_entry_are_golden() {
    golden::assert_golden("new_log_entry.json", &entry());
    golden::assert_golden("log_entry.json", &entry().at(42));
    assert_eq!(serde_json::from_str::<NewEntry>(&golden::read("new_log_entry.json")).unwrap(), entry());
    assert_eq!(serde_json::from_str::<Entry>(&golden::read("log_entry.json")).unwrap(), entry().at(42));
}

#[test]
fn an_entry_of_an_older_version_still_parses() {
    let json = r#"{"id":"a-1","ts":5,"level":"warn","message":"m","something":"new"}"#;
    let expected = NewEntry::new("a-1".parse().unwrap(), Timestamp::from_ms(5), Level::Warn, "m");
    assert_eq!(serde_json::from_str::<NewEntry>(json).unwrap(), expected);
}

#[test]
fn a_message_is_one_line_of_bounded_length() {
    let message = |text: &str| NewEntry::new("a".parse().unwrap(), at(0), Level::Info, text).message;
    assert_eq!(message("a\r\n{\"level\":\"error\"}\u{1b}[31m"), "a  {\"level\":\"error\"} [31m");
    assert_eq!(message(&"ü".repeat(1_000_000)).chars().count(), 1_000);
}

#[test]
fn every_search_has_a_scope_of_its_own() {
    let nothing = LogFilter::default;
    let searches = [
        nothing(),
        LogFilter { level: vec![Level::Info], ..nothing() },
        LogFilter { q: Some(SearchText::parse("x").unwrap()), ..nothing() },
        LogFilter { actor: Some(manager().user.id), ..nothing() },
        LogFilter { request_id: Some(trace()), ..nothing() },
        LogFilter { from: Some(at(0)), ..nothing() },
        LogFilter { to: Some(at(0)), ..nothing() },
    ];
    let scope = |search: &LogFilter, stream| search.scope(stream, &manager());
    let mut scopes: Vec<String> =
        searches.iter().flat_map(|search| StreamName::ALL.iter().map(move |&stream| scope(search, stream))).collect();
    scopes.sort();
    scopes.dedup();
    assert_eq!(scopes.len(), searches.len() * StreamName::ALL.len());
}

#[test]
fn levels_are_ordered() {
    assert!(Level::ALL.is_sorted());
    assert!(Level::Warn > Level::Info);
}
