//! Sessions as operators see them: how long a page is, who is not on it, from where one is ended, and what the log says.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, eventually, new_user};

/// Entries are appended behind the answer, a fifth of a second after it at the soonest.
const NOTED: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_page_of_sessions_has_25_users_unless_told_and_50_at_most() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for _ in 0..51 {
        new_user(stack(), "requester");
    }
    for (query, users) in [("", 25), ("?limit=50", 50), ("?limit=1", 1)] {
        let page = admin.get(&format!("/api/system/sessions{query}")).await.expect(200);
        assert_eq!(page.json()["items"].as_array().map(Vec::len), Some(users), "{query}");
        assert!(page.header("link").is_some(), "{query}: {page}");
    }
    for limit in ["51", "200", "0"] {
        let problem = admin.get(&format!("/api/system/sessions?limit={limit}")).await.problem(400, "invalid");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!("limit"), &json!("out_of_range"))
        );
    }
}

#[tokio::test]
async fn a_user_of_another_organisation_is_not_there() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let user = new_user(stack(), "technician");
    let theirs = Client::sign_in(stack(), &user.email).await;
    let moved = stack().sql(|client| {
        client.execute("INSERT INTO organisations (id, name) VALUES ('elsewhere', 'Elsewhere')", &[])?;
        Ok(client.execute("UPDATE users SET org_id = 'elsewhere' WHERE id::text = $1", &[&user.id])?)
    });
    assert_eq!(moved.expect("PostgreSQL answers"), 1);
    let found = admin.get(&format!("/api/system/sessions?q={}", user.email)).await.expect(200).json();
    assert_eq!(found["items"], json!([]));
    let session = format!("/api/system/sessions/{}/{}", user.id, theirs.session());
    admin.delete(&session).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_session_is_not_ended_from_a_foreign_page() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let user = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let path = format!("/api/system/sessions/{}/{}", user.id(), user.session());
    let forged = || admin.call(Method::DELETE, &path);
    forged().header("origin", "https://evil.example").json(&json!({})).send().await.problem(403, "forbidden");
    forged().send().await.problem(403, "forbidden");
    user.get("/api/me").await.expect(200);
}

#[tokio::test]
async fn the_log_says_who_ended_whose_session_under_the_name_of_now() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let user = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let renamed = admin.patch("/api/me", &json!({ "name": "Oki Prasetyo" })).await.expect(200);
    let path = format!("/api/system/sessions/{}/{}", user.id(), user.session());
    let ended = admin.delete(&path).await.expect(204);
    let read = admin.get("/api/system/sessions?limit=1").await.expect(200);
    let admin_now = json!({ "id": admin.id(), "name": "Oki Prasetyo", "role": "admin" });

    let entry = noted(&admin, "auth", ended.header("x-request-id")).await;
    assert_eq!(entry["message"], "session revoked", "{entry}");
    assert_eq!(entry["fields"]["user"], user.id(), "{entry}");
    assert_eq!(entry["fields"]["session"], user.session()[..12], "{entry}");
    assert_eq!(entry["actor"], admin_now, "{entry}");
    for reply in [&ended, &read] {
        let entry = noted(&admin, "http", reply.header("x-request-id")).await;
        assert_eq!(entry["actor"], admin_now, "{entry}");
    }
    let entry = noted(&admin, "auth", renamed.header("x-request-id")).await;
    assert_eq!((&entry["message"], &entry["actor"]["id"]), (&json!("profile edited"), &admin_now["id"]), "{entry}");
    assert!(!entry.to_string().contains('@'), "{entry}");
}

async fn noted(admin: &Client, stream: &str, request: Option<&str>) -> Value {
    let path = format!("/api/system/logs/{stream}?request_id={}", request.expect("a request id"));
    let look = || async {
        let found = admin.get(&path).await.expect(200).json();
        found["items"].get(0).cloned().ok_or(found)
    };
    eventually(NOTED, look).await
}
