//! Given a request, when somebody wants something of it, then this happens, or that is why not.

use super::*;
use crate::domain::request::fixtures::*;
use crate::domain::request::rules::DAY_MS;
use crate::domain::request::{Category, Title};
use crate::domain::{Action, Actor, Visibility};

struct Given(Story);
struct When(Story, Result<(), Refusal>);

fn given(status: Status) -> Given {
    Given(Story::in_status(status))
}

impl Given {
    fn when(self, caller: &Caller, command: Command) -> When {
        self.when_at(at(60), caller, command)
    }

    fn when_at(mut self, now: Timestamp, caller: &Caller, command: Command) -> When {
        let outcome = self.0.tell(caller, &command, now);
        When(self.0, outcome)
    }
}

impl When {
    #[track_caller]
    fn then(self, body: EventBody, status: Status) -> Story {
        assert_eq!(self.1, Ok(()));
        assert_eq!(self.0.events.last().unwrap().body, body);
        assert_eq!(self.0.request.status, status);
        self.0
    }

    #[track_caller]
    fn then_refused(self, refusal: Refusal) {
        assert_eq!(self.1, Err(refusal));
    }
}

fn forbidden(action: Action) -> Refusal {
    Refusal::Forbidden { action: Some(action.word()) }
}

fn not_while(status: Status, allowed: &[Action]) -> Refusal {
    Refusal::InvalidTransition {
        status: status.word(),
        allowed: allowed.iter().map(|action| action.word()).collect(),
        record: None,
    }
}

fn by_word(action: Action) -> Command {
    valid_command(action, &manager())
}

#[test]
fn a_report_begins_a_request_that_is_due_by_its_priority() {
    let story = Story::begin();
    assert_eq!(story.request.status, Status::Submitted);
    assert_eq!(story.request.version, 1);
    assert_eq!(story.request.requester, requester().user);
    assert_eq!(story.request.due_at, at(24 * 60));
}

#[test]
fn a_manager_reports_on_behalf_of_another_and_a_technician_may_not() {
    let new = NewRequest { requester: Some(stranger().user), ..new_request() };
    let body = create(&new, &manager(), at(0), &RULES).unwrap();
    let event = MaintenanceRequest::first_event(body, Actor::from(&manager()), at(0));
    let request = MaintenanceRequest::begin(request_id(), 1, &event).unwrap();
    assert_eq!((request.requester, request.raised_by), (stranger().user, manager().user));
    assert_eq!(create(&new, &technician(), at(0), &RULES), Err(Refusal::Forbidden { action: None }));
    assert!(create(&new, &stranger(), at(0), &RULES).is_ok());
}

#[test]
fn a_manager_approves_and_a_requester_may_not() {
    given(Status::Submitted).when(&manager(), bare(Action::Approve)).then(EventBody::Approved {}, Status::Approved);
    given(Status::Submitted).when(&requester(), bare(Action::Approve)).then_refused(forbidden(Action::Approve));
    given(Status::Submitted).when(&technician(), bare(Action::Approve)).then_refused(forbidden(Action::Approve));
}

#[test]
fn a_rejected_request_says_why_and_is_final() {
    let body = EventBody::Rejected { reason: "Because.".into() };
    let story = given(Status::Submitted).when(&manager(), by_word(Action::Reject)).then(body, Status::Rejected);
    assert_eq!(story.request.status_reason.as_deref(), Some("Because."));
    assert_eq!(story.request.closed_at, Some(at(60)));
    Given(story).when(&manager(), bare(Action::Approve)).then_refused(not_while(Status::Rejected, &[]));
}

#[test]
fn assigning_an_approved_request_moves_it_and_reassigning_later_does_not() {
    let assigned = |previous| EventBody::Assigned { assignee: other_technician().user, previous };
    let command = || assign_to(&other_technician());
    given(Status::Approved).when(&manager(), command()).then(assigned(None), Status::Assigned);
    for status in [Status::Assigned, Status::InProgress, Status::OnHold] {
        let story = given(status).when(&manager(), command()).then(assigned(Some(technician().user)), status);
        assert_eq!(story.request.assignee, Some(other_technician().user));
    }
}

