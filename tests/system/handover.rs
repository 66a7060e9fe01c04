//! Whoever does no work any more leaves none behind: it goes to somebody else, or is nobody's, with the change itself.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, User, eventually, new_user};

/// A request that somebody has, as far as `steps` lead.
async fn work(manager: &Client, technician: &str, steps: &[&str]) -> String {
    let id = manager.report("The lamp flickers").await["id"].as_str().expect("an id").to_owned();
    for step in ["approve", "assign"].iter().chain(steps) {
        let body = match *step {
            "assign" => json!({ "assignee_id": technician }),
            "hold" => json!({ "reason": "Waits for a part." }),
            "complete" => json!({ "resolution": "A new lamp." }),
            _ => json!({}),
        };
        manager.act(&id, step, &body).await.expect(200);
    }
    id
}

async fn record(manager: &Client, id: &str) -> Value {
    manager.get(&format!("/api/requests/{id}")).await.expect(200).json()
}

async fn cast() -> (Client, User, User) {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    (admin, new_user(stack(), "technician"), new_user(stack(), "technician"))
}

async fn open_work(admin: &Client, id: &str) -> Value {
    let query = format!("/api/requests?assignee={id}&status=assigned,in_progress,on_hold&total=true");
    admin.get(&query).await.expect(200).json()["total"].take()
}

#[tokio::test]
async fn whoever_is_disabled_leaves_their_work_to_somebody_else() {
    let (admin, leaves, stays) = cast().await;
    let path = format!("/api/users/{}", leaves.id);
    let mut open = Vec::new();
    for steps in [[].as_slice(), &["start"], &["start", "hold"]] {
        open.push((work(&admin, &leaves.id, steps).await, steps.len()));
    }
    let done = work(&admin, &leaves.id, &["start", "complete"]).await;

    // Nobody is disabled by oversight: what they would leave behind is said first.
    let disabled = json!({ "status": "disabled" });
    admin.patch(&path, &disabled).await.problem(409, "open_work");
    Client::sign_in(stack(), &leaves.email).await.get("/api/me").await.expect(200);
    admin.patch(&path, &json!({ "role": "requester" })).await.problem(409, "open_work");
    // Other work of theirs goes on.
    let promoted = json!({ "role": "manager", "work": { "assignee_id": stays.id } });
    assert_eq!(admin.patch(&path, &promoted).await.problem(400, "invalid")["errors"][0]["field"], "work");
    for (who, code) in [
        (leaves.id.clone(), "unknown_user"),
        (new_user(stack(), "requester").id, "not_assignable"),
        (uuid::Uuid::now_v7().to_string(), "unknown_user"),
    ] {
        let body = json!({ "status": "disabled", "work": { "assignee_id": who } });
        assert_eq!(admin.patch(&path, &body).await.problem(400, "invalid")["errors"][0]["code"], code);
    }

    let body = json!({ "status": "disabled", "work": { "assignee_id": stays.id } });
    let changed = admin.patch(&path, &body).await.expect(200).json();
    assert_eq!((&changed["user"]["status"], &changed["moved_work"]), (&json!("disabled"), &json!(3)));
    for (id, steps) in &open {
        let now = record(&admin, id).await;
        assert_eq!(now["assignee"]["id"], json!(stays.id), "{now}");
        assert_eq!(now["status"], ["assigned", "in_progress", "on_hold"][*steps], "it goes on where it was");
        let events = admin.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
        let last = events["items"].as_array().and_then(|items| items.last()).expect("events").clone();
        assert_eq!((&last["kind"], &last["actor"]["id"]), (&json!("assigned"), &json!(admin.id())));
        assert_eq!(last["body"]["previous"]["name"], json!(leaves.name), "history keeps the name");
    }
    // What is done stays theirs.
    assert_eq!(record(&admin, &done).await["assignee"]["id"], json!(leaves.id));
    assert_eq!(open_work(&admin, &leaves.id).await, 0);
    // Told again, it changes nothing.
    let again = admin.patch(&path, &body).await.expect(200).json();
    assert_eq!(again["moved_work"], 0);
    let total = |record: &Value| record["version"].clone();
    let before = record(&admin, &open[0].0).await;
    stack().runtime.run_scheduled().expect("the cron handler runs");
    assert_eq!(total(&record(&admin, &open[0].0).await), total(&before));
}

