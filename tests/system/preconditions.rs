//! A write that was decided on old knowledge: `If-Match`, and steps that the state does not allow.

use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Reply, new_user};

#[tokio::test]
async fn a_stale_if_match_is_refused_with_the_fresh_record() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = report(&manager).await;
    manager.act(&id, "approve", &json!({})).await.expect(200);

    let edit = json!({ "title": "A better title" });
    for (method, path, body) in [
        (Method::PATCH, format!("/api/requests/{id}"), &edit),
        (Method::POST, format!("/api/requests/{id}/cancel"), &json!({ "reason": "Seen too late." })),
    ] {
        for stale in ["\"v1\"", "\"v3\"", "\"v0\""] {
            let reply = matching(&manager, method.clone(), &path, stale, body).await;
            let problem = reply.problem(412, "stale");
            assert_eq!(problem["record"]["version"], 2, "{reply}");
            assert_eq!(problem["record"]["status"], "approved", "{reply}");
            assert_eq!(problem["record"]["allowed_actions"], json!(["assign", "cancel"]), "{reply}");
        }
    }
    let edited = matching(&manager, Method::PATCH, &format!("/api/requests/{id}"), "\"v2\"", &edit).await.expect(200);
    assert!(edited.header("etag").is_some_and(|tag| tag.starts_with("\"v3-")), "{edited}");
    assert_eq!(edited.json()["title"], "A better title");
    let any = json!({ "title": "The best title" });
    matching(&manager, Method::PATCH, &format!("/api/requests/{id}"), "*", &any).await.expect(200);
}

#[tokio::test]
async fn an_if_match_that_is_no_etag_of_ours_is_refused() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = report(&manager).await;
    for nonsense in
        ["v1", "\"1\"", "\"v\"", "\"v1", "\"vone\"", "W/\"v1\"", "\"v1\", \"v2\"", "\"v99999999999999999999\""]
    {
        let reply =
            matching(&manager, Method::POST, &format!("/api/requests/{id}/approve"), nonsense, &json!({})).await;
        let problem = reply.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["field"], "If-Match", "{nonsense}: {reply}");
    }
    let record = manager.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["version"], 1);
}

#[tokio::test]
async fn of_twenty_edits_of_the_same_version_one_is_made() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = report(&manager).await;
    let path = format!("/api/requests/{id}");
    let edits =
        (0..20).map(|number| {
            let (manager, path) = (&manager, &path);
            async move {
                matching(manager, Method::PATCH, path, "\"v1\"", &json!({ "title": format!("Title {number}") })).await
            }
        });
    let replies = futures::future::join_all(edits).await;
    let (made, refused): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(made.len(), 1, "{replies:?}");
    for reply in refused {
        let problem = reply.problem(412, "stale");
        assert_eq!(problem["record"]["title"], made[0].json()["title"], "{reply}");
    }
}

#[tokio::test]
async fn a_step_that_the_state_does_not_allow_is_refused_with_those_that_it_does() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let id = report(&manager).await;

    let not_yet = |reply: &Reply, status: &str, allowed: Value| {
        let problem = reply.problem(409, "invalid_transition");
        assert_eq!(problem["allowed_actions"], allowed, "{reply}");
        assert_eq!(problem["record"]["status"], status, "{reply}");
        assert_eq!(problem["record"]["allowed_actions"], allowed, "{reply}");
    };
    for (action, body) in [
        ("start", json!({})),
        ("hold", json!({ "reason": "r" })),
        ("resume", json!({})),
        ("complete", json!({ "resolution": "r" })),
        ("close", json!({})),
        ("reopen", json!({ "reason": "r" })),
        ("assign", json!({ "assignee_id": technician.id() })),
    ] {
        let reply = manager.act(&id, action, &body).await;
        not_yet(&reply, "submitted", json!(["approve", "reject", "cancel"]));
    }
    manager.act(&id, "approve", &json!({})).await.expect(200);
    not_yet(&manager.act(&id, "approve", &json!({})).await, "approved", json!(["assign", "cancel"]));
    technician.act(&id, "assign", &json!({ "assignee_id": technician.id() })).await.expect(200);
    let claimed_twice = technician.act(&id, "assign", &json!({ "assignee_id": technician.id() })).await;
    not_yet(&claimed_twice, "assigned", json!(["release", "start"]));
    manager.act(&id, "cancel", &json!({ "reason": "No longer needed." })).await.expect(200);
    for action in ["approve", "start", "resume"] {
        not_yet(&manager.act(&id, action, &json!({})).await, "cancelled", json!([]));
    }
    let edit = manager.patch(&format!("/api/requests/{id}"), &json!({ "title": "Too late" })).await;
    edit.problem(409, "invalid_transition");
}

#[tokio::test]
async fn a_step_that_is_never_ones_own_is_forbidden() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let id = report(&requester).await;
    for (who, action, body) in [
        (&requester, "approve", json!({})),
        (&requester, "reject", json!({ "reason": "r" })),
        (&requester, "start", json!({})),
        (&requester, "complete", json!({ "resolution": "r" })),
        (&technician, "approve", json!({})),
        (&technician, "start", json!({})),
        (&technician, "cancel", json!({ "reason": "r" })),
        (&technician, "close", json!({})),
    ] {
        let reply = who.act(&id, action, &body).await;
        reply.problem(403, "forbidden");
    }
    let others = technician.patch(&format!("/api/requests/{id}"), &json!({ "title": "Not mine" })).await;
    others.problem(403, "forbidden");
    requester.comment(&id, "A secret", "internal").await.problem(403, "forbidden");
    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["version"], 1, "nothing of it was written");
}

async fn report(client: &Client) -> String {
    client.report("The light flickers").await["id"].as_str().expect("an id").to_owned()
}

async fn matching(client: &Client, method: Method, path: &str, etag: &str, body: &Value) -> Reply {
    client.call(method, path).header("if-match", etag).json(body).send().await
}