#[test]
fn a_technician_claims_for_himself_alone() {
    let claimed = EventBody::Assigned { assignee: technician().user, previous: None };
    given(Status::Approved).when(&technician(), assign_to(&technician())).then(claimed, Status::Assigned);
    given(Status::Approved).when(&technician(), assign_to(&other_technician())).then_refused(forbidden(Action::Assign));
    given(Status::Assigned)
        .when(&technician(), assign_to(&technician()))
        .then_refused(not_while(Status::Assigned, &[Action::Release, Action::Start]));
}

#[test]
fn a_claim_is_for_what_nobody_has_unless_it_says_that_it_takes_over() {
    let taken =
        Refusal::conflict("already_assigned", "Somebody else has this request. To take it over, say so: take_over.");
    for status in [Status::Assigned, Status::InProgress, Status::OnHold] {
        given(status).when(&other_technician(), assign_to(&other_technician())).then_refused(taken.clone());
        let told = EventBody::Assigned { assignee: other_technician().user, previous: Some(technician().user) };
        given(status).when(&other_technician(), take_over(&other_technician())).then(told, status);
    }
    let early = take_over(&technician());
    let claimed = EventBody::Assigned { assignee: technician().user, previous: None };
    given(Status::Approved).when(&technician(), early).then(claimed, Status::Assigned);
}

#[test]
fn what_is_released_is_nobodys_and_may_be_claimed_again() {
    let released = || EventBody::Released { reason: "Because.".into() };
    for caller in [technician(), manager(), admin()] {
        let story = given(Status::Assigned).when(&caller, by_word(Action::Release)).then(released(), Status::Approved);
        assert_eq!(story.request.assignee, None);
    }
    given(Status::Assigned)
        .when(&other_technician(), by_word(Action::Release))
        .then_refused(forbidden(Action::Release));
    given(Status::InProgress)
        .when(&technician(), by_word(Action::Release))
        .then_refused(not_while(Status::InProgress, &[Action::Hold, Action::Complete]));
}

#[test]
fn a_manager_takes_back_work_that_has_begun_and_the_clock_goes_on() {
    let released = || EventBody::Released { reason: "Because.".into() };
    for status in [Status::InProgress, Status::OnHold] {
        let story = given(status).when(&manager(), by_word(Action::Release)).then(released(), Status::Approved);
        let request = &story.request;
        assert_eq!((&request.assignee, &request.status_reason, request.held_since), (&None, &None, None));
        assert_eq!(request.held_ms > 0, status == Status::OnHold, "the hold was none of the worker's time");
        assert!(request.started_at.is_some(), "it was begun once");
    }
}

#[test]
fn assigning_to_the_same_person_again_is_no_change() {
    let refusal = Refusal::invalid("assignee_id", "no_change", "The request is assigned to this person already.");
    given(Status::Assigned).when(&manager(), assign_to(&technician())).then_refused(refusal);
}

#[test]
fn the_assignee_works_and_another_technician_may_not() {
    let work = [
        (Status::Assigned, Action::Start, Status::InProgress),
        (Status::InProgress, Action::Hold, Status::OnHold),
        (Status::OnHold, Action::Resume, Status::InProgress),
        (Status::InProgress, Action::Complete, Status::Completed),
    ];
    for (from, action, to) in work {
        let When(story, outcome) = given(from).when(&technician(), by_word(action));
        assert_eq!((outcome, story.request.status), (Ok(()), to));
        given(from).when(&other_technician(), by_word(action)).then_refused(forbidden(action));
        given(from).when(&requester(), by_word(action)).then_refused(forbidden(action));
    }
}

#[test]
fn the_time_on_hold_is_added_to_the_due_time() {
    let Given(mut story) = given(Status::InProgress);
    let due_at = story.request.due_at;
    story.tell(&technician(), &by_word(Action::Hold), at(100)).unwrap();
    assert_eq!(story.request.status_reason.as_deref(), Some("Because."));
    story.tell(&technician(), &bare(Action::Resume), at(130)).unwrap();
    assert_eq!(story.request.held_ms, 30 * 60_000);
    assert_eq!(story.request.due_at, due_at.plus_ms(30 * 60_000));
    assert_eq!((story.request.status_reason, story.request.held_since), (None, None));
}