#[tokio::test]
async fn whoever_becomes_a_requester_frees_their_work() {
    let (admin, leaves, _) = cast().await;
    let mut open = Vec::new();
    for steps in [[].as_slice(), &["start"], &["start", "hold"]] {
        open.push(work(&admin, &leaves.id, steps).await);
    }
    let path = format!("/api/users/{}", leaves.id);
    let refused = admin.patch(&path, &json!({ "role": "requester", "work": {} })).await;
    assert_eq!(refused.problem(400, "invalid")["errors"][0]["field"], "reason");
    let body = json!({ "role": "requester", "work": { "reason": "Moved to the front desk." } });
    assert_eq!(admin.patch(&path, &body).await.expect(200).json()["moved_work"], 3);
    for id in &open {
        let now = record(&admin, id).await;
        assert_eq!((&now["status"], &now["assignee"]), (&json!("approved"), &Value::Null), "{now}");
        let events = admin.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
        let last = events["items"].as_array().and_then(|items| items.last()).expect("events").clone();
        assert_eq!(last["body"]["reason"], "Moved to the front desk.");
        // The work can be taken up again.
        admin.act(id, "assign", &json!({ "assignee_id": admin.id() })).await.expect(200);
        admin.act(id, "start", &json!({})).await.expect(200);
    }
}

/// The Worker died behind the change, and before any work was handed over; and there is more of it than one run takes.
#[tokio::test]
async fn work_is_handed_over_by_the_job_however_much_it_is() {
    const MUCH: usize = 43;
    let (admin, leaves, stays) = cast().await;
    for _ in 0..MUCH {
        work(&admin, &leaves.id, &[]).await;
    }
    let by = json!({ "user": { "id": admin.id(), "name": admin.name() }, "role": "admin" });
    let handover = json!({ "to": { "id": stays.id, "name": stays.name }, "by": by }).to_string();
    let change = "WITH changed AS (
            UPDATE users SET version = version + 1, status = 'disabled' WHERE id = $1::text::uuid RETURNING *
        ) INSERT INTO account_owed (org_id, user_id, version, ts, reason, work)
          SELECT org_id, id, version, now(), 'changed', $2::text::jsonb FROM changed";
    stack().sql(|client| Ok(client.execute(change, &[&leaves.id, &handover])?)).expect("PostgreSQL answers");
    assert_eq!(open_work(&admin, &leaves.id).await, MUCH);
    let moved = || async {
        stack().runtime.run_scheduled().expect("the cron handler runs");
        let left = open_work(&admin, &leaves.id).await;
        if left == 0 { Ok(()) } else { Err(format!("{left} are left")) }
    };
    eventually(Duration::from_secs(30), moved).await;
    assert_eq!(open_work(&admin, &stays.id).await, MUCH);

    // What was given to them while they were being disabled is found, too; two minutes later nothing is looked for any more.
    let owed = "SELECT count(*) FROM account_owed WHERE user_id = $1::text::uuid";
    let owed = || stack().sql(|client| Ok(client.query_one(owed, &[&leaves.id])?.get::<_, i64>(0))).expect("a count");
    assert_eq!(owed(), 1);
    let later = "UPDATE account_owed SET ts = ts - interval '2 minutes' WHERE user_id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(later, &[&leaves.id])?)).expect("PostgreSQL answers");
    stack().runtime.run_scheduled().expect("the cron handler runs");
    assert_eq!(owed(), 0);
}
