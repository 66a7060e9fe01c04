//! PostgreSQL goes away: stopped for a while, and killed in the middle of a transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use futures::StreamExt;
use futures::stream;
use serde_json::{Value, json};
use testbed::Stack;
use tokio::time::{Instant, sleep_until};

use crate::read_model::{self, Versions};
use crate::support::{Client, demo, eventually};
use crate::{PROMPT, persistence, started};

/// How long PostgreSQL is away, at least: on a busy machine until all requests have moved.
const OUTAGE: Duration = Duration::from_secs(20);

/// By then the read model has caught up by itself: the circuit breaker lets a probe pass every 2 s, and whoever was put
/// off is called at the first that succeeds. The outboxes' own backoff has grown to a minute by then.
const CATCHING_UP: Duration = Duration::from_secs(30);

/// How many requests move while it is away; half of them are in PostgreSQL already.
const REQUESTS: usize = 200;

/// How many calls are under way at once.
const AT_ONCE: usize = 8;

/// Everybody who has a part in a request.
struct Crew {
    requester: Client,
    manager: Client,
    technician: Client,
    colleague: Client,
    admin: Client,
}

impl Crew {
    async fn sign_in(stack: &Stack) -> Crew {
        let person = |name: &str| Client::sign_in(stack, &demo(name));
        Crew {
            requester: person("requester").await,
            manager: person("manager").await,
            technician: person("tech").await,
            colleague: person("tech2").await,
            admin: person("admin").await,
        }
    }
}

/// The longest that a call took, with the number of calls.
#[derive(Debug, Default)]
struct Calls {
    number: usize,
    slowest: Duration,
}

impl Calls {
    async fn time<T>(&mut self, call: impl Future<Output = T>) -> T {
        let since = Instant::now();
        let reply = call.await;
        self.number += 1;
        self.slowest = self.slowest.max(since.elapsed());
        reply
    }

    fn and(self, other: Calls) -> Calls {
        Calls { number: self.number + other.number, slowest: self.slowest.max(other.slowest) }
    }
}

#[tokio::test]
async fn requests_move_on_without_postgresql_and_the_read_model_catches_up_by_itself() {
    let stack = started(Stack::builder().own_postgres());
    let crew = Crew::sign_in(&stack).await;
    let old: Vec<String> =
        stream::iter(0..REQUESTS / 2).map(|number| reported(&crew, number)).buffered(AT_ONCE).collect().await;
    // A manager's choice of assignee is read through the cache, which keeps it for the outage.
    let first = &old[0];
    crew.manager.act(first, "approve", &json!({})).await.expect(200);
    crew.manager.act(first, "assign", &json!({ "assignee_id": crew.colleague.id() })).await.expect(200);
    let settled = old.iter().map(|id| (id.clone(), if id == first { 3 } else { 1 })).collect();
    read_model::catches_up(&stack, &settled, PROMPT).await;

    stack.postgres.stop().expect("PostgreSQL stops");
    let away_since = Instant::now();
    let moved = stream::iter(0..REQUESTS).map(|number| move_on(&crew, number, old.get(number))).buffered(AT_ONCE);
    let moved: Vec<(String, i64, Calls)> = moved.collect().await;
    let moving = away_since.elapsed();
    what_needs_postgresql_says_so(&stack, &crew).await;
    sleep_until(away_since + OUTAGE).await;
    let away = away_since.elapsed();

    stack.postgres.start().expect("PostgreSQL starts");
    let acknowledged: Versions = moved.iter().map(|(id, version, _)| (id.clone(), *version)).collect();
    assert_eq!(acknowledged.len(), REQUESTS);
    let caught_up = read_model::catches_up(&stack, &acknowledged, CATCHING_UP).await;
    read_model::assert_equals_the_objects(&stack, &crew.admin).await;
    let calls = moved.into_iter().fold(Calls::default(), |all, (_, _, calls)| all.and(calls));
    println!(
        "outage of {away:.1?}: {REQUESTS} requests moved by {} calls in {moving:.1?}, the slowest took {:.1?}; the read \
         model had caught up {caught_up:.1?} after PostgreSQL was back",
        calls.number, calls.slowest
    );
    assert!(calls.slowest < PROMPT, "a call that needs only objects took {:?}", calls.slowest);
}

async fn reported(crew: &Crew, number: usize) -> String {
    let record = crew.requester.report(&format!("Fault number {number}")).await;
    record["id"].as_str().expect("an id").to_owned()
}

