//! The error replies that clients see.

use serde_json::json;

use crate::domain::{Status, golden::assert_golden, request::fixtures::trace};
use crate::router::http::problem::*;

#[test]
fn problems_say_what_a_client_needs_and_no_more() {
    let transition = Refusal::InvalidTransition { status: Status::Cancelled.word(), allowed: Vec::new(), record: None };
    let problems = [
        Problem::new(Refusal::NotFound, 404, trace()),
        Problem::new(Refusal::invalid("title", "required", "title is required."), 400, trace()),
        Problem::new(transition.with_record(json!({"version": 2})), 409, trace()),
        Problem::new(Refusal::Stale { version: 7, record: Some(json!({"version": 7})) }, 412, trace()),
    ];
    assert_golden("problems.json", &problems);
    for problem in problems {
        let json = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
    }
}
