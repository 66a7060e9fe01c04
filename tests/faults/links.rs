//! The runtime is killed between the two writes of a merge. Both ends come to say it, once.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{join, join_all};
use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use tokio::task::spawn_blocking;

use crate::started;
use crate::support::{Client, demo, eventually};

/// So many are merged at the same time.
const MERGES: usize = 12;

/// A merge is acknowledged by then, restarts included, and has come to the other end.
const WITHIN: Duration = Duration::from_secs(60);

/// The runtime is killed so long after it has started, in milliseconds: while they are merged.
const KILLED_AFTER_MS: [u64; 3] = [20, 60, 150];

fn kill_after(stack: &Stack, ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.start().expect("the runtime starts again");
}

/// Merges one into the other, however often it has to be said.
async fn merged(manager: &Client, one: &str, other: &str) {
    let body = json!({ "kind": "duplicate_of", "other": other });
    eventually(WITHIN, async || {
        let call = manager.call(Method::POST, &format!("/api/requests/{one}/links"));
        match call.header("idempotency-key", &format!("merge-{one}")).json(&body).try_send().await {
            Ok(reply) if reply.status == 200 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

async fn kinds(client: &Client, id: &str) -> Result<Vec<Value>, String> {
    let page = client.get(&format!("/api/requests/{id}/events")).await;
    let items = page.json()["items"].as_array().cloned().ok_or_else(|| page.to_string())?;
    Ok(items.into_iter().map(|event| event["kind"].clone()).collect())
}

#[tokio::test]
async fn a_merge_that_a_kill_cuts_in_two_comes_to_both_ends_once() {
    let stack = Arc::new(started(Stack::builder()));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let mut pairs = Vec::new();
    for pair in 0..MERGES {
        let report = async |what: &str| requester.report(&format!("{what} {pair}")).await["id"].clone();
        let (one, other) = (report("Goes").await, report("Stays").await);
        pairs.push((one.as_str().expect("an id").to_owned(), other.as_str().expect("an id").to_owned()));
    }
    let merging = join_all(pairs.iter().map(|(one, other)| merged(&manager, one, other)));
    let killing = spawn_blocking({
        let stack = stack.clone();
        move || KILLED_AFTER_MS.iter().for_each(|ms| kill_after(&stack, *ms))
    });
    let (_, killed) = join(merging, killing).await;
    killed.expect("the runtime is killed and starts again");
    for (one, other) in &pairs {
        eventually(WITHIN, async || {
            let told = (kinds(&manager, one).await?, kinds(&manager, other).await?);
            let expected = [json!("created"), json!("linked")];
            if told.0 == expected && told.1 == expected { Ok(()) } else { Err(format!("{told:?}")) }
        })
        .await;
        let stays = manager.get(&format!("/api/requests/{other}")).await.expect(200).json();
        assert_eq!((&stays["links"][0]["kind"], &stays["links"][0]["other"]), (&json!("has_duplicate"), &json!(one)));
    }
}
