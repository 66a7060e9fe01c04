//! Random lives of a request: whatever people try, in whatever order and with whatever clock, the rules hold together.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::select};

use super::{
    Action, Arrived, AttachmentId, Command, Declared, EditInput, EventBody, Link, LinkKind, MaintenanceRequest, Status,
    Visibility, allowed_actions, apply, attaching, decide, fixtures::*, may_edit, may_see, rules::DAY_MS,
};
use crate::domain::file::{FileKind, FileName};
use crate::domain::request::{EventRow, RequestRow, Sla, SlaState, Summary};
use crate::domain::{Actor, Caller, Event, Priority, Refusal, Timestamp};

/// One attempt: who, what, and how far the clock moves before it (it may run backwards).
type Attempt = (Caller, Wish, i64);

#[derive(Debug, Clone)]
enum Wish {
    Act(Action),
    Claim,
    Comment(Visibility),
    Retitle(u8),
    Prioritise(Priority),
    WaitForTheAlarm,
    Attach(Visibility),
    Detach,
    Link(LinkKind, u8),
    LinkOfTheirs(LinkKind, u8),
    Unlink(u8),
    UnlinkOfTheirs(u8),
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let who = select(vec![requester(), technician(), other_technician(), manager(), admin(), stranger()]);
    let what = prop_oneof![
        12 => select(Action::ALL).prop_map(Wish::Act),
        2 => Just(Wish::Claim),
        1 => select(Visibility::ALL).prop_map(Wish::Comment),
        1 => (0_u8..3).prop_map(Wish::Retitle),
        1 => select(Priority::ALL).prop_map(Wish::Prioritise),
        1 => Just(Wish::WaitForTheAlarm),
        2 => select(Visibility::ALL).prop_map(Wish::Attach),
        1 => Just(Wish::Detach),
        2 => (select(LinkKind::ALL), 0_u8..3).prop_map(|(kind, other)| Wish::Link(kind, other)),
        1 => (select(LinkKind::ALL), 0_u8..3).prop_map(|(kind, other)| Wish::LinkOfTheirs(kind, other)),
        2 => (0_u8..3).prop_map(Wish::Unlink),
        1 => (0_u8..3).prop_map(Wish::UnlinkOfTheirs),
    ];
    let moves = prop_oneof![6 => 0..DAY_MS, 1 => -DAY_MS..0, 1 => 0..40 * DAY_MS];
    proptest::collection::vec((who, what, moves), 0..60)
}

fn command(wish: &Wish, caller: &Caller) -> Option<Command> {
    match wish {
        Wish::Act(action) => Some(valid_command(*action, caller)),
        Wish::Claim => Some(assign_to(caller)),
        Wish::Comment(visibility) => Some(comment("Noted", *visibility)),
        Wish::Retitle(n) => Some(edit_title(&format!("Lift B, report {n}"))),
        Wish::Prioritise(priority) => {
            Some(Command::Edit(EditInput { priority: Some(*priority), ..EditInput::default() }))
        }
        Wish::Link(kind, other) => Some(link(*kind, (*other).into())),
        Wish::LinkOfTheirs(kind, other) => Some(link_of_theirs(*kind, (*other).into())),
        Wish::Unlink(other) => Some(unlink((*other).into())),
        Wish::UnlinkOfTheirs(other) => {
            let Link { other, at, .. } = link_to(LinkKind::Relates, (*other).into());
            Some(Command::Unlink { other, made_at: Some(at) })
        }
        Wish::WaitForTheAlarm | Wish::Attach(_) | Wish::Detach => None,
    }
}

