//! Being told: each event once to whom it concerns, and nothing that is not theirs to know.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, eventually, new_user};

/// What is told is told at once; the bound is for a busy machine.
const TOLD: Duration = Duration::from_secs(15);

/// What this person has been told about one request, newest first: kind, reason and words.
async fn told(client: &Client, id: &str) -> Vec<(String, String, Value)> {
    let inbox = client.get("/api/me/inbox?limit=200").await.expect(200).json();
    let items = inbox["items"].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let about = items.iter().filter(|item| item["request"]["id"] == id);
    about.map(|item| (text(&item["kind"]), text(&item["reason"]), item["words"].clone())).collect()
}

/// Waits until this person has been told exactly these of it, newest first: kind and reason.
async fn hears(client: &Client, id: &str, expected: &[(&str, &str)]) {
    eventually(TOLD, async || {
        let heard = told(client, id).await;
        let heard: Vec<_> = heard.iter().map(|(kind, reason, _)| (kind.as_str(), reason.as_str())).collect();
        if heard == expected { Ok(()) } else { Err(format!("{heard:?}")) }
    })
    .await;
}

#[tokio::test]
async fn everybody_hears_of_what_concerns_them_once_and_of_nothing_else() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let stranger = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let other = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = requester.report("The gate does not close").await["id"].as_str().expect("an id").to_owned();
    hears(&manager, &id, &[("created", "approver")]).await;

    manager.act(&id, "approve", &json!({})).await.expect(200);
    manager.act(&id, "assign", &json!({ "assignee_id": technician.id() })).await.expect(200);
    manager.comment(&id, "They have not paid", "internal").await.expect(201);
    technician.act(&id, "start", &json!({})).await.expect(200);
    technician.comment(&id, "I need a ladder", "public").await.expect(201);
    requester.comment(&id, "There is one in the shed", "public").await.expect(201);
    manager.act(&id, "assign", &json!({ "assignee_id": other.id() })).await.expect(200);
    other.act(&id, "complete", &json!({ "resolution": "A new hinge" })).await.expect(200);
    requester.act(&id, "close", &json!({ "rating": 5 })).await.expect(200);

    let requesters = [
        ("completed", "requester"),
        ("assigned", "requester"),
        ("commented", "requester"),
        ("started", "requester"),
        ("assigned", "requester"),
        ("approved", "requester"),
    ];
    hears(&requester, &id, &requesters).await;
    let technicians = [
        ("assigned", "former_assignee"),
        ("commented", "assignee"),
        ("commented", "assignee"),
        ("assigned", "assignee"),
    ];
    hears(&technician, &id, &technicians).await;
    hears(&other, &id, &[("closed", "assignee"), ("assigned", "assignee")]).await;
    hears(&manager, &id, &[("created", "approver")]).await;
    assert_eq!(told(&stranger, &id).await, []);

    let words = told(&requester, &id).await;
    assert_eq!((&words[0].2, &words[2].2), (&json!("A new hinge"), &json!("I need a ladder")));
    let inbox = requester.get("/api/me/inbox").await.expect(200);
    assert!(!inbox.text().contains("paid"), "no internal word reaches a requester");
    let notice = &inbox.json()["items"][0];
    assert_eq!(notice["request"]["title"], "The gate does not close");
    assert!(notice["request"]["number"].as_str().is_some_and(|number| number.starts_with("MR-")), "{notice}");
    assert_eq!((&notice["actor"]["id"], &notice["unread"]), (&json!(other.id()), &json!(true)));
}

#[tokio::test]
async fn who_is_mentioned_is_told() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let id = requester.report("The roof leaks").await["id"].as_str().expect("an id").to_owned();
    let name = technician.get("/api/me").await.expect(200).json()["user"]["name"].as_str().expect("a name").to_owned();
    manager.comment(&id, &format!("@{name}, have you seen it?"), "internal").await.expect(201);
    hears(&technician, &id, &[("commented", "mentioned")]).await;
    assert_eq!(told(&requester, &id).await, []);
}

#[tokio::test]
async fn notices_are_live_and_what_is_read_is_read_in_every_window() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut first = requester.watch("/api/me/inbox/live").await;
    let mut second = requester.watch("/api/me/inbox/live").await;
    assert_eq!(first.next(TOLD).await, json!({ "type": "unread", "unread": 0 }));
    assert_eq!(second.next(TOLD).await["unread"], 0);
    let id = requester.report("The bell is silent").await["id"].as_str().expect("an id").to_owned();
    for number in 1..=3 {
        manager.comment(&id, &format!("Comment {number}"), "public").await.expect(201);
        let told = first.next_of("notice", TOLD).await;
        assert_eq!((&told["notice"]["words"], &told["unread"]), (&json!(format!("Comment {number}")), &json!(number)));
        assert_eq!(second.next_of("notice", TOLD).await["notice"]["id"], told["notice"]["id"]);
    }

    let page = requester.get("/api/me/inbox?limit=2&total=true").await.expect(200).json();
    assert_eq!((page["total"].clone(), page["items"].as_array().map(Vec::len)), (json!(3), Some(2)));
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let rest = requester.get(&format!("/api/me/inbox?limit=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!((&rest["items"][0]["words"], &rest["next_cursor"]), (&json!("Comment 1"), &Value::Null));

    // What came behind what was on the screen stays unread.
    let seen = page["items"][1]["id"].clone();
    let left = requester.post("/api/me/inbox/read", &json!({ "until": seen })).await.expect(200).json();
    assert_eq!(left["unread"], 1);
    assert_eq!(second.next_of("unread", TOLD).await["unread"], 1);
    let unread = requester.get("/api/me/inbox?unread=true&total=true").await.expect(200).json();
    assert_eq!((&unread["total"], &unread["items"][0]["words"]), (&json!(1), &json!("Comment 3")));
    let newest = unread["items"][0]["id"].clone();
    for _ in 0..2 {
        let left = requester.post("/api/me/inbox/read", &json!({ "ids": [newest] })).await.expect(200).json();
        assert_eq!(left["unread"], 0);
    }
    let all = requester.get("/api/me/inbox").await.expect(200).json();
    assert!(all["items"].as_array().expect("a list").iter().all(|item| item["unread"] == false));
    // Somebody else's notice is nothing to me, and too many at once are refused.
    let other = manager.post("/api/me/inbox/read", &json!({ "until": newest })).await.expect(200).json();
    assert!(other["unread"].is_number());
    let many: Vec<Value> = (0..201).map(|number| json!(format!("none-{number}"))).collect();
    requester.post("/api/me/inbox/read", &json!({ "ids": many })).await.problem(400, "invalid");
}