#[test]
fn the_requester_closes_with_a_rating_and_closing_twice_is_refused() {
    let closed = EventBody::Closed { rating: Some(5) };
    let story = given(Status::Completed).when(&requester(), by_word(Action::Close)).then(closed, Status::Closed);
    assert_eq!(story.request.rating, Some(5));
    Given(story).when(&requester(), by_word(Action::Close)).then_refused(not_while(Status::Closed, &[Action::Reopen]));
    given(Status::Completed).when(&technician(), by_word(Action::Close)).then_refused(forbidden(Action::Close));
}

#[test]
fn reopening_is_possible_within_the_window_and_forgets_the_ending() {
    let Given(story) = given(Status::Closed);
    let closed_at = story.request.closed_at.unwrap();
    let completed_at = story.request.completed_at.unwrap();
    let last = closed_at.plus_ms(30 * DAY_MS);
    let reopened = EventBody::Reopened { reason: "Because.".into() };
    let story = Given(story).when_at(last, &requester(), by_word(Action::Reopen)).then(reopened, Status::InProgress);
    let request = story.request;
    assert_eq!((request.resolution, request.rating), (None, None));
    assert_eq!((request.completed_at, request.closed_at), (None, None));
    assert_eq!(request.held_ms, last.ms_since(completed_at));
    assert_eq!(request.assignee, Some(technician().user));

    given(Status::Closed)
        .when_at(last.plus_ms(1), &requester(), by_word(Action::Reopen))
        .then_refused(not_while(Status::Closed, &[]));
}

#[test]
fn a_requester_cancels_only_while_it_is_submitted() {
    let cancelled = EventBody::Cancelled { reason: "Because.".into() };
    given(Status::Submitted).when(&requester(), by_word(Action::Cancel)).then(cancelled, Status::Cancelled);
    for status in [Status::Approved, Status::Assigned] {
        given(status).when(&requester(), by_word(Action::Cancel)).then_refused(not_while(status, &[]));
        assert_eq!(given(status).when(&manager(), by_word(Action::Cancel)).1, Ok(()));
    }
    given(Status::Submitted).when(&other_technician(), by_word(Action::Cancel)).then_refused(forbidden(Action::Cancel));
}

#[test]
fn after_cancel_an_approval_is_refused_with_the_fresh_state() {
    given(Status::Cancelled).when(&manager(), bare(Action::Approve)).then_refused(not_while(Status::Cancelled, &[]));
    let allowed = [Action::Assign, Action::Cancel];
    given(Status::Approved).when(&manager(), bare(Action::Approve)).then_refused(not_while(Status::Approved, &allowed));
}

#[test]
fn whoever_may_not_see_a_request_learns_nothing_from_any_command() {
    for &status in Status::ALL {
        for &action in Action::ALL {
            given(status).when(&stranger(), by_word(action)).then_refused(Refusal::NotFound);
        }
        given(status).when(&stranger(), edit_title("Mine")).then_refused(Refusal::NotFound);
        given(status).when(&stranger(), comment("Hi", Visibility::Public)).then_refused(Refusal::NotFound);
    }
}

#[test]
fn an_edit_holds_only_what_changed() {
    let input = EditInput {
        title: Some(Title::parse("Lift B is stuck").unwrap()),
        category: Some(Category::parse("Lift").unwrap()),
        ..EditInput::default()
    };
    let edited = EventBody::Edited {
        changes: Changes {
            title: Some(Change { from: "Lift B stops between floors".into(), to: "Lift B is stuck".into() }),
            ..Changes::default()
        },
        target_ms: None,
    };
    let story = given(Status::Submitted).when(&requester(), Command::Edit(input)).then(edited, Status::Submitted);
    assert_eq!(story.request.report.title, "Lift B is stuck");
}

