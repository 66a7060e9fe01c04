//! When people are told that work is due: once per due time, whatever happens to the request and to the clock meanwhile.

use super::*;
use crate::domain::request::{Action, Command, EditInput, Priority, fixtures::*};

const HOUR: i64 = 60;
/// 24 hours after `at(0)`, when the fixtures' requests are due.
const DUE: i64 = 24 * HOUR;
const SOON_MS: i64 = 4 * 3_600_000;

fn fresh() -> Reminders {
    Reminders { soon_ms: SOON_MS, ..Reminders::default() }
}

/// Takes a step and moves the marks with it.
fn step(story: &mut Story, told: Reminders, action: Action, minute: i64) -> Reminders {
    command(story, told, &valid_command(action, &manager()), minute)
}

fn command(story: &mut Story, told: Reminders, command: &Command, minute: i64) -> Reminders {
    let before = story.request.clone();
    story.tell(&manager(), command, at(minute)).unwrap();
    told.moved(&before, &story.request, SOON_MS, at(minute))
}

#[test]
fn it_is_told_once_that_time_is_short_and_once_that_it_is_over() {
    let story = Story::in_status(Status::InProgress);
    let (mut told, request) = (fresh(), &story.request);
    assert_eq!((told.due(request, at(DUE - 4 * HOUR - 1)), told.next(request)), (None, Some(at(DUE - 4 * HOUR))));
    assert_eq!(told.due(request, at(DUE - 4 * HOUR)), Some(Due::Soon));
    told = told.told(Due::Soon, request.due_at);
    assert_eq!((told.due(request, at(DUE)), told.next(request)), (None, Some(at(DUE).plus_ms(1))));
    assert_eq!(told.due(request, at(DUE).plus_ms(1)), Some(Due::Over));
    told = told.told(Due::Over, request.due_at);
    assert_eq!((told.due(request, at(100 * DUE)), told.next(request)), (None, None));
}

#[test]
fn an_alarm_that_is_three_days_late_tells_that_it_is_over_and_no_more() {
    let story = Story::in_status(Status::Assigned);
    let told = fresh();
    assert_eq!(told.due(&story.request, at(DUE + 72 * HOUR)), Some(Due::Over));
    let told = told.told(Due::Over, story.request.due_at);
    // Not even when the clock is put back behind that.
    assert_eq!(told.due(&story.request, at(DUE - HOUR)), None);
}

#[test]
fn nothing_is_told_while_the_clock_stands_or_has_stopped() {
    for status in [Status::OnHold, Status::Completed, Status::Closed, Status::Rejected, Status::Cancelled] {
        let story = Story::in_status(status);
        assert_eq!((fresh().due(&story.request, at(2 * DUE)), fresh().next(&story.request)), (None, None), "{status}");
    }
    for status in [Status::Submitted, Status::Approved, Status::Assigned, Status::InProgress] {
        let story = Story::in_status(status);
        assert_eq!(fresh().due(&story.request, at(2 * DUE)), Some(Due::Over), "{status}");
    }
}

#[test]
fn a_hold_moves_it_and_a_short_one_repeats_nothing() {
    let mut story = Story::in_status(Status::InProgress);
    let told = fresh().told(Due::Soon, story.request.due_at);
    let told = step(&mut story, told, Action::Hold, DUE - 2 * HOUR);
    // Two hours were left, and two are.
    let told = step(&mut story, told, Action::Resume, DUE - 2 * HOUR + 5);
    assert_eq!(story.request.due_at, at(DUE + 5));
    assert_eq!((told.due(&story.request, at(DUE)), told.due(&story.request, at(DUE + 6))), (None, Some(Due::Over)));

    // What is late stays late, and is not told again.
    let told = told.told(Due::Over, story.request.due_at);
    let told = step(&mut story, told, Action::Hold, DUE + HOUR);
    let told = step(&mut story, told, Action::Resume, DUE + 3 * HOUR);
    assert_eq!(told.due(&story.request, at(50 * DUE)), None);
}

#[test]
fn what_gets_more_time_is_told_anew_and_what_gets_less_at_once() {
    let mut story = Story::in_status(Status::InProgress);
    let to = |priority| Command::Edit(EditInput { priority: Some(priority), ..EditInput::default() });
    let told = fresh().told(Due::Over, story.request.due_at);
    let told = command(&mut story, told, &to(Priority::Low), DUE + HOUR);
    assert_eq!((told.soon, told.over), (None, None));
    assert_eq!(told.next(&story.request), Some(at(7 * DUE - 4 * HOUR)));
    let told = command(&mut story, told, &to(Priority::Urgent), DUE + 2 * HOUR);
    assert_eq!(told.due(&story.request, at(DUE + 2 * HOUR)), Some(Due::Over));
}

#[test]
fn short_work_is_due_soon_in_its_last_quarter_and_never_where_that_is_off() {
    let mut story = Story::in_status(Status::InProgress);
    let urgent = Command::Edit(EditInput { priority: Some(Priority::Urgent), ..EditInput::default() });
    let told = command(&mut story, fresh(), &urgent, 10);
    assert_eq!(
        (told.due(&story.request, at(3 * HOUR - 1)), told.due(&story.request, at(3 * HOUR))),
        (None, Some(Due::Soon))
    );
    let off = Reminders { soon_ms: 0, ..told };
    assert_eq!(
        (off.due(&story.request, at(4 * HOUR)), off.next(&story.request)),
        (None, Some(at(4 * HOUR).plus_ms(1)))
    );
}

#[test]
fn what_was_late_before_anybody_was_told_is_no_news() {
    let story = Story::in_status(Status::InProgress);
    let late = Reminders::begin(&story.request, SOON_MS, at(30 * DUE));
    assert_eq!(late.due(&story.request, at(31 * DUE)), None);
    let timely = Reminders::begin(&story.request, SOON_MS, at(HOUR));
    assert_eq!(timely.due(&story.request, at(DUE - HOUR)), Some(Due::Soon));
}

#[test]
fn what_is_stored_is_read_and_what_an_older_release_stored_too() {
    let told = fresh().told(Due::Soon, at(DUE));
    assert_eq!(serde_json::from_str::<Reminders>(&serde_json::to_string(&told).unwrap()).unwrap(), told);
    assert_eq!(serde_json::to_string(&fresh()).unwrap(), r#"{"soon_ms":14400000}"#);
}
