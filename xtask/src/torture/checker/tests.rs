//! The checker is silent about a history that is right, and finds each planted bug in one that is not.

mod files;
mod fixture;
mod post;
mod things;

use serde_json::json;

use super::super::history::*;
use super::{Kind, check};
use fixture::{FIRST, OTHER, REQUESTER, SECOND, System};

/// The kinds of what is found when the history was changed in one place.
fn found(plant: impl FnOnce(&mut History)) -> Vec<Kind> {
    let mut history = System::history();
    plant(&mut history);
    let mut kinds: Vec<Kind> = check(&history).into_iter().map(|violation| violation.kind).collect();
    kinds.dedup();
    kinds
}

fn done(version: i64, shown: Answered) -> Outcome {
    Outcome::Done { request: None, version, shown }
}

fn refused(status: u16, shown: Option<Shown>) -> Outcome {
    Outcome::Refused { status, code: "invalid_transition".to_owned(), shown }
}

/// The object as if it had never had its last event.
fn forget_last(history: &mut History) {
    let object = history.objects.get_mut(FIRST).unwrap();
    object.timeline.pop();
    object.requesters_timeline.pop();
}

#[test]
fn a_history_without_a_fault_has_no_violation() {
    assert_eq!(check(&System::history()), []);
}

#[test]
fn an_acknowledged_write_that_is_not_there_is_lost() {
    assert!(found(forget_last).contains(&Kind::Lost));
    assert!(found(|history| drop(history.objects.remove(SECOND))).contains(&Kind::Lost));
}

#[test]
fn a_write_that_is_there_twice_is_doubled() {
    let twice = found(|history| {
        let object = history.objects.get_mut(FIRST).unwrap();
        let mut again = object.timeline[6 - 1].clone();
        again["seq"] = json!(10);
        object.timeline.push(again);
    });
    assert!(twice.contains(&Kind::Doubled), "{twice:?}");
    let twice = found(|history| {
        let mut second = history.writes[6].attempts[0].clone();
        (second.invoked, second.returned) = (20_000, 20_100);
        second.outcome = done(9, Answered::Event(1));
        history.writes[6].attempts.push(second);
    });
    assert!(twice.contains(&Kind::Doubled), "{twice:?}");
}

/// A history in which everybody was told what concerns them.
fn told() -> History {
    let mut history = System::history();
    let notice = |(request, seq): (&str, i64)| json!({ "request": { "id": request }, "seq": seq });
    for place in 0..history.people.len() {
        let expected = super::notices::expected(&history, &history.people[place]);
        let notices = expected.into_iter().map(notice).collect();
        history.notices.insert(place, notices);
    }
    history
}

#[test]
fn notices_that_are_lost_doubled_or_not_theirs_are_found() {
    let mut history = told();
    assert_eq!(check(&history), []);
    let requesters = history.notices[&REQUESTER].clone();
    assert!(!requesters.is_empty());
    let kinds = |history: &History| check(history).into_iter().map(|one| one.kind).collect::<Vec<_>>();
    history.notices.get_mut(&REQUESTER).unwrap().pop();
    assert_eq!(kinds(&history), [Kind::Notices]);
    history.notices.insert(REQUESTER, [requesters.clone(), requesters[..1].to_vec()].concat());
    assert_eq!(kinds(&history), [Kind::Notices]);
    // What a requester did themselves, and what is internal, is nothing to them.
    let mut foreign = requesters[0].clone();
    foreign["seq"] = json!(1);
    history.notices.insert(REQUESTER, [requesters.clone(), vec![foreign]].concat());
    assert_eq!(kinds(&history), [Kind::Notices]);
    // What is told of an account is nothing that a request did; that others' work is due is nothing to a requester.
    let account = json!({ "kind": "new_device", "device": "curl" });
    history.notices.insert(REQUESTER, [requesters.clone(), vec![account]].concat());
    assert_eq!(kinds(&history), []);
    let due = json!({ "kind": "overdue", "request": { "id": FIRST }, "due_at": "2026-11-29T10:00:00.000Z" });
    history.notices.insert(REQUESTER, [requesters.clone(), vec![due.clone()]].concat());
    assert_eq!(kinds(&history), [Kind::Notices]);
    history.notices.insert(REQUESTER, requesters);
    let approver = history.people.iter().position(|person| matches!(person.role, Role::Manager | Role::Admin)).unwrap();
    let known = history.notices[&approver].clone();
    history.notices.insert(approver, [known.clone(), vec![due.clone()]].concat());
    assert_eq!(kinds(&history), []);
    history.notices.insert(approver, [known, vec![due.clone(), due]].concat());
    assert_eq!(kinds(&history), [Kind::Notices], "once per due time");
}

