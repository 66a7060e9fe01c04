//! The rules that an operator sets reach every request, and a request keeps what followed from them.

use std::time::Duration;

use cepatedge::domain::Timestamp;
use serde_json::{Value, json};
use testbed::Stack;

use crate::support::{Client, demo, eventually};

const RULES: &str = r#"{"version":3,"rules":{"auto_close_days":2,"target_hours":{"urgent":1,"high":5}}}"#;

#[tokio::test]
async fn the_rules_that_are_set_say_when_a_request_is_due_and_when_it_closes() {
    let stack = Stack::builder().env("REQUEST_RULES", RULES).start();
    let stack = stack.unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let [requester, manager] = [Client::sign_in(&stack, &demo("requester")), Client::sign_in(&stack, &demo("manager"))];
    let (requester, manager) = (requester.await, manager.await);
    for (priority, hours) in [("urgent", 1), ("high", 5), ("normal", 72)] {
        let body = json!({ "title": "Due by the rules", "category": "Lift", "priority": priority });
        let record = requester.post("/api/requests", &body).await.expect(201).json();
        assert_eq!(due_in_ms(&record), hours * 3_600_000, "{priority}");
    }
    let id = requester.report("Closes by the rules").await["id"].as_str().expect("an id").to_owned();
    manager.act(&id, "approve", &json!({})).await.expect(200);
    manager.act(&id, "assign", &json!({ "assignee_id": manager.id() })).await.expect(200);
    manager.act(&id, "start", &json!({})).await.expect(200);
    manager.act(&id, "complete", &json!({ "resolution": "Done." })).await.expect(200);
    let events = requester.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    let completed = events["items"].as_array().and_then(|events| events.last()).expect("an event");
    assert_eq!(completed["kind"], "completed");
    assert_eq!(completed["body"], json!({ "resolution": "Done.", "auto_close_ms": 2 * 86_400_000 }));
    let raised =
        manager.patch(&format!("/api/requests/{id}"), &json!({ "priority": "urgent" })).await.expect(200).json();
    assert_eq!(due_in_ms(&raised), 3_600_000);
}

#[tokio::test]
async fn a_worker_with_rules_that_nobody_means_answers_nothing_and_says_why() {
    for (rules, why) in [
        (r#"{"version":1,"rules":{"reopen_days":0}}"#, "1 to 365 days"),
        (r#"{"version":1,"rules":{"target_hours":{"low":"soon"}}}"#, "invalid type"),
    ] {
        let stack = Stack::builder().env("REQUEST_RULES", rules).without_demo_users().start();
        let stack = stack.unwrap_or_else(|error| panic!("no system to test: {error:?}"));
        Client::anonymous(&stack).get("/api/me").await.problem(500, "internal");
        eventually(Duration::from_secs(10), async || {
            let log = stack.worker_log().expect("a log");
            if log.contains("REQUEST_RULES") && log.contains(why) { Ok(()) } else { Err(log) }
        })
        .await;
    }
}

fn due_in_ms(record: &Value) -> i64 {
    let time = |name: &str| Timestamp::parse_rfc3339(record[name].as_str().expect("a time")).expect("a time").as_ms();
    time("due_at") - time("created_at")
}
