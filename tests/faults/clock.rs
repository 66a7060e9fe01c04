//! The clock goes back by an hour: nothing that was to happen soon waits until that hour has passed again.
//!
//! The build has the feature `fault-injection`; `runtime/faults.js` moves the clock of the Worker alone.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;

use crate::read_model::{self, Versions};
use crate::support::{Client, demo, eventually};
use crate::{PROMPT, started};

/// How far the clock is ahead at first, in milliseconds: an hour.
const AHEAD_MS: &str = "3600000";
/// The variable that says so.
const CLOCK_MS: &str = "CLOCK_MS";

/// The promise: PostgreSQL has everything so soon after its return.
const CATCHING_UP: Duration = Duration::from_secs(10);

/// By then deliveries have failed often enough to wait for seconds.
const FAILING: Duration = Duration::from_secs(4);

fn ahead() -> Stack {
    started(Stack::builder().features("fault-injection").own_postgres().env(CLOCK_MS, AHEAD_MS))
}

/// A request that is in PostgreSQL, and an event of it that is not.
async fn owing(stack: &Stack, requester: &Client) -> (String, Versions) {
    let record = requester.report("A clock is fast").await;
    let id = record["id"].as_str().expect("an id").to_owned();
    read_model::catches_up(stack, &Versions::from([(id.clone(), 1)]), PROMPT).await;
    stack.postgres.stop().expect("PostgreSQL stops");
    requester.comment(&id, "It is an hour ahead.", "public").await.expect(201);
    tokio::time::sleep(FAILING).await;
    (id.clone(), Versions::from([(id, 2)]))
}

