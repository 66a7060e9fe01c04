//! The main job: reported, approved, assigned, done, closed, and watched all the while.

use crate::stack;
use crate::support::{Client, demo};

#[tokio::test]
async fn a_requester_reports_a_fault() {
    let requester = Client::sign_in(stack(), &demo("requester")).await;
    let record = requester.report("A tap drips").await;
    assert_eq!(record["status"], "submitted");
}
