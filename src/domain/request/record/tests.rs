//! What callers are shown: the same request, and to each his own actions.

use serde_json::Value;

use super::*;
use crate::domain::{golden, request::fixtures::*};

fn record(request: &MaintenanceRequest, caller: &Caller) -> Value {
    serde_json::to_value(Record::of(request, caller, at(60), &RULES)).unwrap()
}

#[test]
fn the_public_json_is_golden() {
    let mut request = Story::in_status(Status::Completed).request;
    request.number = Some("MR-000123".into());
    golden::assert_golden("record.json", &Record::of(&request, &requester(), at(60), &RULES));
}

#[test]
fn a_record_has_every_key_of_the_api_even_when_there_is_no_value() {
    let record = record(&Story::begin().request, &requester());
    let keys = [
        "id",
        "number",
        "title",
        "description",
        "category",
        "priority",
        "status",
        "location",
        "asset",
        "requester",
        "assignee",
        "due_at",
        "sla",
        "version",
        "created_at",
        "updated_at",
        "completed_at",
        "attachments",
        "allowed_actions",
    ];
    for key in keys {
        assert!(record.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(record["attachments"], serde_json::json!([]));
    assert_eq!((&record["location"], &record["asset"]), (&Value::Null, &Value::Null));
}

#[test]
fn each_caller_is_offered_exactly_his_own_actions() {
    let request = Story::in_status(Status::InProgress).request;
    let offered = [
        (requester(), serde_json::json!([])),
        (technician(), serde_json::json!(["hold", "complete"])),
        (other_technician(), serde_json::json!(["assign"])),
        (manager(), serde_json::json!(["assign", "release", "hold", "complete"])),
        (admin(), serde_json::json!(["assign", "release", "hold", "complete"])),
        (stranger(), serde_json::json!([])),
    ];
    for (caller, expected) in offered {
        assert_eq!(record(&request, &caller)["allowed_actions"], expected, "{caller:?}");
    }
}
