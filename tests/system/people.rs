//! People are invited, let in, given another role, disabled; and somebody is always left who administers.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testbed::Stack;
use testbed::seed::PASSWORD;
use uuid::Uuid;

use crate::stack;
use crate::support::{Client, Reply, User, eventually, new_user};

const WORDS: &str = "kata sandi yang panjang";

fn address() -> String {
    format!("{}@melati.test", Uuid::now_v7())
}

async fn admin() -> Client {
    Client::sign_in(stack(), &new_user(stack(), "admin").email).await
}

/// Somebody is invited; the id and the token.
async fn invited(admin: &Client, email: &str, role: &str) -> (String, String) {
    let made = admin.post("/api/users", &json!({ "email": email, "role": role })).await.expect(201).json();
    assert_eq!(made["user"]["status"], "invited");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&made["user"]["id"]), text(&made["token"]))
}

async fn accept(stack: &Stack, token: &str, name: &str) -> Reply {
    let body = json!({ "token": token, "name": name, "password": WORDS, "language": "id" });
    Client::anonymous(stack).post("/api/auth/invitations/accept", &body).await
}

async fn state(token: &str) -> Value {
    let look = Client::anonymous(stack()).post("/api/auth/invitations/look", &json!({ "token": token })).await;
    look.expect(200).json()["state"].take()
}

async fn listed(admin: &Client, email: &str) -> Value {
    admin.get(&format!("/api/system/users?q={email}")).await.expect(200).json()["items"][0].take()
}

fn fresh_name(what: &str) -> String {
    format!("{what} {}", Uuid::now_v7().simple())
}

#[tokio::test]
async fn whoever_is_invited_comes_in_once() {
    let (admin, email) = (admin().await, address());
    let (id, token) = invited(&admin, &email, "technician").await;
    let shown = Client::anonymous(stack()).post("/api/auth/invitations/look", &json!({ "token": token })).await;
    let shown = shown.expect(200).json();
    assert_eq!(
        (&shown["email"], &shown["role"], &shown["state"]),
        (&json!(email), &json!("technician"), &json!("open"))
    );
    assert!(shown["organisation"].is_string());

    // No way in before, and no work for them.
    Client::anonymous(stack()).log_in(&email, WORDS).await.problem(401, "invalid_credentials");
    admin.get(&format!("/api/users/{id}")).await.problem(404, "not_found");
    let row = listed(&admin, &email).await;
    assert_eq!((&row["status"], &row["invitation"]["asked_at"]), (&json!("invited"), &Value::Null));

    for (name, password, field) in [("", WORDS, "name"), ("Sari", "kurang", "password"), ("Support", WORDS, "name")] {
        let body = json!({ "token": token, "name": name, "password": password, "language": "en" });
        let refused = Client::anonymous(stack()).post("/api/auth/invitations/accept", &body).await;
        assert_eq!(refused.problem(400, "invalid")["errors"][0]["field"], field);
    }

    let name = fresh_name("Sari");
    let entered = accept(stack(), &token, &name).await.expect(200);
    assert_eq!((&entered.json()["user"]["id"], &entered.json()["user"]["role"]), (&json!(id), &json!("technician")));
    assert!(entered.header("set-cookie").is_some());
    assert_eq!(admin.get(&format!("/api/users/{id}")).await.expect(200).json()["name"], json!(name));
    Client::anonymous(stack()).log_in(&email, WORDS).await.expect(200);
    assert_eq!(state(&token).await, "used");
    accept(stack(), &token, &name).await.problem(409, "invitation_used");
    admin.post(&format!("/api/users/{id}/invitation"), &json!({})).await.problem(404, "not_found");
    admin
        .post("/api/users", &json!({ "email": email.to_uppercase(), "role": "admin" }))
        .await
        .problem(409, "already_exists");

    // The audit knows, and knows neither the address nor the token.
    let told = || async {
        let audit = admin.get("/api/system/logs/audit?limit=200").await.expect(200);
        let text = audit.text();
        assert!(!text.contains(&email) && !text.contains(&token));
        let items = audit.json()["items"].take();
        let of = |action: &str| {
            items.as_array().is_some_and(|items| {
                items
                    .iter()
                    .any(|item| item["fields"]["action"] == action && item["fields"]["object"]["id"] == json!(id))
            })
        };
        if of("invited") && of("invitation_accepted") { Ok(()) } else { Err("not all is told") }
    };
    eventually(Duration::from_secs(5), told).await;
}

