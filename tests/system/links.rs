//! Links over HTTP: said at both ends, merged and undone, and told to each as far as they may know.

use std::time::Duration;

use futures::future::join;
use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Reply, eventually, new_user};

/// The other end says so right after; the bound is for a busy machine.
const SOON: Duration = Duration::from_secs(60);

async fn somebody(role: &str) -> Client {
    Client::sign_in(stack(), &new_user(stack(), role).email).await
}

async fn reported(client: &Client, title: &str) -> String {
    client.report(title).await["id"].as_str().expect("an id").to_owned()
}

async fn link(client: &Client, id: &str, kind: &str, other: &str) -> Reply {
    client.post(&format!("/api/requests/{id}/links"), &json!({ "kind": kind, "other": other })).await
}

async fn unlink(client: &Client, id: &str, other: &str) -> Reply {
    client.delete(&format!("/api/requests/{id}/links/{other}")).await
}

async fn record(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/requests/{id}")).await.expect(200).json()
}

/// Kind and other of each link, as the client sees them.
fn links(record: &Value) -> Vec<(&str, &str)> {
    let links = record["links"].as_array().expect("a list").iter();
    links.map(|link| (link["kind"].as_str().expect("a kind"), link["other"].as_str().expect("an id"))).collect()
}

/// Waits until the request has these links, and stands like this.
async fn comes_to(client: &Client, id: &str, status: &str, expected: &[(&str, &str)]) -> Value {
    eventually(SOON, async || {
        let record = record(client, id).await;
        let is_so = record["status"] == status && links(&record) == expected;
        if is_so { Ok(record) } else { Err(record.to_string()) }
    })
    .await
}

async fn kinds(client: &Client, id: &str) -> Vec<String> {
    let page = client.get(&format!("/api/requests/{id}/events?limit=100")).await.expect(200).json();
    let events = page["items"].as_array().expect("a list").iter();
    events.map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
}

/// Waits until this person has been told this of the request.
async fn hears(client: &Client, id: &str, kind: &str, reason: &str) -> Value {
    eventually(SOON, async || {
        let inbox = client.get("/api/me/inbox?limit=200").await.expect(200).json();
        let items = inbox["items"].as_array().expect("a list").clone();
        let is_it = |item: &Value| item["request"]["id"] == id && item["kind"] == kind && item["reason"] == reason;
        items.into_iter().find(is_it).ok_or_else(|| inbox.to_string())
    })
    .await
}

