//! What is reported comes through everywhere: to whom reads it, to lists and sockets, and to PostgreSQL.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, draft, eventually, new_user};

/// The busiest machine has brought a row to PostgreSQL by then.
const SYNCED: Duration = Duration::from_secs(20);

/// A column of the request's row, as text.
async fn column(id: &str, name: &str, expected: Option<&str>) {
    eventually(SYNCED, || async {
        let sql = format!("SELECT {name}::text FROM requests WHERE id = '{id}'::uuid");
        let found =
            stack().sql(|client| Ok(client.query_opt(&sql, &[])?.map(|row| row.get::<_, Option<String>>(0))))?;
        ensure!(found == Some(expected.map(str::to_owned)), "{name} is {found:?}");
        anyhow::Ok(())
    })
    .await;
}

fn with(title: &str, field: &str, value: Value) -> Value {
    let mut draft = draft(title);
    draft[field] = value;
    draft
}

#[tokio::test]
async fn a_contact_is_shown_edited_and_taken_away() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let contact = with("The gate is jammed", "contact", json!(" ext. 12, gate house "));
    let record = requester.post("/api/requests", &contact).await.expect(201).json();
    let id = record["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/requests/{id}");
    assert_eq!(record["contact"], "ext. 12, gate house");
    assert_eq!(manager.get(&path).await.expect(200).json()["contact"], "ext. 12, gate house");
    column(&id, "contact", Some("ext. 12, gate house")).await;

    let edited = requester.patch(&path, &json!({ "contact": "ext. 13" })).await.expect(200).json();
    assert_eq!(edited["contact"], "ext. 13");
    let events = requester.get(&format!("{path}/events?after=1")).await.expect(200).json();
    assert_eq!(events["items"][0]["body"], json!({ "contact": { "from": "ext. 12, gate house", "to": "ext. 13" } }));
    let cleared = requester.patch(&path, &json!({ "contact": "" })).await.expect(200).json();
    assert_eq!(cleared["contact"], Value::Null);
    column(&id, "contact", None).await;

    let without = requester.report("The bell is silent").await;
    assert_eq!(without.get("contact"), Some(&Value::Null), "it is there, and empty");
    let too_long = with("t", "contact", json!("x".repeat(121)));
    let problem = requester.post("/api/requests", &too_long).await.problem(400, "invalid");
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&json!("contact"), &json!("too_long"))
    );
}

#[tokio::test]
async fn a_hazard_is_shown_edited_filtered_and_told_to_viewers() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut live = manager.watch("/api/requests/live").await;
    let dangerous = with("Bare wires in the hall", "hazard", json!(true));
    let record = requester.post("/api/requests", &dangerous).await.expect(201).json();
    let id = record["id"].as_str().expect("an id").to_owned();
    let harmless = requester.report("The clock is slow").await;
    assert_eq!((&record["hazard"], &harmless["hazard"]), (&json!(true), &json!(false)));
    column(&id, "hazard", Some("true")).await;
    column(harmless["id"].as_str().expect("an id"), "hazard", Some("false")).await;

    let listed = async |query: &str| {
        let list = requester.get(&format!("/api/requests?{query}")).await.expect(200).json();
        let items = list["items"].as_array().expect("a list").clone();
        items.iter().map(|item| (item["title"].clone(), item["hazard"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(listed("hazard=true").await, [(json!("Bare wires in the hall"), json!(true))]);
    assert_eq!(listed("hazard=false&priority=low,normal,high").await, [(json!("The clock is slow"), json!(false))]);
    assert_eq!(listed("hazard=").await.len(), 2);
    let problem = requester.get("/api/requests?hazard=maybe").await.problem(400, "invalid");
    assert_eq!(problem["errors"][0]["field"], "hazard");

    let path = format!("/api/requests/{id}");
    let edited = manager.patch(&path, &json!({ "hazard": false })).await.expect(200).json();
    assert_eq!(edited["hazard"], false);
    assert_eq!(listed("hazard=true").await, []);
    let mut told = Vec::new();
    while told.len() < 2 {
        let message = live.next_of("request", SYNCED).await;
        if message["request"]["id"] == id.as_str() {
            told.push(message["request"]["hazard"].clone());
        }
    }
    assert_eq!(told, [json!(true), json!(false)]);
    column(&id, "hazard", Some("false")).await;
    let wrong = with("t", "hazard", json!("yes"));
    let problem = requester.post("/api/requests", &wrong).await.problem(400, "invalid");
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&json!("hazard"), &json!("wrong_type"))
    );
}
