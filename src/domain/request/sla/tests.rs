//! The clock, over the lives in which trackers usually get it wrong: holds, reopenings, late holds.

use super::*;
use crate::domain::request::{Action, fixtures::*};

/// 24 hours after `at(0)`, when the fixtures' requests are due.
const DUE_MINUTE: i64 = 24 * 60;

fn state_at(story: &Story, minute: i64) -> SlaState {
    Sla::of(&story.request, at(minute)).state
}

fn tell(story: &mut Story, action: Action, minute: i64) {
    story.tell(&manager(), &valid_command(action, &manager()), at(minute)).unwrap();
}

#[test]
fn the_clock_runs_to_the_due_time_and_is_breached_after_it() {
    for status in [Status::Submitted, Status::Approved, Status::Assigned, Status::InProgress] {
        let story = Story::in_status(status);
        assert_eq!(state_at(&story, DUE_MINUTE), SlaState::Running);
        assert_eq!(state_at(&story, DUE_MINUTE + 1), SlaState::Breached);
    }
}

#[test]
fn a_hold_pauses_the_clock_for_as_long_as_it_lasts() {
    let mut story = Story::in_status(Status::InProgress);
    tell(&mut story, Action::Hold, 10);
    assert_eq!(state_at(&story, DUE_MINUTE + 500), SlaState::Paused);
    assert_eq!(Sla::of(&story.request, at(40)).held_ms, 30 * 60_000);
    tell(&mut story, Action::Resume, 1_010);
    assert_eq!(Sla::of(&story.request, at(2_000)).held_ms, 1_000 * 60_000);
    assert_eq!(state_at(&story, DUE_MINUTE + 1_000), SlaState::Running);
    assert_eq!(state_at(&story, DUE_MINUTE + 1_001), SlaState::Breached);
}

#[test]
fn a_hold_after_the_due_time_does_not_hide_the_breach() {
    let mut story = Story::in_status(Status::InProgress);
    tell(&mut story, Action::Hold, DUE_MINUTE + 1);
    assert_eq!(state_at(&story, DUE_MINUTE + 100), SlaState::Breached);
}

#[test]
fn a_completion_stops_the_clock() {
    let mut in_time = Story::in_status(Status::InProgress);
    tell(&mut in_time, Action::Complete, DUE_MINUTE);
    assert_eq!(state_at(&in_time, 10 * DUE_MINUTE), SlaState::Met);
    tell(&mut in_time, Action::Close, 5 * DUE_MINUTE);
    assert_eq!(state_at(&in_time, 10 * DUE_MINUTE), SlaState::Met);

    let mut late = Story::in_status(Status::InProgress);
    tell(&mut late, Action::Complete, DUE_MINUTE + 1);
    assert_eq!(state_at(&late, DUE_MINUTE + 1), SlaState::Breached);
}

#[test]
fn a_reopening_goes_on_with_the_time_that_was_left() {
    let mut story = Story::in_status(Status::Completed);
    tell(&mut story, Action::Reopen, 10 * DUE_MINUTE);
    // It was completed in minute 4, so 24 hours less 4 minutes are left.
    assert_eq!(state_at(&story, 11 * DUE_MINUTE - 4), SlaState::Running);
    assert_eq!(state_at(&story, 11 * DUE_MINUTE - 3), SlaState::Breached);
}

#[test]
fn a_request_that_ended_without_work_is_measured_by_its_end() {
    for (action, minute, expected) in
        [(Action::Reject, DUE_MINUTE, SlaState::Met), (Action::Cancel, DUE_MINUTE + 1, SlaState::Breached)]
    {
        let mut story = Story::begin();
        tell(&mut story, action, minute);
        assert_eq!(state_at(&story, 10 * DUE_MINUTE), expected);
    }
}
