//! The first admin of an empty installation: once, by whoever has the token of the deployment.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testbed::Stack;

use crate::support::{Client, eventually};

fn body(stack: &Stack, email: &str) -> Value {
    json!({
        "token": stack.secrets.setup_token, "organisation": "Hotel Melati", "time_zone": "Asia/Makassar", "language": "id",
        "name": "Wayan Sudarma", "email": email, "password": "kata sandi yang panjang",
    })
}

fn with(mut body: Value, name: &str, value: &str) -> Value {
    body[name] = json!(value);
    body
}

fn empty() -> Stack {
    Stack::builder().without_demo_users().start().expect("a system")
}

#[tokio::test]
async fn an_empty_installation_is_set_up_once_and_never_again() {
    let stack = empty();
    let stranger = Client::anonymous(&stack);
    assert_eq!(stranger.get("/api/setup").await.expect(200).json(), json!({ "has_token": true }));
    let good = body(&stack, "wayan@melati.test");

    for (name, value, code) in [
        ("token", "", "required"),
        ("token", "0000000000000000000000000000000000000000000000000000000000000000", "wrong_token"),
        ("organisation", " ", "required"),
        ("time_zone", "Asia/Atlantis", "unknown_value"),
        ("time_zone", "+07:00", "unknown_value"),
        ("language", "tlh", "unknown_value"),
        ("name", "", "required"),
        ("email", "wayan", "malformed"),
        ("password", "kurang", "too_short"),
        ("password", "12345678", "too_common"),
    ] {
        let refused = stranger.post("/api/setup", &with(good.clone(), name, value)).await;
        refused.problem(400, "invalid");
        assert_eq!(refused.json()["errors"][0]["field"], name, "{value}");
        assert_eq!(refused.json()["errors"][0]["code"], code, "{name} {value}");
    }

    let made = stranger.post("/api/setup", &good).await.expect(201);
    assert_eq!(made.json()["user"]["role"], "admin");
    assert_eq!(made.json()["user"]["name"], "Wayan Sudarma");
    let admin = stranger.log_in("WAYAN@melati.test", "kata sandi yang panjang").await.expect(200);
    let cookie = admin.header("set-cookie").expect("a cookie").split(';').next().expect("a value").to_owned();
    let admin = Client::anonymous(&stack).with_cookie(Some(&cookie));
    let told = admin.get("/api/system/logs/audit").await.expect(200).json();
    assert_eq!(told["items"][0]["fields"]["action"], "set_up");
    assert_eq!(told["items"][0]["actor"]["name"], "Wayan Sudarma");

    let (name, zone): (String, String) = stack
        .sql(|client| {
            let row = client.query_one("SELECT name, time_zone FROM organisations WHERE set_up_at IS NOT NULL", &[])?;
            Ok((row.get(0), row.get(1)))
        })
        .expect("the organisation");
    assert_eq!((name.as_str(), zone.as_str()), ("Hotel Melati", "Asia/Makassar"));

    // Also in an isolate that does not remember it, and when nobody may sign in any more.
    for forget in [false, true] {
        if forget {
            stack
                .sql(|client| Ok(client.execute("UPDATE users SET status = 'disabled'", &[])?))
                .expect("everybody is disabled");
            stack.runtime.restart().expect("a restart");
        }
        stranger.get("/api/setup").await.problem(404, "not_found");
        stranger.post("/api/setup", &body(&stack, "other@melati.test")).await.problem(404, "not_found");
    }

    // What PostgreSQL owed the audit is paid, and not told twice.
    stack.runtime.run_scheduled().expect("the cron handler");
    let owed = || async {
        let owed: i64 = stack.sql(|client| Ok(client.query_one("SELECT count(*) FROM audit_owed", &[])?.get(0)))?;
        if owed == 0 { Ok(()) } else { Err(anyhow::anyhow!("{owed} are owed")) }
    };
    eventually(Duration::from_secs(10), owed).await;
    let copies = || async {
        let count = "SELECT count(*) FROM audit_entries WHERE action = 'set_up' AND object_type = 'organisation'";
        let copies: i64 = stack.sql(|client| Ok(client.query_one(count, &[])?.get(0)))?;
        if copies == 1 { Ok(()) } else { Err(anyhow::anyhow!("{copies} copies")) }
    };
    eventually(Duration::from_secs(10), copies).await;
}

#[tokio::test]
async fn of_many_at_once_one_is_the_first_admin() {
    let stack = empty();
    let stranger = Client::anonymous(&stack);
    let bodies: Vec<Value> = (0..8).map(|n| body(&stack, &format!("admin{n}@melati.test"))).collect();
    let replies = join_all(bodies.iter().map(|body| stranger.post("/api/setup", body))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 404, 404, 404, 404, 404, 404, 404]);
    let users: i64 =
        stack.sql(|client| Ok(client.query_one("SELECT count(*) FROM users", &[])?.get(0))).expect("a count");
    assert_eq!(users, 1);
}

#[tokio::test]
async fn without_a_token_it_stays_shut_and_with_people_it_is_not_there() {
    let stack = Stack::builder().without_demo_users().env("SETUP_TOKEN", "").start().expect("a system");
    let stranger = Client::anonymous(&stack);
    assert_eq!(stranger.get("/api/setup").await.expect(200).json(), json!({ "has_token": false }));
    let refused = stranger.post("/api/setup", &with(body(&stack, "a@melati.test"), "token", "")).await;
    assert_eq!(refused.problem(400, "invalid")["errors"][0]["field"], "token");
    stranger.post("/api/setup", &body(&stack, "a@melati.test")).await.problem(400, "invalid");

    let inhabited = Client::anonymous(crate::stack());
    inhabited.get("/api/setup").await.problem(404, "not_found");
    inhabited.post("/api/setup", &body(crate::stack(), "a@melati.test")).await.problem(404, "not_found");
}