#[test]
fn a_new_priority_moves_the_due_time() {
    let input = EditInput { priority: Some(crate::domain::Priority::Urgent), ..EditInput::default() };
    let When(story, outcome) = given(Status::InProgress).when(&manager(), Command::Edit(input));
    assert_eq!(outcome, Ok(()));
    assert_eq!(story.request.due_at, at(4 * 60));
}

#[test]
fn an_edit_that_changes_nothing_is_refused() {
    let refusal = || Refusal::invalid("body", "no_change", "This edit changes nothing.");
    given(Status::Submitted).when(&requester(), edit_title("Lift B stops between floors")).then_refused(refusal());
    given(Status::Submitted).when(&requester(), Command::Edit(EditInput::default())).then_refused(refusal());
}

#[test]
fn the_requester_edits_while_submitted_and_a_manager_until_it_is_final() {
    for &status in Status::ALL {
        let by = |caller: &Caller| given(status).when(caller, edit_title("Better")).1;
        assert_eq!(by(&requester()).is_ok(), status == Status::Submitted, "{status}");
        assert_eq!(by(&manager()).is_ok(), !status.is_final(), "{status}");
        assert_eq!(by(&admin()).is_ok(), !status.is_final(), "{status}");
        assert_eq!(by(&technician()), Err(Refusal::Forbidden { action: None }), "{status}");
    }
}

#[test]
fn everybody_who_sees_it_comments_in_any_state_and_a_requester_never_internally() {
    for &status in Status::ALL {
        for visibility in [Visibility::Public, Visibility::Internal] {
            for caller in [technician(), other_technician(), manager(), admin()] {
                assert_eq!(given(status).when(&caller, comment("Noted", visibility)).1, Ok(()));
            }
        }
        assert_eq!(given(status).when(&requester(), comment("Thanks", Visibility::Public)).1, Ok(()));
        given(status)
            .when(&requester(), comment("Psst", Visibility::Internal))
            .then_refused(Refusal::Forbidden { action: None });
    }
}

#[test]
fn a_completed_request_closes_by_itself_after_seven_days() {
    let Given(story) = given(Status::Completed);
    let when = story.request.completed_at.unwrap().plus_ms(7 * DAY_MS);
    assert_eq!(closes_by_itself_at(&story.request), Some(when));
    assert_eq!(close_by_itself(&story.request, when.plus_ms(-1)), None);
    assert_eq!(close_by_itself(&story.request, when), Some(EventBody::Closed { rating: None }));
    for &status in Status::ALL.iter().filter(|&&status| status != Status::Completed) {
        assert_eq!(closes_by_itself_at(&Story::in_status(status).request), None, "{status}");
    }
}

#[test]
fn what_follows_from_the_rules_of_then_does_not_change_with_them() {
    let Given(mut story) = given(Status::InProgress);
    let brief = RequestRules { auto_close_days: 2, ..RULES };
    let complete = valid_command(Action::Complete, &technician());
    let body = decide(&story.request, &complete, &technician(), at(60), &brief).unwrap();
    story.happen(body, Actor::from(&technician()), at(60));
    assert_eq!(closes_by_itself_at(&story.request), Some(at(60).plus_ms(2 * DAY_MS)));
    // As an older release completed it.
    story.request.auto_close_ms = None;
    assert_eq!(closes_by_itself_at(&story.request), Some(at(60).plus_ms(7 * DAY_MS)));
}

#[test]
fn time_never_runs_backwards_in_a_timeline() {
    let Given(mut story) = given(Status::Submitted);
    story.tell(&manager(), &bare(Action::Approve), at(-600)).unwrap();
    assert_eq!(story.events.last().unwrap().ts, at(0));
}

#[test]
fn a_request_as_it_was_opened_is_its_first_version_with_the_number_of_now() {
    let Given(mut story) = given(Status::Completed);
    story.request.number = Some("MR-000007".into());
    let opened = story.request.as_opened(&story.events[0]).unwrap();
    assert_eq!((opened.version, opened.status, opened.number.as_deref()), (1, Status::Submitted, Some("MR-000007")));
    assert_eq!(MaintenanceRequest { number: None, ..opened }, Story::begin().request);
    assert_eq!(story.request.as_opened(&story.events[1]), None);
}
