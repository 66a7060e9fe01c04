//! Caches: with every one of them switched off the answers stay the same.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use tokio::time::sleep;

use crate::support::{Client, demo, new_user};

/// The source of the routing table: every read of it is asked.
const ROUTES: &str = include_str!("../../src/router/routes.rs");

/// Reads that tell of the moment, or of the reading itself; and one that asks name servers elsewhere.
const OF_THE_MOMENT: [&str; 9] = [
    "/ready",
    "/me/sessions",
    "/me/data",
    "/system/logs",
    "/system/sessions",
    "/system/cache",
    "/system/monitor",
    "/system/sync",
    "/system/mail/records",
];

/// A changed setting is in force everywhere.
const IN_FORCE: Duration = Duration::from_secs(10);

/// The patterns of all reads that can be compared.
fn reads() -> Vec<&'static str> {
    let lines = ROUTES.lines().filter_map(|line| line.trim().strip_prefix("GET "));
    let reads = lines.filter(|line| !line.contains(" Socket ")).filter_map(|line| line.split('"').nth(1));
    reads.filter(|pattern| !OF_THE_MOMENT.iter().any(|moment| pattern.starts_with(moment))).collect()
}

/// What all reads answer: address, status, body.
async fn answers(people: &[&Client], request: &str, user: &str) -> Vec<(String, u16, Value)> {
    let mut answers = Vec::new();
    for pattern in reads() {
        let path = match pattern {
            "/users/{id}" => format!("/users/{user}"),
            other => other
                .replace("{id}", request)
                .replace("{key}", "categories")
                .replace("{stream}", "app")
                // None of these is there, with caches and without.
                .replace("{file}", "0190a5b8-0000-7000-8000-00000000dead")
                .replace("{avatar}", &format!("w{}", "0".repeat(32)))
                .replace("{code}", "7K3M-9QXT")
                .replace("{size}", "64"),
        };
        assert!(!path.contains('{'), "{path}: this test does not know what to put there");
        for (place, person) in people.iter().enumerate() {
            let reply = person.get(&format!("/api{path}")).await;
            let mut body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            if let Some(body) = body.as_object_mut() {
                body.remove("request_id");
                body.remove("as_of");
            }
            answers.push((format!("{place} {path}"), reply.status.as_u16(), body));
        }
    }
    answers
}

async fn switch_all(admin: &Client, on: bool) {
    let all = admin.get("/api/system/settings").await.expect(200).json();
    let items = all["items"].as_array().expect("items");
    let keys: Vec<&str> = items.iter().filter_map(|item| item["key"].as_str()).collect();
    let switches: Vec<&&str> = keys.iter().filter(|key| key.starts_with("cache_")).collect();
    assert!(!switches.is_empty());
    for key in switches {
        let path = format!("/api/system/settings/{key}");
        admin.call(Method::PUT, &path).json(&json!({ "value": on })).send().await.expect(200);
    }
    sleep(IN_FORCE).await;
}

#[tokio::test]
async fn without_caches_every_read_answers_the_same() {
    assert!(reads().len() > 20, "the reads of the table are not found: {:?}", reads());
    let stack = Stack::builder().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let people = [&requester, &manager, &admin];
    let request = requester.report("The sink is blocked").await["id"].as_str().expect("an id").to_owned();
    let person = new_user(&stack, "technician");
    let user = person.id.clone();

    // Once to fill the caches, once from them; and a change of what is in them.
    answers(&people, &request, &user).await;
    let themselves = Client::sign_in(&stack, &person.email).await;
    let renamed = json!({ "name": "Citra Called Otherwise" });
    themselves.call(Method::PATCH, "/api/me").json(&renamed).send().await.expect(200);
    answers(&people, &request, &user).await;
    let cached = answers(&people, &request, &user).await;
    switch_all(&admin, false).await;
    let bare = answers(&people, &request, &user).await;
    for (with, without) in cached.iter().zip(&bare) {
        // The switch itself is a setting, whose version counts.
        if !with.0.contains("/system/settings") {
            assert_eq!(with, without);
        }
    }
    assert_eq!(cached.len(), bare.len());
    let name = &bare.iter().find(|(path, ..)| *path == format!("2 /users/{user}")).expect("a person").2["name"];
    assert_eq!(name, "Citra Called Otherwise");

    switch_all(&admin, true).await;
    answers(&people, &request, &user).await;
    let again = answers(&people, &request, &user).await;
    for (with, without) in again.iter().zip(&bare).filter(|(with, _)| !with.0.contains("/system/settings")) {
        assert_eq!(with, without);
    }
}
