//! Who may do what: every route with every role, every action with every role, and somebody else's request.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::{Value, json};
use testbed::seed::PASSWORD;

use crate::mailing as stack;
use crate::support::{Client, Reply, User, new_user};

/// The source of the routing table: a route that is not in the matrix below fails its test.
const ROUTES: &str = include_str!("../../src/router/routes.rs");

/// One of each kind, and a request of the requester's own that the technician works on.
struct Cast {
    people: [User; 4],
    anonymous: Client,
    requester: Client,
    technician: Client,
    manager: Client,
    admin: Client,
}

impl Cast {
    async fn new() -> Cast {
        let people = ["requester", "technician", "manager", "admin"].map(|role| new_user(stack(), role));
        let [requester, technician, manager, admin] = &people;
        Cast {
            anonymous: Client::anonymous(stack()),
            requester: Client::sign_in(stack(), &requester.email).await,
            technician: Client::sign_in(stack(), &technician.email).await,
            manager: Client::sign_in(stack(), &manager.email).await,
            admin: Client::sign_in(stack(), &admin.email).await,
            people,
        }
    }

    /// In the order of the matrix's columns.
    fn everybody(&self) -> [(&str, &Client); 5] {
        [
            ("nobody", &self.anonymous),
            ("requester", &self.requester),
            ("technician", &self.technician),
            ("manager", &self.manager),
            ("admin", &self.admin),
        ]
    }

    async fn request(&self) -> String {
        self.requester.report("The sink is blocked").await["id"].as_str().expect("an id").to_owned()
    }
}

/// What nobody, a requester, a technician, a manager and an admin get.
type Answers = [u16; 5];

const ANYONE: Answers = [200; 5];
const SIGNED_IN: Answers = [401, 200, 200, 200, 200];
const MANAGERS: Answers = [401, 403, 403, 200, 200];
const OPERATORS: Answers = [401, 403, 403, 403, 200];
const SOCKET: Answers = [401, 101, 101, 101, 101];