/// Takes a request, the existing one or a new one, as far as `in_progress`; gives the version that was acknowledged last.
/// The very first is assigned already.
async fn move_on(crew: &Crew, number: usize, existing: Option<&String>) -> (String, i64, Calls) {
    let mut calls = Calls::default();
    let id = match existing {
        Some(id) => id.clone(),
        None => calls.time(reported(crew, number)).await,
    };
    // Every other one is claimed, the rest is given to a colleague whom the cache knows.
    let (assigner, assignee) =
        if number % 2 == 1 { (&crew.technician, &crew.technician) } else { (&crew.manager, &crew.colleague) };
    if number > 0 {
        calls.time(crew.manager.act(&id, "approve", &json!({}))).await.expect(200);
        let body = json!({ "assignee_id": assignee.id() });
        calls.time(assigner.act(&id, "assign", &body)).await.expect(200);
    }
    let record = calls.time(assignee.act(&id, "start", &json!({}))).await.expect(200).json();
    assert_eq!(record["status"], "in_progress");
    let event = calls.time(assignee.comment(&id, "The part is ordered.", "internal")).await.expect(201).json();
    (id, event["seq"].as_i64().expect("a seq"), calls)
}

/// What cannot work says so at once, and everything else works.
async fn what_needs_postgresql_says_so(stack: &Stack, crew: &Crew) {
    let since = Instant::now();
    let login = Client::anonymous(stack).log_in(&demo("requester2"), testbed::seed::PASSWORD).await;
    login.problem(503, "unavailable");
    assert!(login.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{login}");
    let session = format!("/api/system/sessions/{}/{}", crew.requester.id(), crew.requester.session());
    for refused in [
        crew.requester.patch("/api/me", &json!({ "name": "Not written" })).await,
        crew.admin.get("/api/system/sessions").await,
        crew.admin.delete(&session).await,
    ] {
        refused.problem(503, "unavailable");
        assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{refused}");
    }
    let ready = Client::anonymous(stack).get("/api/ready").await.expect(503).json();
    let unready: Vec<&Value> = dependencies(&ready).filter(|one| one["ready"] == false).collect();
    assert!(matches!(unready[..], [one] if one["name"] == "postgresql" && one["reason"].is_string()), "{ready}");
    assert!(since.elapsed() < PROMPT, "the refusals took {:?}", since.elapsed());

    Client::anonymous(stack).get("/api/health").await.expect(200);
    let me = crew.requester.get("/api/me").await.expect(200).json();
    assert_eq!(me["user"]["name"], crew.requester.name(), "the name is as it was");
    let list = crew.requester.get("/api/requests?limit=200").await.expect(200).json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(REQUESTS));
    let monitor = crew.admin.get("/api/system/monitor").await.expect(200).json();
    let shards = monitor["database"].as_array().expect("shards");
    assert!(shards.iter().all(|shard| shard["last_error"].is_string() && shard["breaker"] != "closed"), "{monitor}");
}

fn dependencies(ready: &Value) -> impl Iterator<Item = &Value> {
    ready["dependencies"].as_array().into_iter().flatten()
}

/// How long PostgreSQL is away before the runtime is killed too: the outboxes wait up to half a minute by then.
const AWAY_BEFORE_THE_KILL: Duration = Duration::from_secs(25);

/// By then the read model has caught up all the same.
const CATCHING_UP_AFTER_A_KILL: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_runtime_that_was_killed_during_an_outage_still_knows_whom_it_put_off() {
    let stack = started(Stack::builder().own_postgres());
    let crew = Crew::sign_in(&stack).await;
    let ids: Vec<String> =
        stream::iter(0..REQUESTS / 2).map(|number| reported(&crew, number)).buffered(AT_ONCE).collect().await;
    read_model::catches_up(&stack, &ids.iter().map(|id| (id.clone(), 1)).collect(), CATCHING_UP).await;

    stack.postgres.stop().expect("PostgreSQL stops");
    let away_since = Instant::now();
    let said = stream::iter(&ids).map(|id| crew.manager.comment(id, "The part is ordered.", "public"));
    said.buffered(AT_ONCE).for_each(async |reply| drop(reply.expect(201))).await;
    sleep_until(away_since + AWAY_BEFORE_THE_KILL).await;
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.start().expect("the runtime starts again");
    stack.postgres.start().expect("PostgreSQL starts");

    let acknowledged = ids.iter().map(|id| (id.clone(), 2)).collect();
    let caught_up = read_model::catches_up(&stack, &acknowledged, CATCHING_UP_AFTER_A_KILL).await;
    println!("outage with a kill of the runtime in it: caught up {caught_up:.1?} after PostgreSQL was back");
}

