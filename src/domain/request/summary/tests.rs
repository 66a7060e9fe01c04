//! The lines of lists: stored by the index across versions, so their JSON is golden.

use super::*;
use crate::domain::{golden, request::fixtures::*};

#[test]
fn the_public_json_is_golden() {
    let summary = Summary::from(&Story::in_status(Status::Assigned).request);
    golden::assert_golden("summary.json", &summary);
    assert_eq!(serde_json::from_str::<Summary>(&golden::read("summary.json")).unwrap(), summary);
}
