//! API keys: made once, used by programs, and over at the moment when they are to be.

mod documented;
mod life;
mod matrix;
mod presented;
mod revocation;

use serde_json::{Value, json};
use testbed::Stack;

use crate::support::{Client, User, new_user};

/// Somebody of this role, who has just signed in.
async fn somebody(stack: &Stack, role: &str) -> (User, Client) {
    let user = new_user(stack, role);
    let client = Client::sign_in(stack, &user.email).await;
    (user, client)
}

/// A new key of somebody's: what the answer says of it.
async fn make(owner: &Client, scopes: &[&str]) -> Value {
    let body = json!({ "name": "Gateway", "scopes": scopes, "days": 30 });
    owner.post("/api/keys", &body).await.expect(201).json()
}

/// A program with a new key of somebody's, and the key's id.
async fn program(owner: &Client, scopes: &[&str]) -> (Client, String) {
    let made = make(owner, scopes).await;
    (owner.with_key(secret(&made)), id(&made))
}

fn secret(made: &Value) -> &str {
    made["secret"].as_str().expect("a secret")
}

fn id(made: &Value) -> String {
    made["key"]["id"].as_str().expect("an id").to_owned()
}

/// The error that an invalid input is answered with: field and code.
fn wrong(problem: &Value) -> (&str, &str) {
    let error = &problem["errors"][0];
    (error["field"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default())
}