#[tokio::test]
async fn a_link_is_said_at_both_ends_and_removed_at_either() {
    let (requester, manager) = (somebody("requester").await, somebody("manager").await);
    let (one, other) = (reported(&requester, "The pump is loud").await, reported(&requester, "No water").await);
    let before = requester.get(&format!("/api/requests/{other}")).await.expect(200);
    let made = link(&manager, &one, "blocks", &other).await.expect(200);
    assert!(made.header("etag").is_some());
    assert_eq!(links(&made.json()), [("blocks", other.as_str())]);
    assert_eq!(made.json()["links"][0]["title"], "No water");
    let there = comes_to(&manager, &other, "submitted", &[("blocked_by", &one)]).await;
    assert_eq!(there["links"][0]["number"], record(&manager, &one).await["number"]);
    // Whose requests they are learns nothing of it: not even that something has happened.
    let after = requester.get(&format!("/api/requests/{other}")).await.expect(200);
    assert_eq!((after.header("etag"), after.text()), (before.header("etag"), before.text()));
    assert_eq!(kinds(&requester, &other).await, ["created"]);
    // Another kind takes its place; the same is there already.
    link(&manager, &one, "blocks", &other).await.problem(409, "already_linked");
    link(&manager, &one, "relates", &other).await.expect(200);
    comes_to(&manager, &other, "submitted", &[("relates", &one)]).await;
    unlink(&manager, &other, &one).await.expect(200);
    comes_to(&manager, &one, "submitted", &[]).await;
    assert_eq!(kinds(&manager, &one).await, ["created", "linked", "linked", "unlinked"]);
    assert_eq!(kinds(&manager, &other).await, ["created", "linked", "linked", "unlinked"]);
    unlink(&manager, &other, &one).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_merge_keeps_both_timelines_and_tells_both_reporters() {
    let (rina, sari) = (somebody("requester").await, somebody("requester").await);
    let (manager, technician) = (somebody("manager").await, somebody("technician").await);
    let (stays, goes) = (reported(&rina, "The lift stands").await, reported(&sari, "Lift out of order").await);
    for id in [&stays, &goes] {
        manager.act(id, "approve", &json!({})).await.expect(200);
    }
    manager.act(&goes, "assign", &json!({ "assignee_id": technician.id() })).await.expect(200);
    technician.act(&goes, "start", &json!({})).await.expect(200);
    technician.act(&goes, "hold", &json!({ "reason": "The part" })).await.expect(200);
    sari.get(&format!("/api/requests/{stays}")).await.problem(404, "not_found");

    let merged = link(&manager, &goes, "duplicate_of", &stays).await.expect(200).json();
    assert_eq!((&merged["status"], &merged["allowed_actions"]), (&json!("cancelled"), &json!([])));
    comes_to(&manager, &stays, "approved", &[("has_duplicate", &goes)]).await;
    // To whose request it is, the other is a number and a name.
    let seen = record(&rina, &stays).await;
    assert_eq!(links(&seen), []);
    assert_eq!(kinds(&rina, &stays).await, ["created", "approved", "linked"]);
    let all = ["created", "approved", "assigned", "started", "held", "linked"];
    assert_eq!(kinds(&sari, &goes).await, all);
    assert_eq!(links(&record(&sari, &goes).await), [("duplicate_of", stays.as_str())]);
    let number = record(&manager, &stays).await["number"].clone();
    assert_eq!(hears(&sari, &goes, "linked", "requester").await["item"], number);
    hears(&technician, &goes, "linked", "assignee").await;
    hears(&rina, &stays, "linked", "requester").await;
    // What was counted as open is so no more.
    let page = manager.get(&format!("/api/requests?requester={}&status=cancelled", sari.id())).await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{page}");

    // Who reported the same sees what is public, says something, and hears of it.
    assert_eq!(links(&record(&sari, &stays).await), [("has_duplicate", goes.as_str())]);
    manager.comment(&stays, "Too dear for them", "internal").await.expect(201);
    sari.comment(&stays, "It stands on the third floor", "public").await.expect(201);
    hears(&rina, &stays, "commented", "requester").await;
    sari.comment(&stays, "Hm", "internal").await.problem(403, "forbidden");
    let cancel = json!({ "reason": "I walk" });
    sari.act(&stays, "cancel", &cancel).await.problem(403, "forbidden");
    let events = sari.get(&format!("/api/requests/{stays}/events")).await.expect(200).text();
    assert!(events.contains("third floor") && !events.contains("Too dear"), "{events}");
    manager.act(&stays, "assign", &json!({ "assignee_id": technician.id() })).await.expect(200);
    hears(&sari, &stays, "assigned", "reporter").await;

    // Undone, each is as before, and the other is not theirs any more.
    let mut live = sari.watch(&format!("/api/requests/{stays}/live")).await;
    unlink(&manager, &stays, &goes).await.problem(409, "undo_at_duplicate");
    let undone = unlink(&manager, &goes, &stays).await.expect(200).json();
    assert_eq!((&undone["status"], &undone["status_reason"]), (&json!("on_hold"), &json!("The part")));
    comes_to(&manager, &stays, "assigned", &[]).await;
    assert_eq!(live.closed(SOON).await, 1008);
    sari.get(&format!("/api/requests/{stays}")).await.problem(404, "not_found");
    hears(&sari, &goes, "unlinked", "requester").await;
    hears(&rina, &stays, "unlinked", "requester").await;
    technician.act(&goes, "resume", &json!({})).await.expect(200);
}

#[tokio::test]
async fn who_may_not_link_is_refused_and_what_they_do_not_see_is_not_there() {
    let (requester, technician) = (somebody("requester").await, somebody("technician").await);
    let manager = somebody("manager").await;
    let (one, other) = (reported(&requester, "A").await, reported(&requester, "B").await);
    link(&requester, &one, "relates", &other).await.problem(403, "forbidden");
    link(&technician, &one, "duplicate_of", &other).await.problem(403, "forbidden");
    link(&technician, &one, "relates", &other).await.expect(200);
    comes_to(&technician, &other, "submitted", &[("relates", &one)]).await;
    unlink(&technician, &other, &one).await.expect(200);
    // An id that this system never made, and one that is none.
    for nowhere in ["0190a5b8-0000-7000-8000-00000000dead", "MR-7"] {
        let problem = link(&manager, &one, "relates", nowhere).await.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["field"], "other", "{problem}");
    }
    let problem = link(&manager, &one, "has_duplicate", &other).await.problem(400, "invalid");
    assert_eq!(problem["errors"][0]["code"], "of_the_other", "{problem}");
    let problem = link(&manager, &one, "relates", &one).await.problem(400, "invalid");
    assert_eq!(problem["errors"][0]["code"], "itself", "{problem}");
    link(&manager, "0190a5b8-0000-7000-8000-00000000dead", "relates", &one).await.problem(404, "not_found");
    // What is done is no duplicate any more, and nothing is one of what is.
    requester.act(&other, "cancel", &json!({ "reason": "It works" })).await.expect(200);
    link(&manager, &other, "duplicate_of", &one).await.problem(409, "invalid_transition");
    link(&manager, &one, "duplicate_of", &other).await.problem(409, "other_is_final");
}

