//! Events are permanent: their public JSON is golden, and what an older version wrote is read.

use super::*;
use crate::domain::request::fixtures::*;
use crate::domain::request::{LinkKind, Status};
use crate::domain::{Priority, golden};

fn attachment(visibility: Visibility) -> Attachment {
    Attachment {
        id: "0b8a5f5e-1b54-4d4e-8a5b-2f6f0a3c9d10".parse().unwrap(),
        filename: "leak.jpg".into(),
        content_type: "image/jpeg".into(),
        size: 345_678,
        sha256: "ab".repeat(32),
        visibility,
        mark: Some(Mark::Before),
        comment: Some(3),
        width: Some(2_560),
        height: Some(1_920),
        thumbnail: false,
        by: technician().user,
        created_at: at(16),
    }
}

fn one_of_each() -> Vec<Event> {
    let change = |from: &str, to: &str| Some(Change { from: from.to_owned(), to: to.to_owned() });
    let bodies = [
        EventBody::Created {
            report: Report { description: "Twice since Monday.".into(), ..new_request().report() },
            requester: requester().user,
            target_ms: 86_400_000,
        },
        EventBody::Approved {},
        EventBody::Rejected { reason: "Not ours.".into() },
        EventBody::Assigned { assignee: technician().user, previous: None },
        EventBody::Assigned { assignee: other_technician().user, previous: Some(technician().user) },
        EventBody::Released { reason: "I am ill.".into() },
        EventBody::Started {},
        EventBody::Held { reason: "Waiting for the part.".into() },
        EventBody::Resumed {},
        EventBody::Completed { resolution: "Replaced the door sensor.".into(), auto_close_ms: Some(604_800_000) },
        EventBody::Closed { rating: Some(5) },
        EventBody::Closed { rating: None },
        EventBody::Reopened { reason: "It stopped again.".into() },
        EventBody::Cancelled { reason: "A duplicate.".into() },
        EventBody::Edited {
            changes: Changes {
                title: change("Lift B stops between floors", "Lift B is stuck"),
                priority: Some(Change { from: Priority::High, to: Priority::Urgent }),
                ..Changes::default()
            },
            target_ms: Some(Change { from: 86_400_000, to: 14_400_000 }),
        },
        EventBody::Commented { body: "The part is ordered.".into(), visibility: Visibility::Internal },
        EventBody::Attached { attachment: attachment(Visibility::Public) },
        EventBody::Marked {
            attachment: attachment(Visibility::Public).id,
            filename: "leak.jpg".into(),
            mark: Some(Mark::After),
            visibility: Visibility::Public,
        },
        EventBody::Detached {
            attachment: attachment(Visibility::Internal).id,
            filename: "leak.jpg".into(),
            size: 345_678,
            visibility: Visibility::Internal,
        },
        EventBody::Linked { link: link_to(LinkKind::DuplicateOf, 7), visibility: Visibility::Public, theirs: false },
        EventBody::Linked { link: link_to(LinkKind::HasDuplicate, 7), visibility: Visibility::Public, theirs: true },
        EventBody::Unlinked {
            link: Link {
                was: Some(Status::OnHold),
                was_reason: Some("Waiting for the part.".into()),
                ..link_to(LinkKind::DuplicateOf, 7)
            },
            visibility: Visibility::Public,
            theirs: false,
        },
        EventBody::Unlinked { link: link_to(LinkKind::Blocks, 7), visibility: Visibility::Internal, theirs: false },
    ];
    let event = |(seq, body)| Event { seq, ts: at(seq), body, actor: Actor::from(&manager()) };
    (1..).zip(bodies).map(event).collect()
}

#[test]
fn the_public_json_of_every_event_is_golden() {
    let system = Event { seq: 99, ts: at(99), body: EventBody::Closed { rating: None }, actor: Actor::System };
    let mut events = one_of_each();
    events.push(system);
    golden::assert_golden("events.json", &events);
    let read: Vec<Event> = serde_json::from_str(&golden::read("events.json")).unwrap();
    assert_eq!(read, events);
}

#[test]
fn an_event_has_exactly_its_five_keys_and_its_own_kind() {
    for event in one_of_each() {
        let json = serde_json::to_value(&event).unwrap();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["actor", "body", "kind", "seq", "ts"]);
        assert_eq!(json["kind"], event.kind());
        assert!(json["body"].is_object());
    }
}

#[test]
fn kind_and_body_are_stored_apart_and_put_together_again() {
    for event in one_of_each() {
        let body = event.body.to_body().unwrap();
        assert_eq!(EventBody::from_parts(event.kind(), body).unwrap(), event.body);
    }
    assert!(EventBody::from_parts("exploded", json!({})).is_err());
    assert!(EventBody::from_parts("rejected", json!({})).is_err());
}

#[test]
fn an_event_of_an_older_version_still_parses() {
    // Frozen: as the first version wrote them, with the optional fields absent. Never blessed, only added to.
    let read: Vec<Event> = serde_json::from_str(&golden::read("events.v1.json")).unwrap();
    let kinds: Vec<&str> = read.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["created", "assigned", "closed", "edited", "commented"]);
}

#[test]
fn what_was_said_or_shown_internally_is_internal_and_nothing_else() {
    for event in one_of_each() {
        let is_link = matches!(&event.body, EventBody::Unlinked { link, .. } if !link.kind.is_merge());
        let is_internal = is_link || matches!(event.kind(), "commented" | "detached");
        let expected = if is_internal { Visibility::Internal } else { Visibility::Public };
        assert_eq!(event.visibility(), expected);
    }
}
