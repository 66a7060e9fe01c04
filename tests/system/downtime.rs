//! Downtime over HTTP: reported, ended by whoever does the work, put together, and told to each as far as they may know.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use crate::places::fresh;
use crate::stack;
use crate::support::{Client, eventually, new_user};

/// The busiest machine has brought a row to PostgreSQL by then.
const SYNCED: Duration = Duration::from_secs(60);

async fn somebody(role: &str) -> Client {
    Client::sign_in(stack(), &new_user(stack(), role).email).await
}

fn id(record: &Value) -> &str {
    record["id"].as_str().expect("an id")
}

/// A time so many minutes ago, as text.
fn ago(minutes: i64) -> String {
    let ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_millis();
    cepatedge::domain::Timestamp::from_ms(i64::try_from(ms).expect("a time")).plus_ms(-minutes * 60_000).rfc3339()
}

fn report(asset: &Value, more: Value) -> Value {
    let mut body = json!({ "title": "It stands", "category": "lift", "priority": "high", "asset_id": id(asset) });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

/// What is told of the asset's downtime, once `of` says that it is as it will be.
async fn told(client: &Client, asset: &Value, of: impl Fn(&Value) -> bool + Copy) -> Value {
    let path = format!("/api/assets/{}/downtime", id(asset));
    eventually(SYNCED, || async {
        let page = client.get(&path).await.expect(200).json();
        ensure!(of(&page), "{page}");
        anyhow::Ok(page)
    })
    .await
}

#[tokio::test]
async fn a_report_says_that_a_thing_stands_still_and_whoever_mends_it_that_it_runs() {
    let (requester, tech, manager) =
        (somebody("requester").await, somebody("technician").await, somebody("manager").await);
    let asset = manager.post("/api/assets", &json!({ "name": fresh("Lift") })).await.expect(201).json();
    assert_eq!(asset["down"], false);
    let since = ago(120);
    let record =
        requester.post("/api/requests", &report(&asset, json!({ "down_since": since }))).await.expect(201).json();
    assert_eq!((&record["down_since"], record.get("down_until")), (&json!(since), None));
    let page = told(&tech, &asset, |page| page["items"].as_array().is_some_and(|items| items.len() == 1)).await;
    assert_eq!(page["items"][0]["request"]["id"], record["id"]);
    assert_eq!((&page["items"][0]["to"], &page["totals"]["failures"]), (&Value::Null, &json!(1)));
    let path = format!("/api/assets/{}", id(&asset));
    assert_eq!(requester.get(&path).await.expect(200).json()["down"], true);

    let edit = format!("/api/requests/{}", id(&record));
    let until = ago(60);
    tech.patch(&edit, &json!({ "title": "Mine" })).await.problem(403, "forbidden");
    let ended = tech.patch(&edit, &json!({ "down_until": until })).await.expect(200).json();
    assert_eq!((&ended["down_until"], &ended["may_edit"]), (&json!(until), &json!(false)));
    let page = told(&tech, &asset, |page| !page["items"][0]["to"].is_null()).await;
    let totals = &page["totals"];
    assert_eq!((&totals["downtime_seconds"], &totals["mttr_seconds"]), (&json!(3_600), &json!(3_600)));
    assert_eq!(manager.get(&path).await.expect(200).json()["down"], false);
    let events = requester.get(&format!("{edit}/events?after=1")).await.expect(200).json();
    assert_eq!(events["items"][0]["body"], json!({ "down_until": { "from": null, "to": until } }));

    // Somebody else is told when, and not of which request.
    let other = told(&somebody("requester").await, &asset, |_| true).await;
    assert_eq!((&other["items"][0]["request"], &other["items"][0]["to"]), (&Value::Null, &json!(until)));
    assert_eq!(other["totals"]["failures"], 1);
    assert_eq!(told(&requester, &asset, |_| true).await["items"][0]["request"]["title"], "It stands");
    // Turned down, it was none.
    manager.post(&format!("{edit}/reject"), &json!({ "reason": "A test." })).await.expect(200);
    let page = told(&tech, &asset, |page| page["items"] == json!([])).await;
    assert_eq!(page["totals"]["mtbf_seconds"], Value::Null);
}

#[tokio::test]
async fn out_of_service_is_downtime_with_the_reason_of_the_history() {
    let manager = somebody("manager").await;
    let asset = manager.post("/api/assets", &json!({ "name": fresh("Pump") })).await.expect(201).json();
    let path = format!("/api/assets/{}", id(&asset));
    let out = json!({ "status": "out_of_service", "status_reason": "The seal leaks." });
    assert_eq!(manager.patch(&path, &out).await.expect(200).json()["down"], true);
    let page = told(&manager, &asset, |_| true).await;
    let item = &page["items"][0];
    assert_eq!((&item["source"], &item["reason"]), (&json!("status"), &json!("The seal leaks.")));
    assert_eq!(manager.patch(&path, &json!({ "status": "in_service" })).await.expect(200).json()["down"], false);
    assert_eq!(told(&manager, &asset, |_| true).await["totals"]["failures"], 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_says_why() {
    let (requester, manager) = (somebody("requester").await, somebody("manager").await);
    let asset = manager.post("/api/assets", &json!({ "name": fresh("Lift") })).await.expect(201).json();
    let cases = [
        (json!({ "down_since": ago(-60) }), "down_since", "in_future"),
        (json!({ "down_since": "yesterday" }), "down_since", "malformed"),
        (json!({ "down_since": ago(10), "asset_id": "" }), "down_since", "needs_asset"),
        (json!({ "down_since": ago(10), "down_until": ago(20) }), "down_until", "before_since"),
        (json!({ "down_until": ago(20) }), "down_until", "needs_since"),
    ];
    for (more, field, code) in cases {
        let reply = requester.post("/api/requests", &report(&asset, more.clone())).await;
        reply.problem(400, "invalid");
        let error = &reply.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{more}");
    }
    let path = format!("/api/assets/{}/downtime", id(&asset));
    for (query, field) in
        [("from=x", "from"), ("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to"), ("at=1", "at")]
    {
        let reply = requester.get(&format!("{path}?{query}")).await;
        reply.problem(400, "invalid");
        assert_eq!(reply.json()["errors"][0]["field"], field, "{query}");
    }
    requester.get(&format!("{path}?cursor=AAAA")).await.problem(400, "invalid_cursor");
    requester.get(&format!("/api/assets/{}/downtime", manager.id())).await.problem(404, "not_found");
}