#[tokio::test]
async fn a_runtime_that_starts_on_a_clock_set_back_waits_for_no_hour_to_pass_again() {
    let stack = ahead();
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let (id, owed) = owing(&stack, &requester).await;
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.set_var(CLOCK_MS, "0");
    stack.runtime.start().expect("the runtime starts again");
    stack.postgres.start().expect("PostgreSQL starts");

    // Who signed in within that hour is signed in, and whoever looks at the request wakes it.
    let requester = requester.reconnected();
    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    read_model::catches_up(&stack, &owed, CATCHING_UP).await;

    // Time does not run backwards within a request, and does within the list.
    let event = requester.comment(&id, "It was put right.", "public").await.expect(201).json();
    assert!(event["ts"].as_str() >= record["updated_at"].as_str(), "{event} came before {record}");
    let newer = requester.report("The clock is right").await;
    assert!(newer["created_at"].as_str() < record["created_at"].as_str(), "{newer}");
    let newer = newer["id"].as_str().expect("an id").to_owned();
    read_model::catches_up(&stack, &Versions::from([(id, 3), (newer, 1)]), PROMPT).await;
    read_model::assert_equals_the_objects(&stack, &admin.reconnected()).await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_while_the_circuit_is_open_opens_it_for_no_hour() {
    let stack = ahead();
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let (_, owed) = owing(&stack, &requester).await;
    let moved = requester.call(Method::PUT, "/api/fault/clock?ms=0").send().await;
    moved.expect(204);
    stack.postgres.start().expect("PostgreSQL starts");
    read_model::catches_up(&stack, &owed, CATCHING_UP).await;
}

/// Entries of the stream `http` of before `until`.
async fn entries_before(admin: &Client, until: &str) -> usize {
    entries_in(admin, "http", until).await
}

/// Entries of a stream of before `until`.
async fn entries_in(admin: &Client, stream: &str, until: &str) -> usize {
    let path = format!("/api/system/logs/{stream}?limit=200&to={until}");
    admin.get(&path).await.expect(200).json()["items"].as_array().expect("items").len()
}

#[tokio::test]
async fn log_entries_stay_as_long_as_the_settings_say_and_leave_when_they_say_less() {
    // The system begins forty days ago.
    let stack = started(Stack::builder().features("fault-injection").own_postgres().env(CLOCK_MS, "-3456000000"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let put = async |admin: &Client, key: &str, days: u32| {
        let path = format!("/api/system/settings/{key}");
        admin.call(Method::PUT, &path).json(&json!({ "value": days })).send().await.expect(200);
    };
    put(&admin, "log_info_days", 60).await;
    let then = admin.report("It flickers").await["created_at"].as_str().expect("a time").to_owned();
    eventually(PROMPT, async || if entries_before(&admin, &then).await > 0 { Ok(()) } else { Err("none yet") }).await;
    admin.call(Method::PUT, "/api/fault/clock?ms=0").send().await.expect(204);
    let admin = Client::sign_in(&stack, &demo("admin")).await;

    // By default they would be gone for ten days; another change has the streams look.
    put(&admin, "log_debug_days", 5).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(entries_before(&admin, &then).await > 0);
    put(&admin, "log_info_days", 39).await;
    eventually(PROMPT, async || {
        let left = entries_before(&admin, &then).await;
        if left == 0 { Ok(()) } else { Err(left) }
    })
    .await;
    // The audit stays for ever.
    let audit = admin.get(&format!("/api/system/logs/audit?to={then}")).await.expect(200).json();
    assert!(!audit["items"].as_array().expect("items").is_empty());
}

#[tokio::test]
async fn a_stream_with_days_of_its_own_lets_its_entries_leave_and_the_others_keep_theirs() {
    // The system begins forty days ago.
    let stack = started(Stack::builder().features("fault-injection").own_postgres().env(CLOCK_MS, "-3456000000"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let put = async |admin: &Client, key: &str, value: Value| {
        let path = format!("/api/system/settings/{key}");
        admin.call(Method::PUT, &path).json(&json!({ "value": value })).send().await.expect(200);
    };
    put(&admin, "log_info_days", json!(60)).await;
    let then = admin.report("It flickers").await["created_at"].as_str().expect("a time").to_owned();
    for stream in ["http", "auth"] {
        let some = async || if entries_in(&admin, stream, &then).await > 0 { Ok(()) } else { Err(stream) };
        eventually(PROMPT, some).await;
    }
    admin.call(Method::PUT, "/api/fault/clock?ms=0").send().await.expect(204);
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let streams = async || admin.get("/api/system/logs").await.expect(200).json();
    let of = |list: &Value, stream: &str| {
        let all = list.as_array().expect("a list");
        all.iter().find(|one| one["stream"] == stream).cloned().expect("the stream")
    };
    let earliest = of(&streams().await["items"], "http")["earliest"].clone();
    assert!(earliest.as_str() <= Some(then.as_str()), "{earliest}");

    put(&admin, "log_days_http", json!({ "info": 39, "debug": 1 })).await;
    eventually(PROMPT, async || {
        let left = entries_in(&admin, "http", &then).await;
        if left == 0 { Ok(()) } else { Err(left) }
    })
    .await;
    assert!(entries_in(&admin, "auth", &then).await > 0, "the others stay as long as before");
    // The rule in force, and the earliest entry that there is by it, are told.
    eventually(PROMPT, async || {
        let told = streams().await;
        let days = |stream: &str| of(&told["keeps"], stream)["days"].clone();
        let rules = [days("http"), days("auth"), days("audit")];
        let earliest = of(&told["items"], "http")["earliest"].clone();
        let is_by_it = earliest.as_str() > Some(then.as_str());
        let by_level = [json!([1, 39, 90, 180]), json!([3, 60, 90, 180]), Value::Null];
        if rules == by_level && is_by_it { Ok(()) } else { Err(told) }
    })
    .await;
    // What has left does not come back with a longer time.
    put(&admin, "log_days_http", json!({ "info": 365 })).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(entries_in(&admin, "http", &then).await, 0);
}

#[tokio::test]
async fn what_is_parked_by_a_clock_ahead_and_what_comes_behind_it_is_shown_and_replayed() {
    let stack = ahead();
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let sound = requester.report("A clock is fast").await["id"].as_str().expect("an id").to_owned();
    read_model::catches_up(&stack, &Versions::from([(sound, 1)]), PROMPT).await;
    let alter = |statement: &str| stack.sql(|client| Ok(client.batch_execute(statement)?)).expect(statement);
    alter("ALTER TABLE requests ADD CONSTRAINT no_marks CHECK (title NOT LIKE '%unacceptable%') NOT VALID");
    let first = requester.report("An unacceptable clock").await;
    // The watermark goes past what changed ten seconds ago and has arrived.
    tokio::time::sleep(Duration::from_secs(12)).await;
    stack.runtime.run_scheduled().expect("the cron handler runs");
    requester.call(Method::PUT, "/api/fault/clock?ms=0").send().await.expect(204);
    let second = requester.report("An unacceptable clock again").await;
    stack.runtime.run_scheduled().expect("the cron handler runs");

    let mut expected = [&first, &second].map(|record| record["id"].as_str().expect("an id").to_owned());
    expected.sort();
    eventually(PROMPT, || async {
        let sync = admin.get("/api/system/sync").await.expect(200).json();
        let lagging = sync["lagging"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<_> = lagging.iter().filter_map(|one| one["id"].as_str()).map(str::to_owned).collect();
        found.sort();
        if found == expected { Ok(()) } else { Err(sync) }
    })
    .await;
    alter("ALTER TABLE requests DROP CONSTRAINT no_marks");
    let replayed = admin.post("/api/system/sync/replay", &json!({})).await.expect(200).json();
    assert_eq!(replayed, json!({ "poked": 3, "still_owing": 0 }));
    read_model::assert_equals_the_objects(&stack, &admin).await;
}
