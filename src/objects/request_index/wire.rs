//! The bytes of the index's contract. A changed line here is a changed format: fields are added with defaults, and never
//! renamed.

use serde_json::{Value, from_value, json, to_value};

use super::api::{
    Inbox, IndexKey, IndexStats, IndexedVersion, List, RequestIndex, Stats, Upsert, Upserted, Versions, Watch,
    Watermark,
};
use crate::domain::cursor::Position;
use crate::domain::list::ListFilter;
use crate::domain::page::Limit;
use crate::domain::person::Person;
use crate::domain::request::{Priority, Status};
use crate::domain::summary::Summary;
use crate::domain::time::Timestamp;
use crate::objects::protocol::{Key, Message};

const ID: &str = "00000000-0000-5000-8000-000000000001";
const USER: &str = "00000000-0000-0000-0000-000000000007";

fn summary() -> Summary {
    let at = Timestamp::from_ms(1_795_000_000_000);
    Summary {
        id: ID.parse().unwrap(),
        number: None,
        title: "AC bocor".into(),
        category: "hvac".into(),
        priority: Priority::High,
        status: Status::Submitted,
        requester: Person { id: USER.parse().unwrap(), name: "Sari".into() },
        assignee: None,
        due_at: at,
        version: 1,
        created_at: at,
        updated_at: at,
    }
}

fn is_golden(message: impl Message<To = RequestIndex>, golden: &Value) {
    let inbox: Inbox = message.into_inbox();
    assert_eq!(&to_value(&inbox).unwrap(), golden);
    let read: Inbox = from_value(golden.clone()).unwrap();
    assert_eq!(&to_value(&read).unwrap(), golden);
}

#[test]
fn messages_are_golden() {
    let at = "2026-11-18T11:06:40.000Z";
    is_golden(
        Upsert { summary: summary(), epoch: 2 },
        &json!({"upsert": {"epoch": 2, "summary": {
            "id": ID, "number": null, "title": "AC bocor", "category": "hvac", "priority": "high", "status": "submitted",
            "requester": {"id": USER, "name": "Sari"}, "assignee": null, "due_at": at, "version": 1, "created_at": at,
            "updated_at": at,
        }}}),
    );
    let position = || Some(Position { ts: 5, id: "7".into() });
    let position_json = || json!({"ts": 5, "id": "7"});
    is_golden(
        List {
            filter: ListFilter::default(),
            only: Some(USER.parse().unwrap()),
            after: position(),
            limit: Limit::default(),
        },
        &json!({"list": {
            "filter": {
                "status": [], "priority": [], "assignee": null, "requester": null, "category": null, "q": null,
                "from": null, "to": null, "sort": "-created",
            },
            "only": USER, "after": position_json(), "limit": 50,
        }}),
    );
    is_golden(
        Versions { after: position(), changed_before: Timestamp::from_ms(9), limit: 200 },
        &json!({"versions": {"after": position_json(), "changed_before": 9, "limit": 200}}),
    );
    is_golden(Stats {}, &json!({"stats": {}}));
    is_golden(Watermark { reached: position() }, &json!({"watermark": {"reached": position_json()}}));
}

#[test]
fn an_older_message_still_parses() {
    let list: Inbox = from_value(json!({"list": {"filter": {}, "limit": 1}})).unwrap();
    assert!(matches!(list, Inbox::List(List { only: None, after: None, .. })));
    let watch: Watch = from_value(json!({})).unwrap();
    assert!(watch.only.is_none());
}

#[test]
fn replies_are_golden() {
    assert_eq!(to_value(Upserted { number: "MR-000001".into() }).unwrap(), json!({"number": "MR-000001"}));
    let version = IndexedVersion { id: ID.parse().unwrap(), epoch: 0, version: 3, updated_at: Timestamp::from_ms(8) };
    assert_eq!(to_value(&version).unwrap(), json!({"id": ID, "epoch": 0, "version": 3, "updated_at": 8}));
    let stats = IndexStats { requests: 1, by_status: vec![("closed".into(), 1)], viewers: 2, storage_bytes: 3 };
    let golden = json!({"requests": 1, "by_status": [["closed", 1]], "viewers": 2, "storage_bytes": 3});
    assert_eq!(to_value(&stats).unwrap(), golden);
}

#[test]
fn an_index_is_named_by_its_organisation() {
    assert_eq!(IndexKey::parse("default").unwrap().name(), "default");
    assert!(IndexKey::parse("default/x").is_none());
}
