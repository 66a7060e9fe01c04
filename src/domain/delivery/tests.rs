//! Rows wait in outboxes across deploys: their JSON is golden, and they give back what they were made from.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::domain::request::fixtures::*;
use crate::domain::user::{UserRow, UserStatus};
use crate::domain::{Actor, EntryId, EventBody, Role, Status, Visibility, golden};

#[track_caller]
fn is_golden<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(name: &str, row: &T) {
    golden::assert_golden(name, row);
    assert_eq!(&serde_json::from_str::<T>(&golden::read(name)).unwrap(), row);
}

#[test]
fn a_request_row_holds_the_whole_snapshot() {
    let request = Story::in_status(Status::Completed).request;
    let row = RequestRow::new(&org(), &request).unwrap();
    is_golden("request_row.json", &row);
    assert_eq!(row.into_request().unwrap(), request);
}

#[test]
fn an_event_row_holds_the_whole_event() {
    let mut story = Story::in_status(Status::InProgress);
    story.tell(&technician(), &comment("The part is ordered.", Visibility::Internal), at(5)).unwrap();
    let event = story.events.last().unwrap();
    let row = EventRow::new(&org(), &story.request, event, &trace()).unwrap();
    is_golden("event_row.json", &row);
    assert_eq!(row.visibility, Visibility::Internal);
    assert_eq!(row.into_event().unwrap(), *event);
}

#[test]
fn the_system_has_no_id_in_a_row() {
    let mut story = Story::in_status(Status::Completed);
    story.happen(EventBody::Closed { rating: None }, Actor::System, at(60));
    let event = story.events.last().unwrap();
    let row = EventRow::new(&org(), &story.request, event, &trace()).unwrap();
    assert_eq!((row.actor_id, row.actor_name.as_str()), (None, "system"));
    assert_eq!(row.into_event().unwrap(), *event);
}

#[test]
fn audit_and_user_rows_are_golden() {
    let audit = AuditRow {
        org_id: org(),
        id: EntryId::of_event(request_id().0, 1, 2),
        seq: 7,
        ts: at(0),
        actor_id: Some(manager().user.id),
        actor_name: manager().user.name,
        actor_role: Some(Role::Manager),
        actor_via: None,
        action: "request.approved".into(),
        object_type: "request".into(),
        object_id: request_id().to_string(),
        request_id: trace(),
        fields: json!({"from": "submitted"}),
    };
    is_golden("audit_row.json", &audit);
    is_golden("user_row.json", &user());
}

#[test]
fn a_user_row_shows_neither_address_nor_hash_when_debugged() {
    let user = UserRow { password_hash: Some("$argon2id$secret".into()), ..user() };
    let debugged = format!("{user:?}");
    assert!(!debugged.contains("secret") && !debugged.contains('@'), "{debugged}");
    assert_eq!(user.person(), manager().user);
}

fn user() -> UserRow {
    UserRow {
        id: manager().user.id,
        org_id: org(),
        email: Some("manager@cepatedge.test".into()),
        username: None,
        name: manager().user.name,
        role: Role::Manager,
        status: UserStatus::Active,
        password_hash: None,
        created_at: at(0),
        version: Some(1),
        factors: Vec::new(),
    }
}

#[test]
fn a_packed_delivery_crosses_between_objects_as_its_rows() {
    let story = Story::in_status(Status::Completed);
    let request = RequestRow::new(&org(), &story.request).unwrap();
    let events: Vec<EventRow> =
        story.events.iter().map(|event| EventRow::new(&org(), &story.request, event, &trace()).unwrap()).collect();
    let packed =
        Packed::new(&Delivery { request: Some(request.clone()), events: events.clone(), audit: vec![] }).unwrap();
    let text = serde_json::to_string(&packed).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({ "request": request, "events": events, "audit": [] })
    );
    let arrived: Packed = serde_json::from_str(&text).unwrap();
    assert_eq!(arrived.about(), Some((story.request.id, story.request.version)));
    assert_eq!((arrived.rows(), arrived.bytes()), (events.len() + 1, packed.bytes()));
    // Of an older release, that left out what is empty.
    let audit: Packed = serde_json::from_str(r#"{"audit":[{"seq":1}]}"#).unwrap();
    assert_eq!((audit.rows(), audit.about()), (1, None));
}