#[tokio::test]
async fn every_route_is_open_to_the_roles_that_it_names() {
    let cast = Cast::new().await;
    let id = cast.request().await;
    let login = json!({ "email": cast.people[0].email, "password": PASSWORD });
    let new = json!({ "title": "One more", "category": "other", "priority": "low" });
    let (edit, comment) = (json!({ "category": "electrical" }), json!({ "body": "Hello" }));
    let session = "0".repeat(64);

    let draft = json!({ "scope": "new", "body": "{}", "updated_at": "2026-11-28T10:00:00.000Z" });
    let times = json!({ "time_zone": "Asia/Jakarta", "urgent_at_once": true, "mails": "at_once" });
    let no_content = [401, 204, 204, 204, 204];

    let matrix: Vec<(&str, &str, Value, Answers)> = vec![
        ("GET", "health", Value::Null, ANYONE),
        ("GET", "ready", Value::Null, ANYONE),
        ("GET", "openapi.json", Value::Null, ANYONE),
        ("GET", "organisation", Value::Null, ANYONE),
        ("POST", "auth/login", login, ANYONE),
        // Nobody made this link.
        ("POST", "auth/invitations/look", json!({ "token": "AAAA" }), [404; 5]),
        ("POST", "auth/invitations/ask", json!({ "token": "AAAA" }), [404; 5]),
        (
            "POST",
            "auth/invitations/accept",
            json!({ "token": "AAAA", "name": "A", "password": "pohon mangga", "language": "en" }),
            [404; 5],
        ),
        ("POST", "auth/resets/look", json!({ "token": "AAAA" }), [404; 5]),
        ("POST", "auth/resets/accept", json!({ "token": "AAAA", "password": "pohon mangga" }), [404; 5]),
        // Of a manager, whom a manager may not let in.
        ("POST", "users/{user}/reset", json!({}), [401, 403, 403, 403, 201]),
        ("POST", "users", json!({ "email": "nobody", "role": "technician" }), [401, 403, 403, 403, 400]),
        ("PATCH", "users/{user}", json!({}), OPERATORS),
        // They have accepted theirs.
        ("POST", "users/{user}/invitation", json!({}), [401, 403, 403, 403, 404]),
        ("GET", "system/users", Value::Null, OPERATORS),
        // There is no provider here: both lead to the page that says so.
        ("GET", "auth/methods", Value::Null, ANYONE),
        ("GET", "auth/oidc/start", Value::Null, [303; 5]),
        ("GET", "auth/oidc/callback", Value::Null, [303; 5]),
        ("GET", "me/identities", Value::Null, SIGNED_IN),
        ("GET", "system/identity", Value::Null, OPERATORS),
        ("POST", "system/identity/test", json!({}), OPERATORS),
        // They have none.
        ("DELETE", "users/{user}/identities", json!({}), OPERATORS),
        ("GET", "system/mail", Value::Null, OPERATORS),
        ("GET", "system/mail/records", Value::Null, OPERATORS),
        ("POST", "system/mail/test", json!({}), OPERATORS),
        ("GET", "system/mail/paused", Value::Null, OPERATORS),
        ("POST", "system/mail/paused/{user}/resume", json!({}), [401, 403, 403, 403, 204]),
        ("GET", "system/mail/deliveries", Value::Null, OPERATORS),
        // Nothing was sent.
        ("POST", "system/mail/deliveries/{delivery}/resend", json!({}), [401, 403, 403, 403, 404]),
        ("POST", "system/mail/deliveries/{delivery}/give-up", json!({}), [401, 403, 403, 403, 404]),
        ("GET", "system/settings", Value::Null, OPERATORS),
        ("GET", "system/settings/{key}", Value::Null, OPERATORS),
        // It is the default.
        ("PUT", "system/settings/{key}", json!({ "value": null }), OPERATORS),
        ("GET", "system/settings/{key}/history", Value::Null, OPERATORS),
        // It has never had another.
        ("POST", "system/settings/{key}/revert", json!({ "version": 0 }), [401, 403, 403, 403, 404]),
        ("GET", "system/cache", Value::Null, OPERATORS),
        ("DELETE", "system/cache/{namespace}", json!({}), OPERATORS),
        // Somebody is in.
        ("GET", "setup", Value::Null, [404; 5]),
        ("POST", "setup", json!({}), [404; 5]),
        ("GET", "me", Value::Null, SIGNED_IN),
        ("PATCH", "me", json!({}), SIGNED_IN),
        // Not their password.
        (
            "POST",
            "me/password",
            json!({ "old_password": "not this one", "new_password": "kata sandi lain" }),
            [401, 400, 400, 400, 400],
        ),
        // Nobody has proved anything.
        ("POST", "auth/factor", json!({ "ticket": "AAAA", "code": "123456" }), [409; 5]),
        ("POST", "auth/passkey/options", json!({}), ANYONE),
        ("POST", "auth/passkey", json!({}), [400; 5]),
        ("POST", "me/reauthenticate", json!({}), [401, 400, 400, 400, 400]),
        ("POST", "me/reauthenticate/options", json!({}), SIGNED_IN),
        ("GET", "me/factors", Value::Null, SIGNED_IN),
        ("POST", "me/totp", json!({}), SIGNED_IN),
        ("PUT", "me/totp", json!({}), [401, 400, 400, 400, 400]),
        ("DELETE", "me/totp", json!({}), [401, 404, 404, 404, 404]),
        ("POST", "me/passkeys/options", json!({}), SIGNED_IN),
        ("POST", "me/passkeys", json!({}), [401, 400, 400, 400, 400]),
        ("PATCH", "me/passkeys/{passkey}", json!({ "name": "Phone" }), [401, 404, 404, 404, 404]),
        ("DELETE", "me/passkeys/{passkey}", json!({}), [401, 404, 404, 404, 404]),
        ("POST", "me/recovery-codes", json!({}), [401, 409, 409, 409, 409]),
        // Of a manager, from whom a manager may not take them.
        ("DELETE", "users/{user}/factors", json!({}), [401, 403, 403, 403, 200]),
        ("GET", "me/preferences", Value::Null, SIGNED_IN),
        ("PUT", "me/preferences", json!({ "start_page": "home" }), SIGNED_IN),
        ("GET", "me/language", Value::Null, SIGNED_IN),
        ("PUT", "me/language", json!({ "language": "id" }), SIGNED_IN),
        ("GET", "me/data", Value::Null, SIGNED_IN),
        ("GET", "me/sessions", Value::Null, SIGNED_IN),
        // Nobody has this session.
        ("DELETE", "me/sessions/{session}", json!({}), [401, 404, 404, 404, 404]),
        ("GET", "me/drafts", Value::Null, SIGNED_IN),
        ("PUT", "me/drafts/{id}", draft, no_content),
        ("DELETE", "me/drafts/{id}", json!({}), no_content),
        ("GET", "me/inbox", Value::Null, SIGNED_IN),
        ("POST", "me/inbox/read", json!({ "ids": [] }), SIGNED_IN),
        ("GET", "me/inbox/live", Value::Null, SOCKET),
        ("GET", "me/notifications", Value::Null, SIGNED_IN),
        ("PUT", "me/notifications", json!({ "choices": [] }), SIGNED_IN),
        ("GET", "me/notifications/times", Value::Null, SIGNED_IN),
        ("PUT", "me/notifications/times", times, SIGNED_IN),
        ("GET", "me/watched/{id}", Value::Null, SIGNED_IN),
        // Requesters are told of their own requests anyway.
        ("PUT", "me/watched/{id}", json!({ "watching": true }), [401, 403, 200, 200, 200]),
        ("GET", "me/muted/{id}", Value::Null, SIGNED_IN),
        ("PUT", "me/muted/{id}", json!({ "muted": false }), SIGNED_IN),
        // Without the secret of a mail's link.
        ("GET", "me/push", Value::Null, SIGNED_IN),
        // None of a browser.
        (
            "PUT",
            "me/push",
            json!({ "endpoint": "nowhere", "keys": { "p256dh": "", "auth": "" } }),
            [401, 400, 400, 400, 400],
        ),
        ("DELETE", "me/push/{device}", json!({}), no_content),
        ("GET", "me/mail", Value::Null, SIGNED_IN),
        ("POST", "me/mail/resume", json!({}), no_content),
        // No provider is set up.
        ("POST", "mail/events", json!({}), [404; 5]),
        ("POST", "auth/forgot", json!({ "email": "nobody@cepatedge.test" }), [204, 204, 204, 204, 204]),
        ("GET", "keys", Value::Null, MANAGERS),
        // Nobody has this key.
        ("POST", "keys", json!({ "name": "", "scopes": ["read"] }), [401, 403, 403, 400, 400]),
        ("PATCH", "keys/{api_key}", json!({}), [401, 403, 403, 404, 404]),
        ("DELETE", "keys/{api_key}", json!({}), [401, 403, 403, 404, 404]),
        ("POST", "keys/{api_key}/rotate", json!({}), [401, 403, 403, 404, 404]),
        ("GET", "system/keys", Value::Null, OPERATORS),
        ("DELETE", "system/keys/{api_key}", json!({}), [401, 403, 403, 403, 404]),
        ("POST", "mail/unsubscribe", json!({}), [404, 404, 404, 404, 404]),
        ("GET", "avatars", Value::Null, SIGNED_IN),
        // Not a picture.
        ("PUT", "me/avatar?size=512", json!({}), [401, 400, 400, 400, 400]),
        ("DELETE", "me/avatar", json!({}), no_content),
        ("GET", "users/{user}/avatar/{avatar}/{size}", Value::Null, [401, 404, 404, 404, 404]),
        ("GET", "users", Value::Null, MANAGERS),
        ("GET", "users/{user}", Value::Null, MANAGERS),
        ("GET", "categories", Value::Null, SIGNED_IN),
        ("GET", "requests.csv", Value::Null, SIGNED_IN),
        ("GET", "requests", Value::Null, SIGNED_IN),
        ("POST", "requests", new, [401, 201, 201, 201, 201]),
        ("GET", "requests/live", Value::Null, SOCKET),
        ("GET", "requests/{id}", Value::Null, SIGNED_IN),
        ("PATCH", "requests/{id}", edit, [401, 200, 403, 400, 400]),
        ("GET", "requests/{id}/events", Value::Null, SIGNED_IN),
        ("GET", "requests/{id}/mentionable", Value::Null, SIGNED_IN),
        ("GET", "requests/{id}/undelivered", Value::Null, MANAGERS),
        ("GET", "requests/{id}/live", Value::Null, SOCKET),
        ("POST", "requests/{id}/comments", comment, [401, 201, 201, 201, 201]),
        ("POST", "requests/{id}/links", json!({}), [401, 403, 400, 400, 400]),
        ("DELETE", "requests/{id}/links/{other}", json!({}), [401, 403, 404, 404, 404]),
        // A file must have a name.
        ("POST", "requests/{id}/attachments", json!({}), [401, 400, 400, 400, 400]),
        ("GET", "requests/{id}/attachments/{file}", Value::Null, [401, 404, 404, 404, 404]),
        ("PATCH", "requests/{id}/attachments/{file}", json!({ "mark": null }), [401, 404, 404, 404, 404]),
        ("DELETE", "requests/{id}/attachments/{file}", json!({}), [401, 404, 404, 404, 404]),
        ("GET", "requests/{id}/attachments/{file}/thumbnail", Value::Null, [401, 404, 404, 404, 404]),
        ("PUT", "requests/{id}/attachments/{file}/thumbnail", json!({}), [401, 404, 404, 404, 404]),
        // Each action has a test of its own.
        ("POST", "requests/{id}/{action}", json!({}), [401, 403, 403, 200, 409]),
        ("GET", "locations", Value::Null, SIGNED_IN),
        ("POST", "locations", json!({ "name": "" }), [401, 403, 403, 400, 400]),
        // There is none with this id.
        ("GET", "locations/{id}", Value::Null, [401, 404, 404, 404, 404]),
        ("PATCH", "locations/{id}", json!({ "name": "Lobby" }), [401, 403, 403, 404, 404]),
        ("DELETE", "locations/{id}", json!({}), [401, 403, 403, 404, 404]),
        ("POST", "locations/{id}/merge", json!({ "into": cast.manager.id() }), [401, 403, 403, 404, 404]),
        ("GET", "asset-categories", Value::Null, SIGNED_IN),
        ("GET", "assets", Value::Null, SIGNED_IN),
        ("POST", "assets", json!({ "name": "" }), [401, 403, 403, 400, 400]),
        ("GET", "assets/{id}", Value::Null, [401, 404, 404, 404, 404]),
        ("GET", "assets/{id}/downtime", Value::Null, [401, 404, 404, 404, 404]),
        ("PATCH", "assets/{id}", json!({ "name": "Lift" }), [401, 403, 403, 404, 404]),
        ("DELETE", "assets/{id}", json!({}), [401, 403, 403, 404, 404]),
        ("POST", "labels", json!({ "count": 0 }), [401, 403, 403, 400, 400]),
        ("GET", "labels/{code}", Value::Null, [401, 404, 404, 404, 404]),
        ("POST", "labels/{code}/bind", json!({ "asset_id": cast.manager.id() }), [401, 403, 404, 404, 404]),
        ("GET", "system/logs", Value::Null, OPERATORS),
        ("GET", "system/logs/{stream}", Value::Null, OPERATORS),
        // Nobody wrote this entry.
        ("GET", "system/logs/{stream}/{entry}", Value::Null, [401, 403, 403, 403, 404]),
        ("GET", "system/logs/{stream}/tail", Value::Null, [401, 403, 403, 403, 101]),
        ("GET", "system/sessions", Value::Null, OPERATORS),
        // Nobody has this session.
        ("DELETE", "system/sessions/{user}/{session}", json!({}), [401, 403, 403, 403, 404]),
        ("GET", "system/monitor", Value::Null, OPERATORS),
        ("GET", "system/sync", Value::Null, OPERATORS),
        ("POST", "system/sync/replay", json!({}), OPERATORS),
        ("GET", "system/requests/{id}/inspect", Value::Null, OPERATORS),
        ("GET", "system/files", Value::Null, OPERATORS),
        ("POST", "system/files/check", json!({}), OPERATORS),
    ];
    for (method, route, body, answers) in &matrix {
        for ((who, client), expected) in cast.everybody().into_iter().zip(answers) {
            let path = route
                .replace("{id}", &id)
                .replace("{other}", &id)
                .replace("{session}", &session)
                .replace("{user}", cast.manager.id())
                .replace("{stream}", "audit")
                .replace("{entry}", "no-such-entry")
                .replace("{device}", "00112233445566ff")
                .replace("{delivery}", &format!("{id}-0-1_{}_mail", "0".repeat(32)))
                .replace("{key}", "technicians_take_over")
                .replace("{api_key}", "0123456789abcdef")
                .replace("{namespace}", "users")
                .replace("{passkey}", "AAAA")
                .replace("{file}", "0b8a5f5e-1b54-4d4e-8a5b-2f6f0a3c9d10")
                .replace("{avatar}", &format!("w{}", "0".repeat(32)))
                .replace("{size}", "64")
                .replace("{code}", "7K3M-9QXT")
                .replace("{action}", "approve");
            // Nobody takes the name of somebody else.
            let own = json!({ "name": format!("{who} of the matrix") });
            let body = if (*method, *route) == ("PATCH", "me") { &own } else { body };
            let reply = call(client, method, &format!("/api/{path}"), body).await;
            match reply {
                Ok(()) => assert_eq!(*expected, 101, "{who}: {method} {route}"),
                Err(reply) => {
                    assert_eq!(reply.status.as_u16(), *expected, "{who}: {reply}");
                    if let 401 | 403 = expected {
                        let code = if *expected == 401 { "unauthenticated" } else { "forbidden" };
                        reply.problem(*expected, code);
                    }
                }
            }
        }
    }

    // Signing out is open to everybody too; it comes last, since it works.
    for (who, client) in cast.everybody() {
        let reply = client.call(Method::POST, "/api/auth/logout").header("x-cepatedge", "test").send().await;
        assert_eq!(reply.status, 204, "{who}: {reply}");
    }

    let covered = matrix
        .iter()
        .map(|(method, route, ..)| (*method, shape(route.split('?').next().unwrap_or_default().split('/'))));
    let covered: BTreeSet<_> = covered.chain([("POST", "auth/logout".to_owned())]).collect();
    assert_eq!(covered, table(), "the matrix and the routing table have the same routes");
}