#[tokio::test]
async fn of_many_at_once_one_accepts() {
    let (admin, email) = (admin().await, address());
    let (_, token) = invited(&admin, &email, "requester").await;
    let name = fresh_name("Agus");
    let replies = join_all((0..6).map(|_| accept(stack(), &token, &name))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn a_newer_link_ends_the_older_one_and_an_expired_one_leads_to_another() {
    let (admin, email) = (admin().await, address());
    let (id, first) = invited(&admin, &email, "requester").await;
    let again = admin.post(&format!("/api/users/{id}/invitation"), &json!({})).await.expect(201).json();
    let second = again["token"].as_str().expect("a token").to_owned();
    assert_ne!(first, second);
    assert_eq!((state(&first).await, state(&second).await), (json!("replaced"), json!("open")));
    accept(stack(), &first, "Too late").await.problem(409, "invitation_replaced");

    let expire = "UPDATE user_links SET expires_at = now() - interval '1 second' WHERE user_id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(expire, &[&id])?)).expect("both are old");
    assert_eq!(state(&second).await, "expired");
    accept(stack(), &second, "Too late").await.problem(409, "invitation_expired");
    let stranger = Client::anonymous(stack());
    stranger.post("/api/auth/invitations/ask", &json!({ "token": second })).await.expect(204);
    assert!(listed(&admin, &email).await["invitation"]["asked_at"].is_string());
    let third = admin.post(&format!("/api/users/{id}/invitation"), &json!({})).await.expect(201).json();
    assert_eq!(listed(&admin, &email).await["invitation"]["asked_at"], Value::Null);

    // It can be taken back, and given again.
    let third = third["token"].as_str().expect("a token");
    admin.patch(&format!("/api/users/{id}"), &json!({ "status": "disabled" })).await.expect(200);
    accept(stack(), third, "Too late").await.problem(409, "invitation_withdrawn");
    let back = admin.patch(&format!("/api/users/{id}"), &json!({ "status": "active" })).await.expect(200).json();
    assert_eq!(back["user"]["status"], "invited");
    accept(stack(), third, &fresh_name("Putu")).await.expect(200);
    for token in ["", "AAAA", &"A".repeat(43), "%%%"] {
        stranger.post("/api/auth/invitations/look", &json!({ "token": token })).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn another_role_and_the_end_of_an_account_are_effective_at_once() {
    let admin = admin().await;
    let User { email, id, .. } = new_user(stack(), "manager");
    let (phone, desk) = (Client::sign_in(stack(), &email).await, Client::sign_in(stack(), &email).await);
    phone.get("/api/users").await.expect(200);
    let changed = admin.patch(&format!("/api/users/{id}"), &json!({ "role": "technician" })).await.expect(200).json();
    assert_eq!((&changed["user"]["role"], &changed["ended_sessions"]), (&json!("technician"), &json!(2)));
    for device in [&phone, &desk] {
        device.get("/api/me").await.problem(401, "unauthenticated");
    }
    let again = admin.patch(&format!("/api/users/{id}"), &json!({ "role": "technician" })).await.expect(200).json();
    assert_eq!(again["ended_sessions"], 0);
    let phone = Client::sign_in(stack(), &email).await;
    phone.get("/api/users").await.problem(403, "forbidden");

    let changed = admin.patch(&format!("/api/users/{id}"), &json!({ "status": "disabled" })).await.expect(200).json();
    assert_eq!((&changed["user"]["status"], &changed["ended_sessions"]), (&json!("disabled"), &json!(1)));
    phone.get("/api/me").await.problem(401, "unauthenticated");
    Client::anonymous(stack()).log_in(&email, PASSWORD).await.problem(401, "invalid_credentials");
    admin.get(&format!("/api/users/{id}")).await.problem(404, "not_found");
    admin.patch(&format!("/api/users/{id}"), &json!({ "status": "active" })).await.expect(200);
    Client::anonymous(stack()).log_in(&email, PASSWORD).await.expect(200);

    for (body, field) in [(json!({ "role": "king" }), "role"), (json!({ "status": "invited" }), "status")] {
        let refused = admin.patch(&format!("/api/users/{id}"), &body).await;
        assert_eq!(refused.problem(400, "invalid")["errors"][0]["field"], field);
    }
    admin.patch(&format!("/api/users/{}", Uuid::now_v7()), &json!({ "role": "admin" })).await.problem(404, "not_found");
}

#[tokio::test]
async fn somebody_is_always_left_who_administers() {
    let stack = Stack::builder().start().expect("a system");
    let users = [new_user(&stack, "admin"), new_user(&stack, "admin")];
    let only_these = "UPDATE users SET role = 'manager' WHERE role = 'admin' AND email LIKE 'admin@%'";
    stack.sql(|client| Ok(client.execute(only_these, &[])?)).expect("the demo account is none");
    // Each takes the other's role, at once: one of them is left each time.
    for round in 0..5 {
        stack
            .sql(|client| {
                let ids = users.each_ref().map(|user| user.id.as_str());
                let restore = "UPDATE users SET role = 'admin' WHERE id::text = ANY($1)";
                Ok(client.execute(restore, &[&ids.as_slice()])?)
            })
            .expect("both are admins");
        let [a, b] = users.each_ref().map(|user| Client::sign_in(&stack, &user.email));
        let (one, other) = futures::join!(a, b);
        let paths = users.each_ref().map(|user| format!("/api/users/{}", user.id));
        let body = json!({ "role": "manager" });
        let (first, second) = futures::join!(one.patch(&paths[1], &body), other.patch(&paths[0], &body));
        let statuses = [first.status.as_u16(), second.status.as_u16()];
        let count = "SELECT count(*) FROM users WHERE role = 'admin' AND status = 'active'";
        let admins: i64 = stack.sql(|client| Ok(client.query_one(count, &[])?.get(0))).expect("a count");
        assert_eq!(admins, 1, "round {round}: {statuses:?}");
        // The slower one is refused, or has been signed out before they were asked.
        assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 1, "{statuses:?}");
        let left = if first.status.as_u16() == 200 { (&one, &paths[0]) } else { (&other, &paths[1]) };
        for body in [json!({ "role": "manager" }), json!({ "status": "disabled" })] {
            left.0.patch(left.1, &body).await.problem(409, "last_admin");
        }
    }
}

#[tokio::test]
async fn people_are_found_by_name_address_role_and_state() {
    let (admin, mark) = (admin().await, Uuid::now_v7().simple().to_string());
    let mut ids = Vec::new();
    for (n, role) in ["technician", "technician", "requester"].iter().enumerate() {
        ids.push(invited(&admin, &format!("{n}.{mark}@melati.test"), role).await.0);
    }
    let found = async |query: &str| {
        let page = admin.get(&format!("/api/system/users?q={mark}{query}")).await.expect(200).json();
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ids);
    assert_eq!(found("&role=technician").await, ids[..2]);
    assert_eq!(found("&status=invited&role=requester").await, ids[2..]);
    assert!(found("&status=disabled").await.is_empty());
    let first = admin.get(&format!("/api/system/users?q={mark}&limit=2")).await.expect(200).json();
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = admin.get(&format!("/api/system/users?q={mark}&limit=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!(second["items"][0]["id"], json!(ids[2]));
    admin.get(&format!("/api/system/users?q=other&limit=2&cursor={cursor}")).await.problem(400, "invalid_cursor");
}