#[test]
fn time_that_runs_backwards_is_found_wherever_the_clock_was() {
    let event = found(|history| {
        let object = history.objects.get_mut(FIRST).unwrap();
        object.timeline[5]["ts"] = object.timeline[1]["ts"].clone();
    });
    assert!(event.contains(&Kind::Backwards), "{event:?}");
    let list = found(|history| history.index.reverse());
    assert_eq!(list, [Kind::Backwards]);
    // The moments of calls are the run's own: a system whose clock is elsewhere is not judged by its times.
    let elsewhere = found(|history| history.writes.iter_mut().for_each(|write| write.attempts[0].invoked += 100));
    assert_eq!(elsewhere, []);
}

#[test]
fn what_another_release_wrote_into_an_event_is_no_other_event() {
    let written = found(|history| {
        for event in &mut history.read_model.get_mut(FIRST).unwrap().events {
            event["body"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
            event["body"]["left_out_there"] = json!(null);
            event["known_to_one_release"] = json!(true);
        }
    });
    assert_eq!(written, []);
    let lost = found(|history| history.read_model.get_mut(FIRST).unwrap().events[3]["body"]["body"] = json!(null));
    assert_eq!(lost, [Kind::ReadModel]);
}

#[test]
fn an_event_that_nobody_caused_is_found() {
    let found = found(|history| history.writes.retain(|write| write.number != 5));
    assert_eq!(found, [Kind::Causeless]);
}

#[test]
fn an_open_outcome_explains_one_event_and_not_two() {
    let open = |history: &mut History| {
        history.writes[6].attempts[0].outcome = Outcome::Unknown("reset".to_owned());
    };
    assert_eq!(found(open), []);
    let twice = found(|history| {
        open(history);
        let object = history.objects.get_mut(FIRST).unwrap();
        let mut again = object.timeline[6 - 1].clone();
        again["seq"] = json!(10);
        object.timeline.push(again);
    });
    assert!(twice.contains(&Kind::Doubled), "{twice:?}");
}

#[test]
fn a_refused_write_that_took_effect_is_found() {
    let found = found(|history| history.writes[6].attempts[0].outcome = refused(409, None));
    assert_eq!(found, [Kind::RefusedButApplied]);
}

#[test]
fn two_writes_acknowledged_as_one_version_are_found() {
    let found = found(|history| {
        let mut second = history.writes[1].clone();
        second.number = 99;
        history.writes.push(second);
    });
    assert!(found.contains(&Kind::Versions), "{found:?}");
}

#[test]
fn what_the_state_machine_forbids_is_found() {
    let found = found(|history| {
        let object = history.objects.get_mut(FIRST).unwrap();
        object.timeline.swap(1, 4);
        (object.timeline[1]["seq"], object.timeline[4]["seq"]) = (json!(2), json!(5));
    });
    assert!(found.contains(&Kind::Illegal), "{found:?}");
}

#[test]
fn a_write_that_overtook_an_earlier_one_is_found() {
    let found = found(|history| history.writes[7].attempts[0].returned = 1_900);
    assert!(found.contains(&Kind::RealTime), "{found:?}");
}

#[test]
fn a_read_of_the_past_and_one_of_the_future_are_found() {
    let past = found(|history| (history.reads[1].invoked, history.reads[1].returned) = (30_000, 30_100));
    assert_eq!(past, [Kind::StaleRead]);
    let future = found(|history| (history.reads[9].invoked, history.reads[9].returned) = (1, 2));
    assert!(future.contains(&Kind::StaleRead), "{future:?}");
}

#[test]
fn a_record_that_never_was_is_found() {
    let found = found(|history| {
        let shown = history.reads[4].shown.as_mut().unwrap();
        shown.text = shown.text.replace("in_progress", "completed");
    });
    assert_eq!(found, [Kind::ShownOtherwise]);
}

#[test]
fn a_refusal_without_a_reason_is_found() {
    let conflict = |version: usize| {
        move |history: &mut History| {
            let shown =
                history.reads.iter().filter(|read| read.request == FIRST).nth(version - 1).unwrap().shown.clone();
            let mut write = history.writes[1].clone();
            (write.number, write.if_match) = (99, None);
            write.attempts[0].invoked = 100 * version as u64;
            write.attempts[0].returned = 60_000;
            write.attempts[0].outcome = refused(409, shown);
            history.writes.push(write);
        }
    };
    // It cannot be approved a second time; while submitted it can.
    assert_eq!(found(conflict(3)), []);
    assert_eq!(found(conflict(1)), [Kind::WrongRefusal]);
}

#[test]
fn a_precondition_that_did_not_hold_and_was_granted_is_found() {
    assert_eq!(found(|history| history.writes[4].if_match = Some(2)), [Kind::Precondition]);
}

#[test]
fn a_repeated_call_with_another_reply_is_found() {
    let found = found(|history| {
        let mut second = history.writes[6].attempts[0].clone();
        second.outcome = refused(409, None);
        history.writes[6].attempts.push(second);
    });
    assert_eq!(found, [Kind::ReplyDiffers]);
}

#[test]
fn a_session_that_ended_by_itself_is_found() {
    assert_eq!(found(|history| history.reads[0].status = 401), [Kind::SessionLost]);
}

#[test]
fn an_event_that_a_viewer_missed_or_saw_twice_is_found() {
    assert_eq!(
        found(|history| history.viewers[0].seen.retain(|seen| !matches!(seen, Seen::Event { seq: 5, .. }))),
        [Kind::Missed]
    );
    let last = |history: &mut History| history.viewers[0].seen.truncate(9);
    assert_eq!(found(last), [Kind::Missed]);
    let twice = found(|history| {
        let again = history.viewers[0].seen[4].clone();
        history.viewers[0].seen.insert(5, again);
    });
    assert_eq!(twice, [Kind::SeenTwice]);
    let swapped = found(|history| history.viewers[0].seen.swap(4, 5));
    assert!(swapped.contains(&Kind::SeenTwice) && swapped.contains(&Kind::Missed), "{swapped:?}");
}

#[test]
fn an_internal_comment_that_reached_a_requester_is_found() {
    let socket = found(|history| {
        let secret = history.viewers[0].seen[4].clone();
        assert_eq!(history.viewers[1].by, REQUESTER);
        history.viewers[1].seen.insert(4, secret);
    });
    assert!(socket.contains(&Kind::Leaked), "{socket:?}");
    let timeline = found(|history| {
        let object = history.objects.get_mut(FIRST).unwrap();
        object.requesters_timeline = object.timeline.clone();
    });
    assert_eq!(timeline, [Kind::Leaked]);
    let list = found(|history| history.requesters_lists.get_mut(&OTHER).unwrap().push(FIRST.to_owned()));
    assert_eq!(list, [Kind::Leaked]);
}

#[test]
fn a_snapshot_that_its_events_do_not_make_is_found() {
    let found = found(|history| {
        let object = history.objects.get_mut(FIRST).unwrap();
        object.inspection["object"]["snapshot"]["status"] = json!("approved");
    });
    assert!(found.contains(&Kind::Snapshot), "{found:?}");
}

#[test]
fn an_outbox_that_is_not_empty_in_the_end_is_found() {
    let found = found(|history| {
        let object = history.objects.get_mut(FIRST).unwrap();
        object.inspection["object"]["outbox"][2]["pending"] = json!(1);
    });
    assert_eq!(found, [Kind::Outbox]);
}

#[test]
fn a_copy_that_tells_otherwise_is_found() {
    assert_eq!(found(|history| drop(history.index.pop())), [Kind::Index]);
    assert_eq!(found(|history| history.index[0]["status"] = json!("closed")), [Kind::Index]);
    assert_eq!(found(|history| drop(history.read_model.remove(FIRST))), [Kind::ReadModel]);
    let event = found(|history| drop(history.read_model.get_mut(FIRST).unwrap().events.pop()));
    assert_eq!(event, [Kind::ReadModel]);
    assert_eq!(found(|history| history.read_model_events += 1), [Kind::ReadModel]);
}

#[test]
fn an_audit_that_misses_repeats_or_changes_something_is_found() {
    assert!(found(|history| drop(history.audit.pop())).contains(&Kind::Audit));
    let wrong_cause = found(|history| history.audit[3].json["request_id"] = json!("trace-9"));
    assert!(wrong_cause.contains(&Kind::Audit), "{wrong_cause:?}");
    let repeated = found(|history| history.audit.push(history.audit[0].clone()));
    assert!(repeated.contains(&Kind::Audit), "{repeated:?}");
    assert_eq!(found(|history| drop(history.audit_copy.pop())), [Kind::AuditCopy]);
    assert_eq!(found(|history| history.audit_copy[2]["hash"] = json!("0")), [Kind::AuditCopy]);
}
