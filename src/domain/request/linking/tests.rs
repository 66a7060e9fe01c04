//! Links: who makes them, what a merge does and undoes, and that both ends come to the same.

use super::*;
use crate::domain::request::fixtures::*;
use crate::domain::request::{Record, apply, decide, may_comment, may_see};
use crate::domain::request::{Status, Visibility};
use crate::domain::user::Actor;

const OPEN: [Status; 5] = [Status::Submitted, Status::Approved, Status::Assigned, Status::InProgress, Status::OnHold];

fn code(outcome: Result<impl std::fmt::Debug, Refusal>) -> String {
    match outcome.unwrap_err() {
        Refusal::Invalid { code, .. } => code,
        refusal => refusal.code().to_owned(),
    }
}

fn refused(story: &Story, command: &Command, caller: &Caller) -> String {
    code(decide(&story.request, command, caller, at(20), &RULES))
}

/// What the request at the other end makes of what happened last to this one.
fn deliver(from: &Story, to: &mut Story) -> Result<(), Refusal> {
    let event = from.events.last().unwrap();
    let (id, command) = for_the_other(&from.request, event).unwrap();
    assert_eq!(id, to.request.id);
    to.tell(&manager(), &command, at(30))
}

/// Another request than the fixtures', which the stranger reported.
fn another(number: u128) -> Story {
    let mut story = Story::begin();
    story.request.id = link_to(LinkKind::Relates, number).other;
    story.request.number = Some(format!("MR-{number:06}"));
    story.request.requester = stranger().user;
    story
}

/// A link from one to the other.
fn command(kind: LinkKind, to: &Story, minute: i64) -> Command {
    let record = serde_json::to_value(Record::of(&to.request, &manager(), at(20), &RULES)).unwrap();
    Command::Link { link: Link::to(kind, &record, at(minute)).unwrap(), theirs: false }
}

#[test]
fn the_opposite_of_the_opposite_is_the_same() {
    for &kind in LinkKind::ALL {
        assert_eq!(kind.opposite().opposite(), kind);
        assert_eq!(kind.opposite().is_merge(), kind.is_merge());
    }
}

#[test]
fn managers_make_all_links_and_technicians_those_that_mean_nothing_more() {
    let story = Story::begin();
    for &kind in LinkKind::ALL {
        assert!(decide(&story.request, &link(kind, 7), &manager(), at(20), &RULES).is_ok(), "{kind}");
        let by_technician = decide(&story.request, &link(kind, 7), &technician(), at(20), &RULES);
        assert_eq!(by_technician.is_ok(), kind == LinkKind::Relates, "{kind}");
        assert_eq!(refused(&story, &link(kind, 7), &requester()), "forbidden");
        assert_eq!(refused(&story, &link(kind, 7), &stranger()), "not_found");
    }
}

#[test]
fn what_is_open_is_merged_and_stands_where_it_stood_once_that_is_undone() {
    for status in OPEN {
        let mut story = Story::in_status(status);
        let before = story.request.clone();
        story.tell(&manager(), &link(LinkKind::DuplicateOf, 7), at(20)).unwrap();
        assert_eq!(story.request.status, Status::Cancelled);
        assert_eq!(story.request.status_reason.as_deref(), Some("Duplicate of MR-000007."));
        story.tell(&manager(), &unlink(7), at(50)).unwrap();
        let mut after = story.request.clone();
        assert_eq!((after.held_ms, after.version), (30 * 60_000 + held(&before), before.version + 2));
        assert_eq!(after.held_since, before.held_since.map(|_| at(50)));
        (after.held_ms, after.held_since, after.due_at) = (before.held_ms, before.held_since, before.due_at);
        (after.version, after.updated_at) = (before.version, before.updated_at);
        assert_eq!(after, before);
    }
}

/// How long the request was held until it was merged.
fn held(request: &MaintenanceRequest) -> i64 {
    request.held_since.map_or(0, |since| at(20).ms_since(since))
}

#[test]
fn what_is_done_is_no_duplicate_any_more() {
    for status in [Status::Completed, Status::Closed, Status::Rejected, Status::Cancelled] {
        let story = Story::in_status(status);
        assert_eq!(refused(&story, &link(LinkKind::DuplicateOf, 7), &manager()), "invalid_transition");
        assert!(decide(&story.request, &link(LinkKind::Relates, 7), &technician(), at(20), &RULES).is_ok());
    }
}