/// How often PostgreSQL is killed.
const KILLS: usize = 3;

#[tokio::test]
async fn what_postgresql_had_not_committed_when_it_was_killed_is_written_once() {
    let stack = Arc::new(started(Stack::builder().own_postgres()));
    let crew = Crew::sign_in(&stack).await;
    let over = Arc::new(AtomicBool::new(false));
    let writers = stream::iter(0..AT_ONCE).map(|number| comment_until(&crew, number, &over)).buffer_unordered(AT_ONCE);
    let killer = tokio::task::spawn_blocking({
        let (stack, over) = (stack.clone(), over.clone());
        move || {
            let outcome = (0..KILLS).try_for_each(|_| kill_in_mid_transaction(&stack));
            over.store(true, Ordering::Relaxed);
            outcome
        }
    });
    let acknowledged: Versions = writers.collect().await;
    killer.await.expect("the killer ends").expect("PostgreSQL is killed and starts again");
    let caught_up = read_model::catches_up(&stack, &acknowledged, CATCHING_UP).await;
    read_model::assert_equals_the_objects(&stack, &crew.admin).await;
    let writes: i64 = acknowledged.values().sum();
    println!(
        "{KILLS} kills of PostgreSQL in mid-transaction, {writes} writes: caught up {caught_up:.1?} after the last"
    );
    // The servers that were killed have left nothing behind that still holds a connection.
    eventually(PROMPT, || async {
        match workers_connections(&stack) {
            Ok(number) if number <= 2 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

/// Comments on a request of its own, again and again; gives the version that was acknowledged last.
async fn comment_until(crew: &Crew, number: usize, over: &AtomicBool) -> (String, i64) {
    let id = reported(crew, number).await;
    let path = format!("/api/requests/{id}/comments");
    let mut version = 1;
    while !over.load(Ordering::Relaxed) && version < 150 {
        let body = json!({ "body": format!("Number {version}."), "visibility": "public" });
        let key = format!("comment-{number}-{version}");
        let answered = persistence::post(&crew.requester, &path, &key, &body, PROMPT).await;
        assert_eq!((answered.lost, answered.reply.status.as_u16()), (0, 201), "{}", answered.reply);
        version = answered.reply.json()["seq"].as_i64().expect("a seq");
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    (id, version)
}

/// Stops the Worker's transaction half-way, between the row and its events, by a lock, and kills the server there.
fn kill_in_mid_transaction(stack: &Stack) -> Result<()> {
    let mut client = stack.connect()?;
    client.batch_execute("BEGIN; LOCK TABLE request_events IN SHARE MODE")?;
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while client.query_one("SELECT count(*) FROM pg_locks WHERE NOT granted", &[])?.get::<_, i64>(0) == 0 {
        if std::time::Instant::now() > until {
            bail!("nothing was written within a minute");
        }
    }
    stack.postgres.kill9()?;
    stack.postgres.start()
}

#[tokio::test]
async fn what_postgresql_had_committed_when_it_was_killed_stays() {
    // The server is set up to answer a COMMIT before it is in its log, as some are.
    let stack = started(Stack::builder().own_postgres());
    let relaxed = stack.sql(|client| Ok(client.query_one("SHOW synchronous_commit", &[])?.get::<_, String>(0)));
    assert_eq!(relaxed.ok().as_deref(), Some("off"));
    let crew = Crew::sign_in(&stack).await;
    let mut written = Versions::new();
    for number in 0..KILLS {
        written.insert(reported(&crew, number).await, 1);
        read_model::catches_up(&stack, &written, CATCHING_UP).await;
        stack.postgres.kill9().expect("PostgreSQL is killed");
        stack.postgres.start().expect("PostgreSQL starts");
        assert_eq!(read_model::versions(&stack), written, "what was delivered is gone, and nobody owes it any more");
    }
}

/// How many connections the Worker has open.
fn workers_connections(stack: &Stack) -> Result<i64> {
    stack.sql(|client| {
        let open =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        Ok(client.query_one(open, &[])?.get(0))
    })
}
