//! A search finds what matches and nothing else, page by page, and by an index.

use base::ids::{EntryId, TraceId, UserId};
use durable::keyset::Start;
use durable::keyset::native::{all, database, page, plan};
use serde_json::Value;

use super::super::store;
use super::super::stored::Stored;
use super::*;
use crate::domain::log::NewEntry;
use crate::domain::text::SearchText;
use crate::domain::user::{Actor, Person, Role};

fn user(n: i64) -> UserId {
    UserId(uuid::Uuid::from_u128(n as u128))
}

fn trace(n: i64) -> TraceId {
    uuid::Uuid::from_u128(n as u128).to_string().parse().unwrap()
}

/// Entry `seq`: three share a time; four levels, five actors (one is the system) and four entries per HTTP request.
fn stored(seq: i64) -> Stored {
    let id: EntryId = format!("e-{seq}").parse().unwrap();
    let level = Level::ALL[(seq % 4) as usize];
    let said = if seq % 50 == 0 { "Pump REPLACED" } else { "all is well" };
    let mut entry = NewEntry::new(id, Timestamp::from_ms(seq / 3), level, said);
    entry.request_id = Some(trace(seq / 4));
    entry.actor = Some(match seq % 5 {
        0 => Actor::System,
        n => Actor::User(Person { id: user(n), name: format!("user {n}") }, Some(Role::Technician), None),
    });
    Stored::new(entry, seq).unwrap()
}

/// A stream of `count` entries; the JSON of each is its seq.
fn filled(count: i64) -> rusqlite::Connection {
    let connection = database(&store::SCHEMA.whole.join(";"));
    let rows = (1..=count).map(|seq| store::row(&Stored { json: seq.to_string(), ..stored(seq) }, None));
    connection.execute(store::INSERT, [Value::from_iter(rows).to_string()]).unwrap();
    connection
}

fn filters() -> Vec<LogFilter> {
    let none = LogFilter::default;
    let pump = || Some(SearchText::parse("pump replaced").unwrap());
    vec![
        none(),
        LogFilter { level: vec![Level::Warn], ..none() },
        LogFilter { level: vec![Level::Error, Level::Debug, Level::Error], ..none() },
        LogFilter { level: Level::ALL.to_vec(), ..none() },
        LogFilter { actor: Some(user(3)), ..none() },
        LogFilter { actor: Some(user(3)), level: vec![Level::Info, Level::Warn], ..none() },
        LogFilter { request_id: Some(trace(40)), ..none() },
        LogFilter { request_id: Some(trace(40)), level: vec![Level::Info], actor: Some(user(1)), ..none() },
        LogFilter { from: Some(Timestamp::from_ms(50)), to: Some(Timestamp::from_ms(90)), ..none() },
        LogFilter { q: pump(), ..none() },
        LogFilter { q: pump(), level: vec![Level::Info, Level::Warn], actor: Some(user(1)), ..none() },
        LogFilter { q: pump(), from: Some(Timestamp::from_ms(50)), to: Some(Timestamp::from_ms(200)), ..none() },
        LogFilter { q: Some(SearchText::parse("nowhere").unwrap()), ..none() },
    ]
}

#[test]
fn a_search_finds_what_matches_newest_first() {
    let connection = filled(1_000);
    for filter in filters() {
        let matching = |seq: &i64| {
            let Stored { entry, search, .. } = stored(*seq);
            Wish::new(&filter).matches(&entry, &search)
        };
        let expected: Vec<i64> = (1..=1_000).rev().filter(matching).collect();
        for limit in [1, 7, 50, 200] {
            assert_eq!(all(&connection, &of(&filter), limit, |_| ()), expected, "{filter:?}");
        }
    }
}

#[test]
fn every_search_reads_an_index_in_order() {
    let connection = filled(100);
    for filter in filters() {
        let query = of(&filter);
        for statement in [
            query.rows(Start::Beginning, None, 50),
            query.rows(Start::Tied((60, 60)), Some((20, 20)), 50),
            query.rows(Start::Past((60, 60)), Some((20, 20)), 50),
            query.scan_end(None),
        ] {
            let plan = plan(&connection, &statement);
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
            let reads = plan.iter().filter(|line| line.contains(" entry"));
            assert!(reads.clone().count() > 0 && reads.clone().all(|line| line.contains("USING")), "{plan:?}");
            assert!(reads.clone().all(|line| line.starts_with("SEARCH")), "{plan:?}");
        }
    }
}

#[test]
fn a_page_costs_the_same_in_a_long_stream() {
    let (short, long) = (filled(2_000), filled(30_000));
    for filter in filters().into_iter().filter(|filter| filter.q.is_none()) {
        let query = of(&filter);
        let (_, before) = page(&short, &query, None, 50).unwrap();
        let (first, after) = page(&long, &query, None, 50).unwrap();
        assert!(after <= before + before / 4 + 200, "{filter:?}: {before} {after}");
        let Some(next) = first.next else { continue };
        let (_, second) = page(&long, &query, Some(&next), 50).unwrap();
        assert!(second <= after + after / 4 + 200, "{filter:?}: {after} {second}");
    }
}

#[test]
fn a_search_for_what_is_nowhere_is_bounded() {
    let long = filled(30_000);
    let filter = LogFilter { q: Some(SearchText::parse("nowhere").unwrap()), ..LogFilter::default() };
    let (page, steps) = page(&long, &of(&filter), None, 50).unwrap();
    assert_eq!(page.items.read(), "[]");
    assert!(page.next.is_some());
    assert!(steps < 1_000_000, "{steps}");
}
