//! The main job: reported, approved, assigned, done, closed; watched all the while, and afterwards the same everywhere.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Live, Reply, eventually, new_user};

/// What is seen live is seen at once; the bound is for a busy machine.
const LIVE: Duration = Duration::from_secs(10);

/// PostgreSQL and the logs follow within moments, and after a lost call at the next ring of an alarm.
const SYNCED: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_fault_is_reported_approved_assigned_repaired_and_closed_and_every_part_tells_the_same() {
    let [requester_user, technician_user, manager_user] =
        ["requester", "technician", "manager"].map(|role| new_user(stack(), role));
    let requester = Client::sign_in(stack(), &requester_user.email).await;
    let technician = Client::sign_in(stack(), &technician_user.email).await;
    let manager = Client::sign_in(stack(), &manager_user.email).await;
    let mut list = manager.watch("/api/requests/live").await;

    let created = requester
        .post(
            "/api/requests",
            &json!({
                "title": "Air conditioner drips on the desk",
                "description": "Room 3.12, since Monday.\nA bucket stands below.",
                "category": "hvac",
                "priority": "high",
            }),
        )
        .await
        .expect(201);
    let record = created.json();
    let id = record["id"].as_str().expect("an id").to_owned();
    assert_eq!(created.header("location"), Some(format!("/api/requests/{id}").as_str()));
    assert!(created.header("etag").is_some_and(|tag| tag.starts_with("\"v1-")), "{created}");
    assert_eq!(record["status"], "submitted");
    assert_eq!(record["requester"], json!({ "id": requester.id(), "name": requester.name() }));
    assert_eq!(record["allowed_actions"], json!(["cancel"]));
    seen_in_list(&mut list, &id, 1, "submitted").await;

    let mut steps = vec![Step { reply: created, actor: requester.id() }];
    let mut live = manager.watch(&format!("/api/requests/{id}/live?after=0")).await;
    let first = live.next_event(LIVE).await;
    assert_eq!(first["event"]["kind"], "created");
    assert_eq!(live.next_of("ready", LIVE).await["version"], 1);

    let offered = manager.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(offered["allowed_actions"], json!(["approve", "reject", "cancel"]));

    let candidates = manager.get("/api/users?role=technician").await.expect(200).json();
    let known = candidates["items"].as_array().expect("items").iter().any(|user| user["id"] == technician.id());
    assert!(known, "the new technician can be chosen: {candidates}");

    for (who, action, body, status, kind) in [
        (&manager, "approve", json!({}), "approved", "approved"),
        (&manager, "assign", json!({ "assignee_id": technician.id() }), "assigned", "assigned"),
        (&technician, "start", json!({}), "in_progress", "started"),
        (&technician, "hold", json!({ "reason": "The filter is on its way." }), "on_hold", "held"),
        (&technician, "resume", json!({}), "in_progress", "resumed"),
        (&technician, "complete", json!({ "resolution": "Filter changed, drain cleaned." }), "completed", "completed"),
        (&requester, "close", json!({ "rating": 5 }), "closed", "closed"),
    ] {
        let reply = who.act(&id, action, &body).await.expect(200);
        let version = i64::try_from(steps.len()).expect("few") + 1;
        let record = reply.json();
        assert_eq!(record["status"], status, "{reply}");
        assert_eq!(record["version"], version, "{reply}");
        assert!(reply.header("etag").is_some_and(|tag| tag.starts_with(&format!("\"v{version}-"))), "{reply}");

        let seen = live.next_event(LIVE).await;
        assert_eq!(seen["event"]["seq"], version, "{seen}");
        assert_eq!(seen["event"]["kind"], kind, "{seen}");
        let roles = [(&requester, "requester"), (&technician, "technician"), (&manager, "manager")];
        let role = roles.iter().find(|(one, _)| one.id() == who.id()).map(|(_, role)| role);
        assert_eq!(seen["event"]["actor"], json!({ "id": who.id(), "name": who.name(), "role": role }), "{seen}");
        assert_eq!(seen["request"]["status"], status, "{seen}");
        seen_in_list(&mut list, &id, version, status).await;
        steps.push(Step { reply, actor: who.id() });
    }

    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["rating"], 5);
    assert_eq!(record["resolution"], "Filter changed, drain cleaned.");
    assert_eq!(record["assignee"]["id"], technician.id());
    assert_eq!(record["allowed_actions"], json!(["reopen"]));
    let number = record["number"].as_str().expect("a number");
    assert!(number.starts_with("MR-") && number.len() >= 9, "{number}");

    let timeline = requester.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    let timeline = timeline["items"].as_array().expect("items").clone();
    let kinds: Vec<&Value> = timeline.iter().map(|event| &event["kind"]).collect();
    assert_eq!(
        kinds,
        ["created", "approved", "assigned", "started", "held", "resumed", "completed", "closed"],
        "every step is in the timeline"
    );
    assert_eq!(timeline[3]["body"], json!({}));
    assert_eq!(timeline[6]["body"]["resolution"], "Filter changed, drain cleaned.");

    postgresql_has(&id, &record, &timeline).await;
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    both_sides_are_equal(&admin, &id, &record).await;
    the_logs_name(&admin, &id, &steps).await;
}

async fn seen_in_list(list: &mut Live, id: &str, version: i64, status: &str) {
    loop {
        let seen = list.next_of("request", LIVE).await;
        // Others report faults too; and the index may have been told of a version twice.
        if seen["request"]["id"] == id && seen["request"]["version"] == version {
            assert_eq!(seen["request"]["status"], status, "{seen}");
            return;
        }
    }
}

