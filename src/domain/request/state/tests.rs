//! The stored snapshot: its JSON is golden, and what an older version stored is read.

use super::*;
use crate::domain::{
    Visibility, golden,
    request::{Action, fixtures::*},
};

#[test]
fn the_stored_snapshot_is_golden() {
    let mut request = Story::in_status(Status::Closed).request;
    request.number = Some("MR-000123".into());
    golden::assert_golden("request.json", &request);
    let read: MaintenanceRequest = serde_json::from_str(&golden::read("request.json")).unwrap();
    assert_eq!(read, request);
}

#[test]
fn a_snapshot_of_an_older_version_still_parses() {
    // Frozen: as the first version stored it, with the defaulted fields absent. Never blessed, only added to.
    let read: MaintenanceRequest = serde_json::from_str(&golden::read("request.v1.json")).unwrap();
    assert_eq!(read.status, Status::Submitted);
    assert_eq!((read.number, read.assignee, read.held_ms, read.epoch), (None, None, 0, 0));
}

#[test]
fn a_life_begins_with_a_creation_by_a_user() {
    let id = request_id();
    let created = Story::begin().events.remove(0);
    assert!(MaintenanceRequest::begin(id, 1, &created).is_some());
    assert!(MaintenanceRequest::begin(id, 1, &Event { actor: Actor::System, ..created.clone() }).is_none());
    assert!(MaintenanceRequest::begin(id, 1, &Event { body: EventBody::Approved {}, ..created }).is_none());
    assert!(MaintenanceRequest::replay(id, 1, &[]).is_none());
}

#[test]
fn an_internal_comment_moves_the_version_of_those_alone_who_read_it() {
    let mut story = Story::in_status(Status::InProgress);
    let before = story.request.clone();
    story.tell(&technician(), &comment("The part is ordered.", Visibility::Internal), at(60)).unwrap();
    let public = Moment { version: before.version, at: before.updated_at };
    let (version, updated_at) = (before.version + 1, at(60));
    let expected = MaintenanceRequest { version, updated_at, last_public: Some(public), ..before };
    assert_eq!(story.request, expected);
    assert_eq!(expected.last_event(false), public);
    assert_eq!(expected.last_event(true), Moment { version, at: updated_at });
    // Another changes nothing of that, and what everybody sees ends it.
    story.tell(&technician(), &comment("It is late.", Visibility::Internal), at(61)).unwrap();
    assert_eq!(story.request.last_event(false), public);
    story.tell(&technician(), &comment("Tomorrow.", Visibility::Public), at(62)).unwrap();
    assert_eq!(story.request.last_public, None);
    assert_eq!(story.request.last_event(false), Moment { version: version + 2, at: at(62) });
}

#[test]
fn the_first_start_is_remembered_over_a_reopening() {
    let mut story = Story::in_status(Status::Completed);
    let started_at = story.request.started_at;
    story.tell(&requester(), &valid_command(Action::Reopen, &requester()), at(90)).unwrap();
    assert_eq!(started_at, Some(at(3)));
    assert_eq!(story.request.started_at, started_at);
}
