//! The proof within a session. Ten minutes are two seconds here.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use testbed::seed::PASSWORD;
use tokio::time::sleep;

use super::{Enrolled, problem, wrong_code};
use crate::support::{Client, Reply, new_user};

const FRESH_S: u64 = 2;

fn started() -> Stack {
    let stack = Stack::builder().env("FRESH_S", &FRESH_S.to_string()).start();
    stack.unwrap_or_else(|error| panic!("no system to test: {error:?}"))
}

async fn stale() {
    sleep(Duration::from_millis(FRESH_S * 1_000 + 300)).await;
}

async fn prove(client: &Client, proof: Value) -> Reply {
    client.post("/api/me/reauthenticate", &proof).await
}

async fn put(client: &Client, key: &str, value: Value) -> Reply {
    let path = format!("/api/system/settings/{key}");
    client.call(Method::PUT, &path).json(&json!({ "value": value })).send().await
}

#[tokio::test]
async fn what_would_hurt_most_is_refused_to_a_session_that_lies_around() {
    let stack = started();
    let admin = Client::sign_in(&stack, &new_user(&stack, "admin").email).await;
    let somebody = new_user(&stack, "technician");
    let user = format!("/api/users/{}", somebody.id);
    stale().await;
    let key = "AAAA";
    let refused = [
        admin.patch(&user, &json!({ "role": "admin" })).await,
        admin.post(&format!("{user}/reset"), &json!({})).await,
        admin.post(&format!("{user}/invitation"), &json!({})).await,
        admin.delete(&format!("{user}/factors")).await,
        admin.post("/api/users", &json!({ "email": "new@melati.test", "role": "admin" })).await,
        put(&admin, "session_days", json!(9)).await,
        put(&admin, "second_factor", json!("everybody")).await,
        admin.post("/api/me/totp", &json!({})).await,
        admin.call(Method::PUT, "/api/me/totp").json(&json!({})).send().await,
        admin.delete("/api/me/totp").await,
        admin.post("/api/me/passkeys/options", &json!({})).await,
        admin.post("/api/me/passkeys", &json!({})).await,
        admin.delete(&format!("/api/me/passkeys/{key}")).await,
        admin.post("/api/me/recovery-codes", &json!({})).await,
        admin.get("/api/requests.csv").await,
    ];
    for reply in refused {
        reply.problem(403, "reauthentication_required");
    }
    // Nothing of it was done, and everything else goes on.
    let people = admin.get(&format!("/api/system/users?q={}", somebody.email)).await.expect(200).json();
    assert_eq!(people["items"][0]["role"], "technician");
    put(&admin, "reopen_days", json!(8)).await.expect(200);
    admin.post("/api/users", &json!({ "email": "new@melati.test", "role": "technician" })).await.expect(201);

    prove(&admin, json!({ "password": PASSWORD })).await.expect(200);
    admin.patch(&user, &json!({ "role": "manager" })).await.expect(200);
    stale().await;
    admin.patch(&user, &json!({ "role": "technician" })).await.problem(403, "reauthentication_required");
}

#[tokio::test]
async fn a_proof_is_a_password_or_a_code_and_a_wrong_one_is_none() {
    let stack = started();
    let who = Enrolled::new(&stack, "admin").await;
    stale().await;
    let try_it = async || who.here.post("/api/me/recovery-codes", &json!({})).await;
    assert_eq!(problem(&prove(&who.here, json!({ "password": "not this one" })).await).1, "wrong_password");
    assert_eq!(problem(&prove(&who.here, json!({ "code": "000000" })).await), wrong_code());
    for none in [json!({}), json!({ "password": PASSWORD, "code": who.code(0) }), json!({ "password": 7 })] {
        prove(&who.here, none).await.problem(400, "invalid");
    }
    try_it().await.problem(403, "reauthentication_required");
    prove(&who.here, json!({ "code": who.code(0) })).await.expect(200);
    try_it().await.expect(201);
    // The same code proves nothing again.
    assert_eq!(problem(&prove(&who.here, json!({ "code": who.code(0) })).await), wrong_code());
    Client::anonymous(&stack).post("/api/me/reauthenticate", &json!({})).await.problem(401, "unauthenticated");
}