/// Looks with an ordinary driver, behind the Worker's back.
async fn postgresql_has(id: &str, record: &Value, timeline: &[Value]) {
    let row = eventually(SYNCED, || async {
        let row = stack().sql(|client| {
            let row = client.query_opt(
                "SELECT version, number, status, title, assignee_id::text, requester_id::text, body::text
                 FROM requests WHERE id = $1::text::uuid",
                &[&id],
            )?;
            Ok(row.map(|row| {
                json!({
                    "version": row.get::<_, i64>(0), "number": row.get::<_, Option<String>>(1),
                    "status": row.get::<_, String>(2), "title": row.get::<_, String>(3),
                    "assignee": row.get::<_, Option<String>>(4), "requester": row.get::<_, String>(5),
                    "body": row.get::<_, String>(6),
                })
            }))
        });
        match row.expect("PostgreSQL answers") {
            Some(row) if row["version"] == record["version"] => Ok(row),
            other => Err(other),
        }
    })
    .await;
    assert_eq!(row["number"], record["number"]);
    assert_eq!(row["status"], record["status"]);
    assert_eq!(row["title"], record["title"]);
    assert_eq!(row["assignee"], record["assignee"]["id"]);
    assert_eq!(row["requester"], record["requester"]["id"]);

    let events =
        stack().sql(|client| {
            let rows = client.query(
                "SELECT seq, kind, actor_id::text, actor_name, body::text, visibility, actor_role,
                    to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')
             FROM request_events WHERE request_id = $1::text::uuid ORDER BY seq",
                &[&id],
            )?;
            Ok(rows.into_iter().map(|row| {
            let body: Value = serde_json::from_str(row.get(4)).expect("JSON");
            assert_eq!(row.get::<_, String>(5), "public");
            json!({
                "seq": row.get::<_, i64>(0), "ts": row.get::<_, String>(7), "kind": row.get::<_, String>(1),
                "actor": { "id": row.get::<_, Option<String>>(2), "name": row.get::<_, String>(3), "role": row.get::<_, Option<String>>(6) },
                "body": body,
            })
        }).collect::<Vec<_>>())
        });
    assert_eq!(events.expect("PostgreSQL answers"), timeline, "the read model has the timeline, event for event");
}

async fn both_sides_are_equal(admin: &Client, id: &str, record: &Value) {
    let sides = eventually(SYNCED, || async {
        let sides = admin.get(&format!("/api/system/requests/{id}/inspect")).await.expect(200).json();
        let owed: i64 = sides["object"]["outbox"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|debt| debt["pending"].as_i64().unwrap_or(i64::MAX))
            .sum();
        if owed == 0 { Ok(sides) } else { Err(sides) }
    })
    .await;
    assert_eq!(sides["read_model_error"], Value::Null);
    let (object, copy) = (&sides["object"], &sides["read_model"]);
    assert_eq!(object["events"], record["version"]);
    assert_eq!(copy["events"], record["version"]);
    assert_eq!(copy["last_seq"], record["version"]);
    assert_eq!(copy["row"]["version"], record["version"]);
    assert_eq!(copy["row"]["number"], record["number"]);
    assert_eq!(copy["row"]["body"], object["snapshot"], "the whole snapshot is in the read model");
    let debts = object["outbox"].as_array().expect("debts");
    assert_eq!(debts.len(), 4, "PostgreSQL, the index, the audit stream and inboxes: {debts:?}");
    for debt in debts {
        assert_eq!(debt["delivered_seq"], record["version"], "{debt}");
    }
}

/// A step of the job: how it was answered, and who took it.
struct Step<'a> {
    reply: Reply,
    actor: &'a str,
}

impl Step<'_> {
    /// The id of its HTTP request.
    fn trace(&self) -> &str {
        self.reply.header("x-request-id").expect("a request id")
    }
}

/// An operator finds each step by the id of the HTTP request that it was.
async fn the_logs_name(admin: &Client, id: &str, steps: &[Step<'_>]) {
    for step in steps {
        let trace = step.trace();
        let audit = entry(admin, "audit", trace, |entry| entry["fields"]["object"]["id"] == id).await;
        assert_eq!(audit["actor"]["id"], step.actor, "{audit}");
        let requests = entry(admin, "requests", trace, |entry| entry["fields"]["request"] == id).await;
        assert_eq!(requests["level"], "info", "{requests}");
        let http = entry(admin, "http", trace, |_| true).await;
        assert_eq!(http["status"], step.reply.status.as_u16(), "{http}");
        assert!(http["duration_ms"].as_i64().is_some_and(|ms| ms >= 0), "{http}");
    }
    // Deliveries may carry several events; the one that carried the last step is named after it.
    let last = steps.last().expect("steps");
    let sync = entry(admin, "sync", last.trace(), |entry| entry["fields"]["request"] == id).await;
    assert_eq!(sync["fields"]["version"], i64::try_from(steps.len()).expect("few"), "{sync}");
}

async fn entry(admin: &Client, stream: &str, trace: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/system/logs/{stream}?request_id={trace}");
    eventually(SYNCED, || async {
        let page = admin.get(&path).await.expect(200).json();
        let found = page["items"].as_array().into_iter().flatten().find(|entry| is_it(entry)).cloned();
        found.ok_or_else(|| format!("{path}: {page}"))
    })
    .await
}