#[test]
fn a_request_is_a_duplicate_or_has_duplicates() {
    let (mut first, mut second) = (Story::begin(), another(7));
    first.tell(&manager(), &command(LinkKind::DuplicateOf, &second, 20), at(20)).unwrap();
    deliver(&first, &mut second).unwrap();
    assert_eq!(refused(&second, &link(LinkKind::DuplicateOf, 8), &manager()), "has_duplicates");
    assert_eq!(refused(&first, &link_of_theirs(LinkKind::HasDuplicate, 8), &manager()), "merged");
    let record = serde_json::to_value(Record::of(&first.request, &manager(), at(20), &RULES)).unwrap();
    let refusal = Link::to(LinkKind::DuplicateOf, &record, at(20)).unwrap_err();
    assert_eq!(refusal.to_string(), "The other request is itself a duplicate of MR-000007.");
}

#[test]
fn what_cannot_be_said_is_refused() {
    let story = Story::begin();
    let record = |story: &Story| serde_json::to_value(Record::of(&story.request, &manager(), at(20), &RULES)).unwrap();
    for kind in [LinkKind::HasDuplicate, LinkKind::SplitInto] {
        assert_eq!(code(Link::to(kind, &record(&another(7)), at(20))), "of_the_other");
    }
    let ended = record(&Story::in_status(Status::Rejected));
    assert_eq!(code(Link::to(LinkKind::DuplicateOf, &ended, at(20))), "other_is_final");
    assert!(Link::to(LinkKind::Relates, &ended, at(20)).is_ok());
    let itself = command(LinkKind::Relates, &story, 20);
    assert_eq!(refused(&story, &itself, &manager()), "itself");
}

#[test]
fn the_same_link_is_there_once_and_another_takes_its_place() {
    let mut story = Story::begin();
    story.tell(&technician(), &link(LinkKind::Relates, 7), at(20)).unwrap();
    assert_eq!(refused(&story, &link(LinkKind::Relates, 7), &manager()), "already_linked");
    story.tell(&manager(), &link(LinkKind::Blocks, 7), at(21)).unwrap();
    assert_eq!(story.request.links, [link_to(LinkKind::Blocks, 7)]);
    assert_eq!(refused(&story, &unlink(7), &technician()), "forbidden");
    story.tell(&manager(), &link(LinkKind::DuplicateOf, 7), at(22)).unwrap();
    assert_eq!(refused(&story, &link(LinkKind::Relates, 7), &manager()), "already_linked");
    assert_eq!(refused(&story, &unlink(8), &manager()), "not_found");
}

#[test]
fn there_are_fifty_at_most() {
    let mut story = Story::begin();
    for other in 1..=50 {
        story.tell(&manager(), &link(LinkKind::Relates, other), at(20)).unwrap();
    }
    assert_eq!(refused(&story, &link(LinkKind::Relates, 51), &manager()), "too_many_links");
    assert!(decide(&story.request, &link(LinkKind::Blocks, 50), &manager(), at(20), &RULES).is_ok());
}

#[test]
fn both_ends_say_the_opposite_and_a_repetition_changes_nothing() {
    for kind in [LinkKind::Relates, LinkKind::Blocks, LinkKind::BlockedBy, LinkKind::DuplicateOf, LinkKind::SplitFrom] {
        let (mut first, mut second) = (Story::begin(), another(7));
        first.tell(&manager(), &command(kind, &second, 20), at(20)).unwrap();
        deliver(&first, &mut second).unwrap();
        let link = &second.request.links[0];
        assert_eq!((link.kind, link.other), (kind.opposite(), first.request.id));
        assert_eq!(link.title.is_some(), !kind.is_merge());
        let again = deliver(&first, &mut second);
        assert_eq!(settled(again), Ok(Outcome::Taken));
        assert_eq!(for_the_other(&second.request, second.events.last().unwrap()), None);
        first.tell(&manager(), &unlink(7), at(40)).unwrap();
        deliver(&first, &mut second).unwrap();
        assert_eq!((first.request.links.len(), second.request.links.len()), (0, 0));
        assert_eq!(settled(deliver(&first, &mut second)), Ok(Outcome::Taken));
    }
}

#[test]
fn of_two_links_that_are_made_at_once_both_ends_keep_the_later() {
    let (mut first, mut second) = (Story::begin(), another(7));
    first.request.number = Some("MR-000001".into());
    first.tell(&manager(), &command(LinkKind::Blocks, &second, 20), at(20)).unwrap();
    second.tell(&manager(), &command(LinkKind::Relates, &first, 21), at(21)).unwrap();
    let (one, other) = (first.clone(), second.clone());
    assert_eq!(settled(deliver(&one, &mut second)), Ok(Outcome::Taken));
    deliver(&other, &mut first).unwrap();
    assert_eq!((first.request.links[0].kind, second.request.links[0].kind), (LinkKind::Relates, LinkKind::Relates));
    // That the earlier one is removed comes late, and removes nothing.
    let late = Command::Unlink { other: first.request.id, made_at: Some(at(20)) };
    assert_eq!(refused(&second, &late, &manager()), "not_found");
}