#[tokio::test]
async fn a_link_is_made_once_however_often_it_is_sent_and_not_on_what_is_old() {
    let (requester, manager) = (somebody("requester").await, somebody("manager").await);
    let (one, other) = (reported(&requester, "A").await, reported(&requester, "B").await);
    let path = format!("/api/requests/{one}/links");
    let body = json!({ "kind": "duplicate_of", "other": other });
    let call = || manager.call(Method::POST, &path).header("idempotency-key", "merge-once").json(&body).send();
    let (first, second) = (call().await.expect(200), call().await.expect(200));
    assert_eq!(first.text(), second.text());
    comes_to(&manager, &other, "submitted", &[("has_duplicate", &one)]).await;
    assert_eq!(kinds(&manager, &one).await, ["created", "linked"]);
    assert_eq!(kinds(&manager, &other).await, ["created", "linked"]);
    let path = format!("{path}/{other}");
    let remove = |tag: &str| manager.call(Method::DELETE, &path).header("x-cepatedge", "test").header("if-match", tag);
    let old = remove("\"v1\"").send().await;
    assert_eq!(old.problem(412, "stale")["record"]["version"], 2);
    remove(first.header("etag").expect("a tag")).send().await.expect(200);
    comes_to(&manager, &other, "submitted", &[]).await;
}

#[tokio::test]
async fn of_two_merges_into_each_other_at_once_one_stands_at_most() {
    let (requester, first, second) =
        (somebody("requester").await, somebody("manager").await, somebody("manager").await);
    for race in 0..12 {
        let (one, other) = (reported(&requester, "A").await, reported(&requester, "B").await);
        let (here, there) =
            join(link(&first, &one, "duplicate_of", &other), link(&second, &other, "duplicate_of", &one)).await;
        assert!(here.status == 200 || there.status == 200, "race {race}: {here} {there}");
        let (one, other) = eventually(SOON, async || {
            let (one, other) = (record(&first, &one).await, record(&first, &other).await);
            let is_merged = |record: &Value| record["status"] == "cancelled";
            let is_settled = match (links(&one).as_slice(), links(&other).as_slice()) {
                ([], []) => !is_merged(&one) && !is_merged(&other),
                ([("duplicate_of", _)], [("has_duplicate", _)]) => is_merged(&one) && !is_merged(&other),
                ([("has_duplicate", _)], [("duplicate_of", _)]) => !is_merged(&one) && is_merged(&other),
                _ => false,
            };
            if is_settled { Ok((one, other)) } else { Err(format!("{one}\n{other}")) }
        })
        .await;
        println!("race {race}: {} {}, {} {}", here.status, there.status, one["status"], other["status"]);
    }
}
