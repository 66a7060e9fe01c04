//! A key from its making to its end, and everything that ends it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{id, make, program, secret, somebody, wrong};
use crate::stack;
use crate::support::{Client, draft, eventually, new_user};

/// DESIGN: a socket outlives its session by 60 s at most.
const SOCKET_LIMIT: Duration = Duration::from_secs(70);

/// Deeds reach the audit behind the answer.
const TOLD: Duration = Duration::from_secs(20);

async fn listed(owner: &Client, id: &str) -> Value {
    let keys = owner.get("/api/keys").await.expect(200).json();
    keys["items"].as_array().expect("keys").iter().find(|key| key["id"] == id).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_key_speaks_for_its_owner_and_says_so_wherever_something_is_written_down() {
    let (_, admin) = somebody(stack(), "admin").await;
    let (_, manager) = somebody(stack(), "manager").await;
    let (program, key) = program(&manager, &["read", "report", "work"]).await;
    let me = program.get("/api/me").await.expect(200).json();
    assert_eq!(me["user"]["name"], manager.name());
    let record = program.report("The pump hums").await;
    let request = record["id"].as_str().expect("an id");
    program.act(request, "approve", &json!({})).await.expect(200);
    manager.comment(request, "By hand.", "public").await.expect(201);

    let events = program.get(&format!("/api/requests/{request}/events")).await.expect(200).json();
    let via = json!({ "id": key, "name": "Gateway" });
    let actors: Vec<&Value> = events["items"].as_array().expect("events").iter().map(|one| &one["actor"]).collect();
    assert_eq!([&actors[0]["via"], &actors[1]["via"], &actors[2]["via"]], [&via, &via, &Value::Null], "{events}");
    assert!(actors.iter().all(|actor| actor["name"] == manager.name()));
    for stream in ["audit", "http", "requests"] {
        eventually(TOLD, async || {
            let path = format!("/api/system/logs/{stream}?actor={}&limit=200", manager.id());
            let entries = admin.get(&path).await.expect(200).json();
            let is_told =
                entries["items"].as_array().is_some_and(|all| all.iter().any(|one| one["actor"]["via"] == via));
            if is_told { Ok(()) } else { Err(format!("{stream}: {entries}")) }
        })
        .await;
    }
    eventually(TOLD, async || {
        let rows = stack().sql(|client| {
            let told = "SELECT count(*) FROM request_events WHERE actor_via ->> 'id' = $1";
            Ok(client.query_one(told, &[&key])?.get::<_, i64>(0))
        });
        if rows.expect("PostgreSQL answers") == 2 { Ok(()) } else { Err("the read model has it not yet") }
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_told_once_and_kept_by_nobody() {
    let (_, admin) = somebody(stack(), "admin").await;
    let made = make(&admin, &["read"]).await;
    let text = secret(&made);
    assert!(text.starts_with(&format!("cek_{}_", id(&made))) && text.len() == 93, "{text}");
    let program = admin.with_key(text);
    program.get("/api/requests").await.expect(200);
    program.get(&format!("/api/requests?key={text}")).await.problem(400, "invalid");
    let listed = admin.get("/api/keys").await.expect(200).text();
    let hidden = &text[21..];
    assert!(!listed.contains(hidden) && listed.contains("last_use"));
    let stored = stack().sql(|client| {
        let rows = client.query("SELECT to_jsonb(api_keys)::text FROM api_keys", &[])?;
        Ok(rows.iter().map(|row| row.get::<_, String>(0)).collect::<String>())
    });
    assert!(!stored.expect("PostgreSQL answers").contains(hidden));
    for stream in ["http", "auth", "audit", "system"] {
        let entries = admin.get(&format!("/api/system/logs/{stream}?limit=200")).await.expect(200).text();
        assert!(!entries.contains(hidden), "{stream}");
    }
    assert!(!stack().worker_log().expect("a log").contains(hidden));
}

#[tokio::test]
async fn what_a_key_may_be_has_bounds() {
    let (_, manager) = somebody(stack(), "manager").await;
    for (body, expected) in [
        (json!({ "name": "", "scopes": ["read"] }), ("name", "required")),
        (json!({ "name": "x".repeat(61), "scopes": ["read"] }), ("name", "too_long")),
        (json!({ "name": "A", "scopes": [] }), ("scopes", "required")),
        (json!({ "name": "A", "scopes": ["everything"] }), ("scopes", "unknown_value")),
        (json!({ "name": "A", "scopes": ["operate"] }), ("scopes", "not_yours")),
        (json!({ "name": "A", "scopes": ["read"], "days": 0 }), ("days", "out_of_range")),
        (json!({ "name": "A", "scopes": ["read"], "days": 366 }), ("days", "out_of_range")),
    ] {
        let problem = manager.post("/api/keys", &body).await.problem(400, "invalid");
        assert_eq!(wrong(&problem), expected, "{body}");
    }
    let key = id(&make(&manager, &["read"]).await);
    for hours in [-1, 169] {
        let path = format!("/api/keys/{key}/rotate");
        let problem = manager.post(&path, &json!({ "overlap_hours": hours })).await.problem(400, "invalid");
        assert_eq!(wrong(&problem), ("overlap_hours", "out_of_range"));
    }
    let made = futures::future::join_all((0..25).map(|_| async {
        let body = json!({ "name": "Gateway", "scopes": ["read"] });
        manager.post("/api/keys", &body).await.status.as_u16()
    }));
    let made = made.await;
    assert_eq!(made.iter().filter(|status| **status == 201).count(), 19, "20 at most, also at once: {made:?}");
    assert!(made.iter().all(|status| matches!(status, 201 | 409)), "{made:?}");
    let problem = manager.post("/api/keys", &json!({ "name": "One more", "scopes": ["read"] })).await;
    problem.problem(409, "too_many_keys");
    manager.delete(&format!("/api/keys/{key}")).await.expect(204);
    make(&manager, &["read"]).await;
}

#[tokio::test]
async fn a_rotated_key_has_two_secrets_for_the_overlap_and_then_one() {
    let (_, manager) = somebody(stack(), "manager").await;
    let made = make(&manager, &["read"]).await;
    let (key, first) = (id(&made), manager.with_key(secret(&made)));
    first.get("/api/requests").await.expect(200);
    let rotate = async |hours: u32| {
        let path = format!("/api/keys/{key}/rotate");
        let rotated = manager.post(&path, &json!({ "overlap_hours": hours })).await.expect(200).json();
        (manager.with_key(secret(&rotated)), rotated)
    };
    let (second, rotated) = rotate(24).await;
    assert_eq!(rotated["key"]["id"], key);
    for program in [&first, &second] {
        program.get("/api/requests").await.expect(200);
    }
    // Who still has the secret of before is seen on the list.
    let before = &listed(&manager, &key).await["previous"];
    assert!(before["until"].is_string() && before["last_use"]["uses"] == 2, "{before}");

    // What is no longer wanted of a rotation before ends with the next.
    let (third, _) = rotate(24).await;
    first.get("/api/requests").await.problem(401, "invalid_token");
    second.get("/api/requests").await.expect(200);
    let mut viewer = second.watch("/api/requests/live").await;
    let (fourth, _) = rotate(0).await;
    for program in [&second, &third] {
        program.get("/api/requests").await.problem(401, "invalid_token");
    }
    fourth.get("/api/requests").await.expect(200);
    assert_eq!(listed(&manager, &key).await["previous"], Value::Null);
    assert_eq!(viewer.closed(SOCKET_LIMIT).await, 1008, "the socket of a secret ends with it");
}

#[tokio::test]
async fn another_name_and_other_scopes_hold_at_once() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (program, key) = program(&manager, &["read", "report"]).await;
    program.post("/api/requests", &draft("Tap drips")).await.expect(201);
    let path = format!("/api/keys/{key}");
    let changed = manager.patch(&path, &json!({ "name": "Sensors", "scopes": ["read"] })).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["scopes"]), (&json!("Sensors"), &json!(["read"])));
    program.post("/api/requests", &draft("Tap drips")).await.problem(403, "insufficient_scope");
    let mut viewer = program.watch("/api/requests/live").await;
    manager.patch(&path, &json!({ "scopes": ["report"] })).await.expect(200);
    program.get("/api/requests").await.problem(403, "insufficient_scope");
    let record = program.post("/api/requests", &draft("Tap drips")).await.expect(201).json();
    let events = manager.get(&format!("/api/requests/{}/events", record["id"].as_str().expect("an id"))).await;
    assert_eq!(events.json()["items"][0]["actor"]["via"]["name"], "Sensors");
    // Its owner's new name is the key's at once, too.
    let name = format!("{} the second", manager.name());
    manager.patch("/api/me", &json!({ "name": name })).await.expect(200);
    assert_eq!(program.get("/api/me").await.expect(200).json()["user"]["name"], name);
    assert_eq!(viewer.closed(SOCKET_LIMIT).await, 1008, "nobody looks on without the scope for it");
}

#[tokio::test]
async fn a_key_ends_with_what_its_owner_is() {
    let (_, admin) = somebody(stack(), "admin").await;
    for change in [json!({ "status": "disabled" }), json!({ "role": "technician" }), json!({ "role": "admin" })] {
        let (user, manager) = somebody(stack(), "manager").await;
        let (program, key) = program(&manager, &["read", "work"]).await;
        program.get("/api/requests").await.expect(200);
        admin.patch(&format!("/api/users/{}", user.id), &change).await.expect(200);
        let refused = program.get("/api/requests").await;
        refused.problem(401, "invalid_token");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"cepatedge\", error=\"invalid_token\""));
        // Given back what they were, they have no key by it.
        admin
            .patch(&format!("/api/users/{}", user.id), &json!({ "status": "active", "role": "manager" }))
            .await
            .expect(200);
        program.get("/api/requests").await.problem(401, "invalid_token");
        let again = Client::sign_in(stack(), &user.email).await;
        assert_eq!(listed(&again, &key).await, Value::Null, "{change}");
    }
}

