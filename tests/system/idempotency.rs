//! The same call made more than once: `Idempotency-Key`.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Reply, draft, eventually, new_user};

const REPEATS: usize = 20;
const SYNCED: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_report_made_twenty_times_at_once_is_one_request() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let body = draft("The lift stops between two floors");
    let replies = join_all((0..REPEATS).map(|_| keyed(&requester, "/api/requests", "report-1", &body))).await;

    let records = same_replies(&replies, 201);
    let id = records["id"].as_str().expect("an id");
    assert!(records["number"].is_string(), "{records}");
    assert_eq!(records["version"], 1);

    let mine = requester.get("/api/requests").await.expect(200).json();
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(1), "one request in the list: {mine}");
    assert_eq!(mine["items"][0]["number"], records["number"]);
    let events = requester.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1), "one event: {events}");
    delivered_once(id, 1).await;

    let later = keyed(&requester, "/api/requests", "report-1", &body).await.expect(201).json();
    assert_eq!(later, records, "the reply is kept");
}

#[tokio::test]
async fn a_step_taken_twenty_times_at_once_is_taken_once() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let record = manager.report("The gate does not close").await;
    let id = record["id"].as_str().expect("an id");
    let (path, body) = (format!("/api/requests/{id}/approve"), json!({}));
    let replies = join_all((0..REPEATS).map(|_| keyed(&manager, &path, "approve-1", &body))).await;
    let approved = same_replies(&replies, 200);
    assert_eq!(approved["version"], 2);
    assert_eq!(approved["status"], "approved");

    // The request has moved on, and the repeated call still gets the reply of its first.
    manager.comment(id, "On its way.", "public").await.expect(201);
    let late = keyed(&manager, &path, "approve-1", &body).await.expect(200).json();
    assert_eq!(late, approved);
    delivered_once(id, 3).await;
}

#[tokio::test]
async fn a_comment_made_twenty_times_at_once_is_one_comment() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let record = manager.report("A window does not open").await;
    let id = record["id"].as_str().expect("an id");
    let path = format!("/api/requests/{id}/comments");
    let body = json!({ "body": "Which one?" });
    let replies = join_all((0..REPEATS).map(|_| keyed(&manager, &path, "comment-1", &body))).await;
    assert_eq!(same_replies(&replies, 201)["seq"], 2);
    delivered_once(id, 2).await;
}

#[tokio::test]
async fn a_key_that_comes_with_another_body_is_refused() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let first = keyed(&manager, "/api/requests", "key", &draft("First")).await.expect(201).json();
    keyed(&manager, "/api/requests", "key", &draft("Second")).await.problem(422, "idempotency_key_reused");

    let id = first["id"].as_str().expect("an id");
    let comments = format!("/api/requests/{id}/comments");
    keyed(&manager, &comments, "key", &json!({ "body": "One" })).await.expect(201);
    keyed(&manager, &comments, "key", &json!({ "body": "Two" })).await.problem(422, "idempotency_key_reused");
    let reject = format!("/api/requests/{id}/reject");
    keyed(&manager, &reject, "key", &json!({ "reason": "One" })).await.expect(200);
    keyed(&manager, &reject, "key", &json!({ "reason": "Two" })).await.problem(422, "idempotency_key_reused");

    let record = manager.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["version"], 3, "what was refused left nothing: {record}");
    assert_eq!(record["title"], "First");
}

#[tokio::test]
async fn a_key_is_its_users_own() {
    let body = draft("The same words");
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
        let record = keyed(&requester, "/api/requests", "shared-key", &body).await.expect(201).json();
        assert_eq!(record["requester"]["id"], requester.id());
        ids.insert(record["id"].to_string());
    }
    assert_eq!(ids.len(), 2);
}

#[tokio::test]
async fn a_key_that_could_not_be_one_is_refused() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    for key in ["", "two words", &"k".repeat(256)] {
        let reply = keyed(&manager, "/api/requests", key, &draft("Never")).await;
        let problem = reply.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["field"], "Idempotency-Key", "{key:?}: {reply}");
    }
    let mine = manager.get(&format!("/api/requests?requester={}", manager.id())).await.expect(200).json();
    assert_eq!(mine["items"], json!([]));
}

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Reply {
    client.call(Method::POST, path).header("idempotency-key", key).json(body).send().await
}

/// The one body that all of them have.
fn same_replies(replies: &[Reply], status: u16) -> Value {
    let first = replies.first().expect("replies").clone().expect(status);
    for reply in replies {
        assert_eq!(reply.status, first.status, "{reply}");
        assert_eq!(reply.text(), first.text(), "the replies are alike");
        assert_eq!(reply.header("etag"), first.header("etag"));
    }
    first.json()
}

/// Every destination got each event, and none is owed one more; PostgreSQL has as many.
async fn delivered_once(id: &str, events: i64) {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let sides = eventually(SYNCED, || async {
        let sides = admin.get(&format!("/api/system/requests/{id}/inspect")).await.expect(200).json();
        let debts = sides["object"]["outbox"].as_array().expect("debts").clone();
        let settled = debts.iter().all(|debt| debt["pending"] == 0 && debt["delivered_seq"] == events);
        if settled && debts.len() == 4 { Ok(sides) } else { Err(sides) }
    })
    .await;
    assert_eq!(sides["object"]["events"], events);
    assert_eq!(sides["read_model"]["events"], events);
    assert_eq!(sides["read_model"]["last_seq"], events);
    eventually(SYNCED, || async {
        let audited = stack().sql(|client| {
            let row = client.query_one("SELECT count(*) FROM audit_entries WHERE object_id = $1", &[&id])?;
            Ok(row.get::<_, i64>(0))
        });
        let audited = audited.expect("PostgreSQL answers");
        if audited == events { Ok(()) } else { Err(format!("{audited} audit entries instead of {events}")) }
    })
    .await;
}