/// Makes the attempts, checking each outcome against what the record offered before.
fn live(attempts: &[Attempt]) -> Result<Story, TestCaseError> {
    let mut story = Story::begin();
    let mut now = at(0);
    for (caller, wish, moves_ms) in attempts {
        now = now.plus_ms(*moves_ms);
        let Some(command) = command(wish, caller) else {
            let (body, actor) = match file(wish, &story, caller, now) {
                Some(body) => (Some(body), Actor::from(caller)),
                None => (super::decide::close_by_itself(&story.request, now), Actor::System),
            };
            if let Some(body) = body {
                story.happen(body, actor, now);
            }
            is_consistent(&story.request, now)?;
            continue;
        };
        let before = story.request.clone();
        let allowed = allowed_actions(&before, caller, now, &RULES);
        let outcome = decide(&before, &command, caller, now, &RULES);
        let action = if let Command::Step(step) = &command { Some(step.action()) } else { None };
        match (&outcome, action) {
            (Ok(_), Some(action)) => prop_assert!(allowed.contains(&action)),
            (Ok(_), None) => prop_assert!(may_see(&before, caller)),
            (Err(Refusal::NotFound), _) => {
                let is_of_link = matches!(command, Command::Unlink { .. });
                prop_assert!(is_of_link || !may_see(&before, caller));
            }
            // Wrong inputs to something the caller may do: the assignee is the same, or another than the technician.
            (Err(Refusal::Invalid { code, .. }), _) => prop_assert_eq!(code, "no_change"),
            // A claim of what somebody else has, without saying that it takes over.
            (Err(Refusal::Conflict { code, .. }), Some(_)) => {
                prop_assert_eq!(code, "already_assigned");
                prop_assert!(before.assignee.is_some() && !caller.role.manages());
            }
            (Err(Refusal::Conflict { code, .. }), None) => {
                let codes = ["already_linked", "has_duplicates", "merged", "undo_at_duplicate"];
                prop_assert!(codes.contains(&code.as_str()), "{}", code);
            }
            (Err(Refusal::Forbidden { action }), wanted) => {
                prop_assert_eq!(action.clone(), wanted.map(Action::word));
                prop_assert!(wanted.is_none_or(|action| !allowed.contains(&action)));
            }
            (Err(Refusal::InvalidTransition { status, allowed: told, record: None }), wanted) => {
                prop_assert_eq!(status.clone(), before.status.word());
                prop_assert_eq!(told.clone(), allowed.iter().map(|action| action.word()).collect::<Vec<_>>());
                prop_assert!(wanted.is_none_or(|action| !allowed.contains(&action)));
                prop_assert!(!matches!(command, Command::Edit(_)) || !may_edit(&before, caller));
            }
            (Err(other), _) => prop_assert!(false, "an unexpected refusal: {other:?}"),
        }
        if let Ok(body) = outcome {
            story.happen(body, Actor::from(caller), now);
        }
        is_consistent(&story.request, now)?;
    }
    Ok(story)
}

/// What becomes of a wish for a file, if it is granted.
fn file(wish: &Wish, story: &Story, caller: &Caller, now: Timestamp) -> Option<EventBody> {
    match wish {
        Wish::Attach(visibility) => {
            let declared = Declared {
                filename: FileName::parse("a.txt").unwrap(),
                size: 1,
                visibility: *visibility,
                mark: None,
                comment: None,
            };
            let id = AttachmentId(uuid::Uuid::from_u128(story.events.len() as u128));
            let arrived = Arrived::new(FileKind::Text, None, String::new());
            attaching::attach(&story.request, id, declared, arrived, caller, now, &RULES).ok()
        }
        Wish::Detach => {
            let first = story.request.attachments.first()?;
            attaching::detach(&story.request, first.id, caller).ok()
        }
        _ => None,
    }
}

/// What is true of a request in every state.
fn is_consistent(request: &MaintenanceRequest, now: Timestamp) -> Result<(), TestCaseError> {
    let status = request.status;
    let done = matches!(status, Status::Completed | Status::Closed);
    let explained = matches!(status, Status::Rejected | Status::OnHold | Status::Cancelled);
    let has_assignee = request.assignee.is_some();
    prop_assert_eq!(request.completed_at.is_some(), done);
    prop_assert_eq!(request.resolution.is_some(), done);
    prop_assert_eq!(request.closed_at.is_some(), status.is_final());
    prop_assert_eq!(request.status_reason.is_some(), explained);
    prop_assert_eq!(request.held_since.is_some(), status == Status::OnHold);
    prop_assert!(has_assignee || !matches!(status, Status::Assigned | Status::InProgress | Status::OnHold));
    prop_assert!(has_assignee || !done);
    prop_assert!(request.rating.is_none() || status == Status::Closed);
    prop_assert!(request.held_ms >= 0);
    prop_assert_eq!(request.due_at, request.created_at.plus_ms(request.target_ms + request.held_ms));
    prop_assert!(Sla::of(request, now).held_ms >= request.held_ms);
    prop_assert_eq!(Summary::from(request).version, request.version);
    let has = |kind| request.links.iter().any(|link| link.kind == kind);
    prop_assert!(!has(LinkKind::DuplicateOf) || status == Status::Cancelled);
    prop_assert!(!(has(LinkKind::DuplicateOf) && has(LinkKind::HasDuplicate)));
    let others: BTreeSet<_> = request.links.iter().map(|link| link.other).collect();
    prop_assert_eq!(others.len(), request.links.len());
    Ok(())
}