/// The answer, or nothing where a live connection was opened.
async fn call(client: &Client, method: &str, path: &str, body: &Value) -> Result<(), Reply> {
    if path.ends_with("/live") || path.ends_with("/tail") {
        let live = client.try_watch(path, Some(client.base_url())).await?;
        live.hang_up().await;
        return Ok(());
    }
    let call = client.call(method.parse().expect("a method"), path);
    Err(if body.is_null() { call.send().await } else { call.json(body).send().await })
}

/// A route with its parameters unnamed.
fn shape<'a>(segments: impl Iterator<Item = &'a str>) -> String {
    segments.map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

/// Every line `METHOD "/path/{parameter}" …;` of the routing table.
fn table() -> BTreeSet<(&'static str, String)> {
    let lines = ROUTES.lines().filter_map(|line| {
        let (method, rest) = line.trim().split_once(' ')?;
        let (path, rest) = rest.trim_start().strip_prefix("\"/")?.split_once('"')?;
        let is_route = method.bytes().all(|byte| byte.is_ascii_uppercase()) && rest.ends_with(';');
        is_route.then(|| (method, shape(path.split('/'))))
    });
    lines.collect()
}

/// DESIGN section 3: the steps that lead to the state in which the action is possible, its body, and what the request's
/// requester, its assignee, a manager and an admin get.
#[tokio::test]
async fn every_action_is_open_to_the_roles_of_the_state_table() {
    let cast = Cast::new().await;
    let assign = json!({ "assignee_id": cast.technician.id() });
    let reason = json!({ "reason": "Because." });
    let done = json!({ "resolution": "Done." });
    let none = json!({});
    let to_approved = ["approve"].as_slice();
    let to_assigned = ["approve", "assign"].as_slice();
    let to_in_progress = ["approve", "assign", "start"].as_slice();
    let to_on_hold = ["approve", "assign", "start", "hold"].as_slice();
    let to_completed = ["approve", "assign", "start", "complete"].as_slice();
    let to_closed = ["approve", "assign", "start", "complete", "close"].as_slice();
    let body_of = |action: &str| match action {
        "assign" => &assign,
        "reject" | "release" | "hold" | "reopen" | "cancel" => &reason,
        "complete" => &done,
        _ => &none,
    };
    for (action, steps, answers) in [
        ("approve", [].as_slice(), [403, 403, 200, 200]),
        ("reject", &[], [403, 403, 200, 200]),
        ("assign", to_approved, [403, 200, 200, 200]),
        ("release", to_assigned, [403, 200, 200, 200]),
        ("release", to_in_progress, [403, 409, 200, 200]),
        ("release", to_on_hold, [403, 409, 200, 200]),
        ("start", to_assigned, [403, 200, 200, 200]),
        ("hold", to_in_progress, [403, 200, 200, 200]),
        ("resume", to_on_hold, [403, 200, 200, 200]),
        ("complete", to_in_progress, [403, 200, 200, 200]),
        ("close", to_completed, [200, 403, 200, 200]),
        ("reopen", to_completed, [200, 403, 200, 200]),
        ("reopen", to_closed, [200, 403, 200, 200]),
        ("cancel", &[], [200, 403, 200, 200]),
        ("cancel", to_approved, [409, 403, 200, 200]),
        ("cancel", to_assigned, [409, 403, 200, 200]),
    ] {
        for ((who, client), expected) in cast.everybody().into_iter().skip(1).zip(answers) {
            let id = cast.request().await;
            for step in steps {
                cast.manager.act(&id, step, body_of(step)).await.expect(200);
            }
            let before = client.get(&format!("/api/requests/{id}")).await.expect(200).json();
            let offered = before["allowed_actions"].as_array().expect("actions").iter().any(|one| one == action);
            assert_eq!(offered, expected == 200, "{who}: the record offers what would be granted: {before}");
            let reply = client.act(&id, action, body_of(action)).await;
            assert_eq!(reply.status, expected, "{who}, behind {steps:?}: {reply}");
            if expected != 200 {
                let after = client.get(&format!("/api/requests/{id}")).await.expect(200).json();
                assert_eq!(after["version"], before["version"], "{who}: a refusal leaves no trace");
            }
        }
    }
}

#[tokio::test]
async fn a_manager_reads_a_user_and_nobody_who_is_not_there() {
    let cast = Cast::new().await;
    let user = cast.manager.get(&format!("/api/users/{}", cast.technician.id())).await.expect(200).json();
    assert_eq!((&user["id"], &user["role"]), (&json!(cast.technician.id()), &json!("technician")));
    assert_eq!(user["name"], cast.technician.name());
    for id in ["0190a5b8-0000-7000-8000-00000000dead", "7", "me"] {
        cast.manager.get(&format!("/api/users/{id}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_technician_works_on_what_is_his_alone() {
    let cast = Cast::new().await;
    let other = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let id = cast.request().await;
    cast.manager.act(&id, "approve", &json!({})).await.expect(200);
    // He claims it for himself, and can give it to nobody else.
    let for_other = cast.technician.act(&id, "assign", &json!({ "assignee_id": other.id() })).await;
    for_other.problem(403, "forbidden");
    cast.technician.act(&id, "assign", &json!({ "assignee_id": cast.technician.id() })).await.expect(200);
    other.act(&id, "start", &json!({})).await.problem(403, "forbidden");
    cast.technician.act(&id, "start", &json!({})).await.expect(200);
    for (action, body) in [("hold", json!({ "reason": "r" })), ("complete", json!({ "resolution": "r" }))] {
        other.act(&id, action, &body).await.problem(403, "forbidden");
    }
    // Another may take it over while it goes on; then it is his.
    let claim = json!({ "assignee_id": other.id() });
    let refused = other.act(&id, "assign", &claim).await.problem(409, "already_assigned");
    assert_eq!(refused["record"]["assignee"]["id"], cast.technician.id(), "the fresh record");
    let take_over = json!({ "assignee_id": other.id(), "take_over": true });
    let taken = other.act(&id, "assign", &take_over).await.expect(200).json();
    assert_eq!((&taken["status"], &taken["assignee"]["id"]), (&json!("in_progress"), &json!(other.id())));
    cast.technician.act(&id, "hold", &json!({ "reason": "r" })).await.problem(403, "forbidden");
    other.act(&id, "complete", &json!({ "resolution": "Done." })).await.expect(200);
}

#[tokio::test]
async fn of_two_who_claim_at_once_one_gets_it_and_the_other_is_told_who() {
    let cast = Cast::new().await;
    let other = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    for _ in 0..5 {
        let id = cast.request().await;
        cast.manager.act(&id, "approve", &json!({})).await.expect(200);
        let claim = async |client: &Client| client.act(&id, "assign", &json!({ "assignee_id": client.id() })).await;
        let (one, two) = futures::join!(claim(&cast.technician), claim(&other));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        let assignee = won.expect(200).json()["assignee"].clone();
        assert_eq!(lost.problem(409, "already_assigned")["record"]["assignee"], assignee);
    }
}

#[tokio::test]
async fn work_that_is_given_back_is_free_and_its_reason_is_told() {
    let cast = Cast::new().await;
    let id = cast.request().await;
    cast.manager.act(&id, "approve", &json!({})).await.expect(200);
    cast.technician.act(&id, "assign", &json!({ "assignee_id": cast.technician.id() })).await.expect(200);
    cast.technician.act(&id, "release", &json!({})).await.problem(400, "invalid");
    let released = cast.technician.act(&id, "release", &json!({ "reason": "I am ill." })).await.expect(200).json();
    assert_eq!((&released["status"], &released["assignee"]), (&json!("approved"), &Value::Null));
    assert_eq!(released["allowed_actions"], json!(["assign"]));
    let events = cast.requester.get(&format!("/api/requests/{id}/events?after=3")).await.expect(200).json();
    assert_eq!(events["items"][0]["kind"], "released");
    assert_eq!(events["items"][0]["body"], json!({ "reason": "I am ill." }));
    cast.technician.act(&id, "assign", &json!({ "assignee_id": cast.technician.id() })).await.expect(200);
    cast.technician.act(&id, "start", &json!({})).await.expect(200);
    cast.technician.act(&id, "release", &json!({ "reason": "Too late." })).await.problem(409, "invalid_transition");
}

#[tokio::test]
async fn somebody_elses_request_is_nothing_to_a_requester_on_any_path() {
    let cast = Cast::new().await;
    let stranger = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let foreign = cast.request().await;
    let nowhere = "0190a5b8-0000-7000-8000-00000000dead";

    let mut paths: Vec<(&str, String, Value)> = vec![
        ("GET", String::new(), Value::Null),
        ("PATCH", String::new(), json!({ "title": "Mine now" })),
        ("GET", "/events".into(), Value::Null),
        ("GET", "/events?after=0&limit=1".into(), Value::Null),
        ("GET", "/live".into(), Value::Null),
        ("POST", "/comments".into(), json!({ "body": "Hello" })),
        ("POST", "/comments".into(), json!({ "body": "Hello", "visibility": "internal" })),
    ];
    for (action, body) in [
        ("approve", json!({})),
        ("reject", json!({ "reason": "r" })),
        ("assign", json!({ "assignee_id": cast.technician.id() })),
        ("release", json!({ "reason": "r" })),
        ("start", json!({})),
        ("hold", json!({ "reason": "r" })),
        ("resume", json!({})),
        ("complete", json!({ "resolution": "r" })),
        ("close", json!({ "rating": 1 })),
        ("reopen", json!({ "reason": "r" })),
        ("cancel", json!({ "reason": "r" })),
    ] {
        paths.push(("POST", format!("/{action}"), body));
    }
    for (method, rest, body) in &paths {
        let answer = async |id: &str| {
            let reply = call(&stranger, method, &format!("/api/requests/{id}{rest}"), body).await;
            let reply = reply.expect_err("nothing to see");
            let mut problem = reply.problem(404, "not_found");
            problem["request_id"] = Value::Null;
            problem
        };
        assert_eq!(answer(&foreign).await, answer(nowhere).await, "{method} {rest}: the two cannot be told apart");
        // Nor by a precondition or a key.
        if *method != "GET" {
            let path = format!("/api/requests/{foreign}{rest}");
            for (header, value) in [("if-match", "\"v1\""), ("if-match", "\"v7\""), ("idempotency-key", "k")] {
                let call = stranger.call(method.parse().expect("a method"), &path).header(header, value).json(body);
                call.send().await.problem(404, "not_found");
            }
        }
    }

    for query in [format!("requester={}", cast.requester.id()), "q=sink".into(), "sort=created".into(), String::new()] {
        let list = stranger.get(&format!("/api/requests?{query}")).await.expect(200).json();
        assert_eq!(list["items"], json!([]), "{query}");
    }
    let record = cast.requester.get(&format!("/api/requests/{foreign}")).await.expect(200).json();
    assert_eq!((&record["version"], &record["title"]), (&json!(1), &json!("The sink is blocked")));

    // One that is handed over in another's name is that other's alone.
    let on_behalf = json!({ "title": "t", "category": "c", "priority": "low", "requester_id": cast.requester.id() });
    stranger.post("/api/requests", &on_behalf).await.problem(403, "forbidden");
    cast.technician.post("/api/requests", &on_behalf).await.problem(403, "forbidden");
}