#[test]
fn a_merge_stays_whatever_was_said_of_the_two_at_the_other_end_meanwhile() {
    let (mut first, mut second) = (Story::begin(), another(7));
    first.tell(&manager(), &command(LinkKind::DuplicateOf, &second, 20), at(20)).unwrap();
    second.tell(&manager(), &command(LinkKind::Relates, &Story::begin(), 21), at(21)).unwrap();
    let (one, other) = (first.clone(), second.clone());
    deliver(&one, &mut second).unwrap();
    assert_eq!(settled(deliver(&other, &mut first)), Ok(Outcome::Taken));
    let taken_away = Command::Unlink { other: second.request.id, made_at: Some(at(21)) };
    assert_eq!(refused(&first, &taken_away, &manager()), "not_found");
    let kinds = (first.request.links[0].kind, second.request.links[0].kind);
    assert_eq!(kinds, (LinkKind::DuplicateOf, LinkKind::HasDuplicate));
}

#[test]
fn of_two_merges_into_each_other_none_is_left_in_a_circle() {
    let (mut first, mut second) = (Story::begin(), another(7));
    first.request.number = Some("MR-000001".into());
    first.tell(&manager(), &command(LinkKind::DuplicateOf, &second, 20), at(20)).unwrap();
    // Each was looked up before the other was merged.
    second.tell(&manager(), &command(LinkKind::DuplicateOf, &Story::begin(), 20), at(20)).unwrap();
    let (one, other) = (first.clone(), second.clone());
    assert_eq!(settled(deliver(&one, &mut second)), Ok(Outcome::Refused));
    let link = first.request.links[0].clone();
    first.happen(taken_back(&first.request, &link).unwrap(), Actor::System, at(31));
    assert_eq!((first.request.status, first.request.links.len()), (Status::Submitted, 0));
    assert_eq!(taken_back(&first.request, &link), None);
    assert_eq!(for_the_other(&first.request, first.events.last().unwrap()), None);
    // The other's comes when this one is open again: that merge stands.
    deliver(&other, &mut first).unwrap();
    assert_eq!(first.request.links[0].kind, LinkKind::HasDuplicate);
    assert_eq!(second.request.links[0].kind, LinkKind::DuplicateOf);
}

#[test]
fn whoever_reported_the_same_sees_what_is_public_and_does_nothing_more() {
    let (mut first, mut second) = (another(7), Story::begin());
    let sari = stranger();
    assert!(!may_see(&second.request, &sari));
    first.tell(&manager(), &command(LinkKind::DuplicateOf, &second, 20), at(20)).unwrap();
    deliver(&first, &mut second).unwrap();
    assert!(may_see(&second.request, &sari));
    assert!(may_comment(&second.request, &sari, Visibility::Public));
    assert!(!may_comment(&second.request, &sari, Visibility::Internal));
    let record = Record::of(&second.request, &sari, at(40), &RULES);
    assert_eq!((record.allowed_actions.len(), record.may_edit, record.links.len()), (0, false, 1));
    // Whose request it is learns that there was another, and not of the other itself.
    assert_eq!(Record::of(&second.request, &requester(), at(40), &RULES).links, []);
    let cancel = valid_command(crate::domain::Action::Cancel, &sari);
    assert_eq!(refused(&second, &cancel, &sari), "forbidden");
    assert_eq!(refused(&second, &unlink_of(&first), &manager()), "undo_at_duplicate");
    first.tell(&manager(), &unlink_of(&second), at(41)).unwrap();
    deliver(&first, &mut second).unwrap();
    assert!(!may_see(&second.request, &sari));
}

fn unlink_of(story: &Story) -> Command {
    Command::Unlink { other: story.request.id, made_at: None }
}

#[test]
fn of_other_requests_a_requester_learns_nothing() {
    let mut story = Story::begin();
    let seen = Record::of(&story.request, &requester(), at(20), &RULES);
    let (version, updated_at) = (seen.version, seen.updated_at);
    for (other, kind) in (1..).zip([LinkKind::Relates, LinkKind::Blocks, LinkKind::SplitFrom]) {
        story.tell(&manager(), &link(kind, other), at(20)).unwrap();
    }
    let seen = Record::of(&story.request, &requester(), at(20), &RULES);
    assert_eq!((seen.version, seen.updated_at, seen.links), (version, updated_at, vec![]));
    assert_eq!(Record::of(&story.request, &technician(), at(20), &RULES).links.len(), 3);
}

#[test]
fn a_link_that_came_twice_in_a_replay_is_one() {
    let mut story = Story::begin();
    story.tell(&manager(), &link(LinkKind::DuplicateOf, 7), at(20)).unwrap();
    let again = story.events.last().unwrap().clone();
    let before = story.request.clone();
    apply(&mut story.request, &again);
    assert_eq!(story.request, before);
}
