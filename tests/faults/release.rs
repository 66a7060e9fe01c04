//! A release is rolled out and back: what one has written the other reads, and what it does not know keeps nobody
//! waiting.
//!
//! The build has the feature `fault-injection`; how the older and the newer release write is in
//! `crates/durable/src/release.rs`.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;

use crate::read_model::{self, Versions};
use crate::support::{Client, demo, eventually};
use crate::{PROMPT, started};

/// The variable that says as which release the Worker speaks.
const RELEASE: &str = "RELEASE";

fn restart_as(stack: &Stack, release: &str) {
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.set_var(RELEASE, release);
    stack.runtime.start().expect("the runtime starts again");
}

#[tokio::test]
async fn a_release_reads_what_the_one_before_and_the_one_after_have_written() {
    let stack = started(Stack::builder().features("fault-injection").env(RELEASE, "newer"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let id = requester.report("A form is filled in").await["id"].as_str().expect("an id").to_owned();
    let approve = format!("/api/requests/{id}/approve");
    let keyed = async |manager: &Client| {
        let call = manager.call(Method::POST, &approve).header("idempotency-key", "approve-1").json(&json!({}));
        call.send().await.expect(200).json()
    };
    let approved = keyed(&manager).await;
    let mut version = 2;
    for release in ["older", "newer", "older"] {
        read_model::catches_up(&stack, &Versions::from([(id.clone(), version)]), PROMPT).await;
        restart_as(&stack, release);
        let (requester, manager) = (requester.reconnected(), manager.reconnected());
        assert_eq!(keyed(&manager).await, approved, "the kept reply, as the {release} release reads it");
        manager.act(&id, "approve", &json!({})).await.problem(409, "invalid_transition");
        requester.comment(&id, &format!("Said to the {release} one."), "public").await.expect(201);
        manager.comment(&id, "Between us.", "internal").await.expect(201);
        version += 2;
    }
    read_model::catches_up(&stack, &Versions::from([(id.clone(), version)]), PROMPT).await;
    let timeline = manager.reconnected().get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    let seqs: Vec<_> = timeline["items"].as_array().into_iter().flatten().map(|event| event["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=version).map(Some).collect::<Vec<_>>());
}

#[tokio::test]
async fn while_both_releases_are_at_work_a_call_that_is_not_understood_may_be_repeated() {
    let stack = started(Stack::builder().features("fault-injection").env(RELEASE, "older"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let mut expected = Versions::new();
    for number in 0..8 {
        let record = requester.report(&format!("Fault number {number}")).await;
        expected.insert(record["id"].as_str().expect("an id").to_owned(), 2);
    }
    restart_as(&stack, "mixed");
    let manager = manager.reconnected();
    let mut refused = 0;
    for id in expected.keys() {
        let path = format!("/api/requests/{id}/comments");
        let body = json!({ "body": "Once.", "visibility": "public" });
        let (answer, unanswered) = (RefCell::new(Value::Null), Cell::new(0));
        eventually(Duration::from_secs(10), async || {
            let reply = manager.call(Method::POST, &path).header("idempotency-key", "once").json(&body).send().await;
            match reply.status.as_u16() {
                201 => {
                    answer.replace(reply.json());
                    Ok(())
                }
                503 => Err(format!("{reply} {}", unanswered.replace(unanswered.get() + 1))),
                _ => panic!("{reply}"),
            }
        })
        .await;
        assert_eq!(answer.borrow()["seq"], 2);
        refused += unanswered.get();
    }
    println!("8 comments while two releases were at work: {refused} calls were not understood at first");
    restart_as(&stack, "newer");
    // What the releases could not tell each other waits for its backoff.
    read_model::catches_up(&stack, &expected, Duration::from_secs(60)).await;
}

#[tokio::test]
async fn while_the_objects_are_behind_the_worker_what_both_know_goes_on_and_the_rest_may_be_repeated_later() {
    let stack = started(Stack::builder().features("fault-injection").env(RELEASE, "older"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    for (behind, release) in [("deferred", "newer"), ("withdrawn", "older")] {
        restart_as(&stack, behind);
        let (requester, manager) = (requester.reconnected(), manager.reconnected());
        let id = requester.report("The lift stands still").await["id"].as_str().expect("an id").to_owned();
        manager.act(&id, "approve", &json!({})).await.expect(200);
        let path = format!("/api/requests/{id}/comments");
        let body = json!({ "body": "Once.", "visibility": "public" });
        let keyed = async |client: Client| {
            client.call(Method::POST, &path).header("idempotency-key", behind).json(&body).send().await
        };
        // Only the newer release has another word for this. Where the Worker is the older one, its objects know both.
        let version = if behind == "deferred" { 2 } else { 3 };
        for _ in 0..3 {
            let reply = keyed(manager.reconnected()).await;
            match version {
                2 => drop(reply.problem(503, "unavailable")),
                _ => drop(reply.expect(201)),
            }
        }
        // Objects call each other in words that both know.
        read_model::catches_up(&stack, &Versions::from([(id.clone(), version)]), PROMPT).await;
        restart_as(&stack, release);
        assert_eq!(keyed(manager.reconnected()).await.expect(201).json()["seq"], 3);
        read_model::catches_up(&stack, &Versions::from([(id, 3)]), PROMPT).await;
    }
}