/// The clock as its definition has it, from the events alone: for how long, until `now`, work could go on, in
/// milliseconds.
fn running_ms(events: &[Event], now: Timestamp) -> i64 {
    let (mut total, mut since) = (0, None);
    for event in events {
        match &event.body {
            EventBody::Created { .. } | EventBody::Resumed {} | EventBody::Reopened { .. } => since = Some(event.ts),
            // A duplicate is closed, and stands where it stood once that is undone.
            EventBody::Unlinked { link: Link { was: Some(was), .. }, .. } => {
                since = (*was != Status::OnHold).then_some(event.ts);
            }
            EventBody::Linked { link: Link { kind: LinkKind::DuplicateOf, .. }, .. }
            | EventBody::Held { .. }
            | EventBody::Completed { .. }
            | EventBody::Rejected { .. }
            | EventBody::Cancelled { .. } => total += since.take().map_or(0, |since| event.ts.ms_since(since)),
            // On hold, the clock stood still until a manager took the work back.
            EventBody::Released { .. } => since = since.or(Some(event.ts)),
            EventBody::Approved {}
            | EventBody::Assigned { .. }
            | EventBody::Started {}
            | EventBody::Closed { .. }
            | EventBody::Edited { .. }
            | EventBody::Commented { .. }
            | EventBody::Attached { .. }
            | EventBody::Marked { .. }
            | EventBody::Detached { .. }
            | EventBody::Linked { .. }
            | EventBody::Unlinked { .. } => {}
        }
    }
    total + since.map_or(0, |since| now.ms_since(since))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_request_is_late_exactly_when_work_could_go_on_for_longer_than_its_target(
        attempts in attempts(),
        later in 0..40 * DAY_MS,
    ) {
        let Story { request, events } = live(&attempts)?;
        let now = events.last().map_or(at(0), |event| event.ts).plus_ms(later);
        let is_late = running_ms(&events, now) > request.target_ms;
        prop_assert_eq!(Sla::of(&request, now).state == SlaState::Breached, is_late);
    }

    #[test]
    fn replaying_the_events_gives_the_snapshot(attempts in attempts()) {
        let Story { request, events } = live(&attempts)?;
        let replayed = MaintenanceRequest::replay(request.id, request.epoch, &events);
        prop_assert_eq!(replayed.as_ref(), Some(&request));

        // Delivered twice, as a retry does: nothing happens twice.
        let twice: Vec<Event> = events.iter().flat_map(|event| [event.clone(), event.clone()]).collect();
        let replayed = MaintenanceRequest::replay(request.id, request.epoch, &twice);
        prop_assert_eq!(replayed.as_ref(), Some(&request));
        let mut again = request.clone();
        events.iter().for_each(|event| apply(&mut again, event));
        prop_assert_eq!(&again, &request);
    }

    #[test]
    fn seqs_have_no_gap_and_times_never_run_backwards(attempts in attempts()) {
        let Story { request, events } = live(&attempts)?;
        let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
        prop_assert_eq!(seqs, (1..=request.version).collect::<Vec<_>>());
        prop_assert!(events.is_sorted_by_key(|event| event.ts));
    }

    #[test]
    fn snapshot_and_events_survive_storage(attempts in attempts()) {
        let Story { request, events } = live(&attempts)?;
        let row = RequestRow::new(&org(), &request).unwrap();
        let row: RequestRow = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
        prop_assert_eq!(row.into_request().unwrap(), request.clone());
        for event in events {
            let row = EventRow::new(&org(), &request, &event, &trace()).unwrap();
            prop_assert_eq!(row.into_event().unwrap(), event.clone());
            let json = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event.clone());
            // What a requester is not to know of says so.
            prop_assert_eq!(event.visibility() == Visibility::Internal, json.contains("\"visibility\":\"internal\""));
        }
    }
}
