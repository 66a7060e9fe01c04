//! What somebody has begun to write is on their other devices, and nowhere else.

use futures::future::join_all;
use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stack;
use crate::support::{Client, Reply, new_user};

fn draft(body: &str, updated_at: &str) -> Value {
    json!({ "scope": "comment:01890a5d-ac96-774b-bcce-b302099a8057", "body": body, "updated_at": updated_at })
}

async fn put(client: &Client, id: &str, body: &Value) -> Reply {
    client.call(Method::PUT, &format!("/api/me/drafts/{id}")).json(body).send().await
}

/// The words of the drafts, in the order in which they are told.
async fn words(client: &Client) -> Vec<String> {
    let listed = client.get("/api/me/drafts").await.expect(200).json();
    let items = listed["items"].as_array().expect("items");
    items.iter().map(|item| item["body"].as_str().expect("a body").to_owned()).collect()
}

fn fresh() -> String {
    Uuid::now_v7().to_string()
}

#[tokio::test]
async fn a_draft_of_the_phone_is_on_the_desk_until_it_is_sent() {
    let user = new_user(stack(), "technician");
    let (phone, desk) = (Client::sign_in(stack(), &user.email).await, Client::sign_in(stack(), &user.email).await);
    let other = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    assert!(words(&desk).await.is_empty());

    let (comment, report) = (fresh(), fresh());
    put(&phone, &comment, &draft("half a", "2026-11-28T10:00:00.000Z")).await.expect(204);
    put(&phone, &report, &draft("{\"title\":\"Tap\"}", "2026-11-28T11:00:00.000Z")).await.expect(204);
    put(&phone, &comment, &draft("half a sentence", "2026-11-28T12:00:00.000Z")).await.expect(204);
    assert_eq!(words(&desk).await, ["half a sentence", "{\"title\":\"Tap\"}"]);
    let listed = desk.get("/api/me/drafts").await.expect(200).json();
    assert_eq!(listed["items"][0]["id"], json!(comment));
    assert_eq!(listed["items"][0]["updated_at"], "2026-11-28T12:00:00.000Z");

    // What was written before comes late, and is as welcome, but changes nothing.
    put(&desk, &comment, &draft("half a", "2026-11-28T11:59:59.999Z")).await.expect(204);
    assert_eq!(words(&phone).await[0], "half a sentence");

    // Nobody else has a way to it: under the same id there is one of their own.
    assert!(words(&other).await.is_empty());
    put(&other, &comment, &draft("mine", "2026-11-28T13:00:00.000Z")).await.expect(204);
    other.delete(&format!("/api/me/drafts/{comment}")).await.expect(204);
    assert_eq!(words(&desk).await[0], "half a sentence");

    desk.delete(&format!("/api/me/drafts/{comment}")).await.expect(204);
    desk.delete(&format!("/api/me/drafts/{comment}")).await.expect(204);
    assert_eq!(words(&phone).await, ["{\"title\":\"Tap\"}"]);

    // Its words are in no log.
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for stream in ["http", "audit", "auth", "requests", "system"] {
        let found = admin.get(&format!("/api/system/logs/{stream}?q=half%20a%20sentence")).await.expect(200).json();
        assert_eq!(found["items"], json!([]), "{stream}");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_as_a_draft_says_why() {
    let user = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let now = "2026-11-28T10:00:00.000Z";
    let refusals = [
        (json!({ "scope": "Comment", "body": "", "updated_at": now }), "scope"),
        (json!({ "scope": "new", "body": "a".repeat(65_537), "updated_at": now }), "body"),
        (json!({ "scope": "new", "body": "", "updated_at": "2126-01-01T00:00:00.000Z" }), "updated_at"),
    ];
    for (body, field) in refusals {
        let reply = put(&user, &fresh(), &body).await;
        reply.problem(400, "invalid");
        assert_eq!(reply.json()["errors"][0]["field"], field);
    }
    put(&user, "1", &draft("", now)).await.problem(404, "not_found");
    put(&user, &fresh(), &json!({ "scope": "new" })).await.problem(400, "invalid");
    let longest = "\u{e4}".repeat(32_768);
    put(&user, &fresh(), &draft(&longest, now)).await.expect(204);
    assert_eq!(words(&user).await, [longest]);
}

#[tokio::test]
async fn of_many_drafts_the_newest_hundred_are_kept_and_of_two_at_once_the_newer() {
    let user = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let ids: Vec<String> = (0..105).map(|_| fresh()).collect();
    for (number, id) in ids.iter().enumerate() {
        let at = format!("2026-11-28T10:{:02}:{:02}.000Z", number / 60, number % 60);
        put(&user, id, &draft(&number.to_string(), &at)).await.expect(204);
    }
    let kept = words(&user).await;
    assert_eq!((kept.len(), kept[0].as_str(), kept[99].as_str()), (100, "104", "5"));

    let puts = (0..20).map(|number| {
        let body = draft(&format!("at {number}"), &format!("2026-11-28T11:00:{number:02}.000Z"));
        let (user, id) = (&user, &ids[104]);
        async move { put(user, id, &body).await.expect(204) }
    });
    join_all(puts).await;
    assert_eq!(words(&user).await[0], "at 19");

    // A device whose clock is years behind loses nothing.
    let late = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    put(&late, &fresh(), &draft("by a wrong clock", "2015-01-01T00:00:00.000Z")).await.expect(204);
    assert_eq!(words(&late).await, ["by a wrong clock"]);
}