#[tokio::test]
async fn another_password_leaves_keys_alone() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (program, _) = program(&manager, &["read"]).await;
    let body = json!({ "old_password": testbed::seed::PASSWORD, "new_password": "hujan di atap seng" });
    manager.post("/api/me/password", &body).await.expect(200);
    program.get("/api/requests").await.expect(200);
    // And one that is made behind it is of the account as it is now.
    let (another, _) = super::program(&manager, &["read"]).await;
    another.get("/api/requests").await.expect(200);
}

#[tokio::test]
async fn a_key_is_its_owners_and_an_admin_can_end_it() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (_, other) = somebody(stack(), "manager").await;
    let (_, admin) = somebody(stack(), "admin").await;
    let (program, key) = program(&manager, &["read"]).await;
    let mut viewer = program.watch("/api/requests/live").await;
    for who in [&other, &admin] {
        assert_eq!(listed(who, &key).await, Value::Null);
        who.delete(&format!("/api/keys/{key}")).await.problem(404, "not_found");
        who.patch(&format!("/api/keys/{key}"), &json!({ "name": "Mine" })).await.problem(404, "not_found");
        who.post(&format!("/api/keys/{key}/rotate"), &json!({})).await.problem(404, "not_found");
    }
    let mut path = "/api/system/keys?limit=50".to_owned();
    let found = loop {
        let page = admin.get(&path).await.expect(200).json();
        let found = page["items"].as_array().expect("keys").iter().find(|one| one["id"] == key).cloned();
        match (found, page["next_cursor"].as_str()) {
            (Some(found), _) => break found,
            (None, Some(cursor)) => path = format!("/api/system/keys?limit=50&cursor={cursor}"),
            (None, None) => panic!("the key is on no page"),
        }
    };
    assert_eq!((&found["owner"]["id"], &found["state"]), (&json!(manager.id()), &json!("active")));
    admin.delete(&format!("/api/system/keys/{key}")).await.expect(204);
    admin.delete(&format!("/api/system/keys/{key}")).await.problem(404, "not_found");
    program.get("/api/requests").await.problem(401, "invalid_token");
    assert_eq!(viewer.closed(SOCKET_LIMIT).await, 1008);
    eventually(TOLD, async || {
        let entries = admin.get("/api/system/logs/audit?q=key%20ended&limit=200").await.expect(200).json();
        let entry =
            entries["items"].as_array().and_then(|all| all.iter().find(|one| one["fields"]["object"]["id"] == key));
        match entry {
            Some(entry) if entry["actor"]["id"] == admin.id() => Ok(()),
            _ => Err(entries),
        }
    })
    .await;
}

#[tokio::test]
async fn its_last_use_is_told_with_address_and_count() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (program, key) = program(&manager, &["read"]).await;
    assert_eq!(listed(&manager, &key).await["last_use"], Value::Null);
    let program = program.with_header("cf-connecting-ip", "192.0.2.44");
    for _ in 0..3 {
        program.get("/api/requests").await.expect(200);
    }
    let last = &listed(&manager, &key).await["last_use"];
    assert_eq!((&last["from"], &last["uses"]), (&json!("192.0.2.44"), &json!(3)), "{last}");
}

#[tokio::test]
async fn technicians_and_requesters_have_no_keys() {
    for role in ["technician", "requester"] {
        let client = Client::sign_in(stack(), &new_user(stack(), role).email).await;
        client.post("/api/keys", &json!({ "name": "A", "scopes": ["read"] })).await.problem(403, "forbidden");
    }
}
