//! The lines of lists: stored by the index across versions, so their JSON is golden.

use super::*;
use crate::domain::{golden, request::fixtures::*};

#[test]
fn the_public_json_is_golden() {
    let summary = Summary::from(&Story::in_status(Status::Assigned).request);
    golden::assert_golden("summary.json", &summary);
    assert_eq!(serde_json::from_str::<Summary>(&golden::read("summary.json")).unwrap(), summary);
}

#[test]
fn open_requests_are_in_order_of_their_due_time_and_the_others_behind_them_newest_first() {
    let summary = |status, due_minutes, created_minutes| Summary {
        due_at: at(due_minutes),
        created_at: at(created_minutes),
        ..Summary::from(&Story::in_status(status).request)
    };
    let expected = [
        summary(Status::OnHold, -500, 30),
        summary(Status::Submitted, 10, 20),
        summary(Status::InProgress, 11, 10),
        summary(Status::Closed, -600, 40),
        summary(Status::Completed, -700, 39),
        summary(Status::Cancelled, -800, 38),
    ];
    let places: Vec<i64> = expected.iter().map(Summary::due_order).collect();
    assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    assert!(places.iter().all(|place| *place < 1 << 53));
}
