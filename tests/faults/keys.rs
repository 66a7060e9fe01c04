//! An API key reaches its end by itself, and the secret of before the end of its overlap.
//!
//! The build has the feature `fault-injection`; `runtime/faults.js` moves the clock of the Worker alone.

use serde_json::{Value, json};
use testbed::Stack;

use crate::started;
use crate::support::{Client, demo};

/// The variable that says how far the clock is ahead, in milliseconds.
const CLOCK_MS: &str = "CLOCK_MS";
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// The runtime starts again on a clock that is so many hours ahead; somebody signs in there.
async fn hours_later(stack: &Stack, hours: u64) -> Client {
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.set_var(CLOCK_MS, &(hours * HOUR_MS).to_string());
    stack.runtime.start().expect("the runtime starts again");
    Client::sign_in(stack, &demo("manager")).await
}

fn secret(made: &Value) -> &str {
    made["secret"].as_str().expect("a secret")
}

#[tokio::test]
async fn a_key_and_an_overlap_end_by_themselves() {
    let stack = started(Stack::builder().features("fault-injection").env(CLOCK_MS, "0"));
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let made = async |days: u32| {
        let body = json!({ "name": format!("For {days} days"), "scopes": ["read"], "days": days });
        manager.post("/api/keys", &body).await.expect(201).json()
    };
    let (day, month) = (made(1).await, made(30).await);
    let path = format!("/api/keys/{}/rotate", month["key"]["id"].as_str().expect("an id"));
    let rotated = manager.post(&path, &json!({ "overlap_hours": 1, "days": 30 })).await.expect(200).json();
    let status =
        async |client: &Client, key: &Value| client.with_key(secret(key)).get("/api/requests").await.status.as_u16();
    let all = [&day, &month, &rotated];
    for key in all {
        assert_eq!(status(&manager, key).await, 200);
    }

    // An hour and more: the overlap is over.
    let manager = hours_later(&stack, 2).await;
    assert_eq!([status(&manager, &day).await, status(&manager, &month).await], [200, 401]);
    assert_eq!(status(&manager, &rotated).await, 200, "a key has no idle limit and no part in the overlap");

    // A day and more, without a use: there is no idle limit, but an end.
    let manager = hours_later(&stack, 25).await;
    assert_eq!([status(&manager, &day).await, status(&manager, &rotated).await], [401, 200]);
    let keys = manager.get("/api/keys").await.expect(200).json();
    let states: Vec<&Value> = keys["items"].as_array().expect("keys").iter().map(|key| &key["state"]).collect();
    assert_eq!(states, ["expired", "active"], "{keys}");
    // What is over is not given a new secret.
    let path = format!("/api/keys/{}/rotate", day["key"]["id"].as_str().expect("an id"));
    manager.post(&path, &json!({})).await.problem(409, "key_expired");

    // A month and more after its end it is on no list.
    let manager = hours_later(&stack, 24 * 32).await;
    assert_eq!(status(&manager, &rotated).await, 401);
    let keys = manager.get("/api/keys").await.expect(200).json();
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(1), "{keys}");
}
