//! The bytes of the log stream's contract. A changed line here is a changed format: fields are added with defaults, and
//! never renamed.

use serde_json::{Value, from_value, json, to_value};

use super::api::{Append, Appended, Inbox, LogStream, Poke, Query, ReadEntry, Stats, StreamKey, StreamStats, Tail};
use crate::domain::cursor::Position;
use crate::domain::log::{Level, LogFilter, NewEntry, StreamName};
use crate::domain::page::Limit;
use crate::domain::time::Timestamp;
use crate::objects::protocol::{Key, Message};

const TRACE: &str = "0199b0a0-0000-7000-8000-000000000001";

fn entry() -> NewEntry {
    let mut entry = NewEntry::new("e-1".parse().unwrap(), Timestamp::from_ms(1_795_000_000_000), Level::Warn, "slow");
    entry.request_id = Some(TRACE.parse().unwrap());
    entry.with("ms", 900)
}

fn filter() -> LogFilter {
    LogFilter { level: vec![Level::Warn], request_id: Some(TRACE.parse().unwrap()), ..LogFilter::default() }
}

fn filter_json() -> Value {
    json!({"level": ["warn"], "q": null, "actor": null, "request_id": TRACE, "from": null, "to": null})
}

fn is_golden(message: impl Message<To = LogStream>, golden: &Value) {
    let inbox: Inbox = message.into_inbox();
    assert_eq!(&to_value(&inbox).unwrap(), golden);
    let read: Inbox = from_value(golden.clone()).unwrap();
    assert_eq!(&to_value(&read).unwrap(), golden);
}

#[test]
fn messages_are_golden() {
    is_golden(
        Append { entries: vec![entry()], dropped: 3 },
        &json!({"append": {"entries": [{
            "id": "e-1", "ts": 1_795_000_000_000_i64, "level": "warn", "message": "slow", "request_id": TRACE,
            "actor": null, "route": null, "status": null, "duration_ms": null, "fields": {"ms": 900},
        }], "dropped": 3}}),
    );
    is_golden(
        Query {
            filter: filter(),
            before: Some(Position { ts: 1_795_000_000_000, id: "7".into() }),
            limit: Limit::default(),
        },
        &json!({"query": {"filter": filter_json(), "before": {"ts": 1_795_000_000_000_i64, "id": "7"}, "limit": 50}}),
    );
    is_golden(ReadEntry { id: "e-1".into() }, &json!({"read_entry": {"id": "e-1"}}));
    is_golden(Stats {}, &json!({"stats": {}}));
    is_golden(Poke { replay: true }, &json!({"poke": {"replay": true}}));
}

#[test]
fn an_older_message_still_parses() {
    let append = json!({"append": {"entries": [{"id": "e-1", "ts": 5, "level": "info", "message": "m"}]}});
    let Inbox::Append(append) = from_value(append).unwrap() else { panic!("another message") };
    assert_eq!((append.entries.len(), append.dropped), (1, 0));
    let tail: Tail = from_value(json!({"filter": {}})).unwrap();
    assert!(tail.after.is_none() && tail.filter == LogFilter::default());
}

#[test]
fn replies_are_golden() {
    assert_eq!(to_value(Appended { last_seq: 9 }).unwrap(), json!({"last_seq": 9}));
    let stats = StreamStats {
        stream: StreamName::Audit,
        entries: 3,
        by_level: [0, 1, 2, 0],
        earliest: Some(Timestamp::from_ms(1)),
        latest: None,
        dropped: 4,
        viewers: 5,
        storage_bytes: 6,
        outbox: Vec::new(),
    };
    assert_eq!(
        to_value(&stats).unwrap(),
        json!({
            "stream": "audit", "entries": 3, "by_level": [0, 1, 2, 0], "earliest": 1, "latest": null, "dropped": 4,
            "viewers": 5, "storage_bytes": 6, "outbox": [],
        })
    );
}

#[test]
fn a_stream_is_named_by_organisation_and_stream() {
    let key = StreamKey::parse("default/audit").unwrap();
    assert_eq!((key.stream, key.name().as_str()), (StreamName::Audit, "default/audit"));
    for foreign in ["", "default", "default/", "default/unknown", "/audit", "default/audit/x"] {
        assert!(StreamKey::parse(foreign).is_none(), "{foreign:?}");
    }
}
