//! A wasm instance ends in the middle of its work. It takes down what was in flight in it, which may be repeated, and
//! nothing else: `entry.js` fails those at once and starts another instance.
//!
//! The build has the feature `fault-injection`; `faults.rs` in the sources are what these tests set off.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testbed::Stack;
use tokio::time::Instant;

use crate::read_model::{self, Versions};
use crate::support::{Client, Live, Reply, demo, draft};
use crate::{PROMPT, REQUEST_LIMIT, persistence, started};

/// A comment that panics inside the object's transaction, when event, snapshot and outbox are written.
const IN_THE_TRANSACTION: &str = "fault: panic in the transaction";
/// Titles of reports that end the instance in the stateless Worker.
const IN_THE_ROUTER: &str = "fault: panic in the router";
const WITHOUT_STACK: &str = "fault: use up the stack";
const WITHOUT_MEMORY: &str = "fault: use up the memory";

/// How many panics there are under load.
const ROUNDS: usize = 10;

/// Who else is at work.
const BYSTANDERS: usize = 6;

#[tokio::test]
async fn a_panic_under_load_costs_what_was_in_flight_and_commits_nothing() {
    let stack = started(Stack::builder().features("fault-injection"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let target = id_of(&requester.report("A pump stutters").await);
    let mut viewer = requester.watch(&format!("/api/requests/{target}/live?after=0")).await;
    assert_eq!(viewer.next_event(PROMPT).await["event"]["seq"], 1);

    let over = AtomicBool::new(false);
    let tally = Tally::default();
    let bystanders = join_all((0..BYSTANDERS).map(|number| work(&requester, number, &over, &tally)));
    let panics = async {
        for round in 0..ROUNDS {
            panic_and_go_on(&requester, &target, round, &mut viewer).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        over.store(true, Ordering::Relaxed);
    };
    let (mut acknowledged, ()) = futures::future::join(bystanders, panics).await;

    let (calls, lost) = (tally.calls.load(Ordering::Relaxed), tally.lost.load(Ordering::Relaxed));
    // One call of each bystander is in flight at a time, and each round panics twice.
    let panics = 2 * ROUNDS;
    println!("{panics} panics among {calls} calls of {BYSTANDERS} bystanders: {lost} of these had to be repeated");
    assert!(lost <= panics * BYSTANDERS, "{lost} calls were lost to {panics} panics");
    acknowledged.push((target, 1 + ROUNDS as i64));
    let acknowledged: Versions = acknowledged.into_iter().collect();
    read_model::catches_up(&stack, &acknowledged, Duration::from_secs(15)).await;
    read_model::assert_equals_the_objects(&stack, &admin).await;
}

/// Panics in the router and in the middle of a transaction of `target`, and shows that neither has left a trace there.
async fn panic_and_go_on(requester: &Client, target: &str, round: usize, viewer: &mut Live) {
    assert_ends_the_instance(requester, "/api/requests", &format!("router-{round}"), &draft(IN_THE_ROUTER)).await;

    let (path, key) = (format!("/api/requests/{target}/comments"), format!("transaction-{round}"));
    let version = requester.get(&format!("/api/requests/{target}")).await.expect(200).json()["version"].clone();
    assert_ends_the_instance(requester, &path, &key, &comment(IN_THE_TRANSACTION)).await;
    let record = requester.get(&format!("/api/requests/{target}")).await.expect(200).json();
    assert_eq!(record["version"], version, "the panic committed something");
    assert_eq!(read_model::events(requester, target).await.len() as i64, version.as_i64().unwrap_or_default());

    // The key was not used up: another body under it is neither a repetition nor a conflict.
    let text = format!("Round {round} is over.");
    let event = persistence::post(requester, &path, &key, &comment(&text), PROMPT).await.reply.expect(201).json();
    assert_eq!(event["seq"].as_i64(), version.as_i64().map(|version| version + 1), "{event}");
    // The live socket has outlived the instance, and missed nothing.
    let seen = viewer.next_event(PROMPT).await;
    assert_eq!((&seen["event"]["seq"], &seen["event"]["body"]["body"]), (&event["seq"], &json!(text)));
}

/// What the bystanders went through.
#[derive(Debug, Default)]
struct Tally {
    calls: AtomicUsize,
    lost: AtomicUsize,
}

impl Tally {
    fn note(&self, answered: persistence::Answered) -> Reply {
        self.calls.fetch_add(1 + answered.lost, Ordering::Relaxed);
        self.lost.fetch_add(answered.lost, Ordering::Relaxed);
        assert!(answered.slowest < REQUEST_LIMIT, "{} took {:?}", answered.reply.to, answered.slowest);
        answered.reply
    }
}

/// Reads and writes on a request of its own; gives the version that was acknowledged last.
async fn work(requester: &Client, number: usize, over: &AtomicBool, tally: &Tally) -> (String, i64) {
    let body = draft(&format!("Fault number {number}"));
    let created =
        persistence::post(requester, "/api/requests", &format!("report-{number}"), &body, REQUEST_LIMIT).await;
    let id = id_of(&tally.note(created).expect(201).json());
    let path = format!("/api/requests/{id}/comments");
    let mut version = 1;
    while !over.load(Ordering::Relaxed) && version < 150 {
        let key = format!("comment-{number}-{version}");
        let body = comment(&format!("Number {version}."));
        let said = tally.note(persistence::post(requester, &path, &key, &body, REQUEST_LIMIT).await).expect(201).json();
        assert_eq!(said["seq"].as_i64(), Some(version + 1), "{said}");
        version += 1;
        for read in [format!("/api/requests/{id}"), "/api/requests?limit=10".to_owned()] {
            tally.note(persistence::get(requester, &read, REQUEST_LIMIT).await).expect(200);
        }
    }
    (id, version)
}

#[tokio::test]
async fn fifty_panics_in_a_row_leave_a_system_that_works() {
    let stack = started(Stack::builder().features("fault-injection"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let target = id_of(&requester.report("A gate squeaks").await);
    let path = format!("/api/requests/{target}/comments");
    let since = Instant::now();
    for number in 0..25 {
        let key = format!("panic-{number}");
        assert_ends_the_instance(&requester, "/api/requests", &key, &draft(IN_THE_ROUTER)).await;
        assert_ends_the_instance(&requester, &path, &key, &comment(IN_THE_TRANSACTION)).await;
    }
    println!("50 panics in a row: {:.1?} each", since.elapsed() / 50);
    requester.comment(&target, "It still does.", "public").await.expect(201);
    read_model::catches_up(&stack, &Versions::from([(target, 2)]), PROMPT).await;
}

#[tokio::test]
async fn panics_do_not_use_up_the_connections_to_postgresql() {
    let stack = started(Stack::builder().features("fault-injection"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let mut written = Versions::new();
    for number in 0..20 {
        let id = id_of(&requester.report(&format!("Fault number {number}")).await);
        written.insert(id, 1);
        read_model::catches_up(&stack, &written, PROMPT).await;
        let key = format!("panic-{number}");
        assert_ends_the_instance(&requester, "/api/requests", &key, &draft(IN_THE_ROUTER)).await;
    }
    let open = stack.sql(|client| {
        let open =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        Ok(client.query_one(open, &[])?.get::<_, i64>(0))
    });
    let open = open.expect("PostgreSQL tells");
    println!("20 panics, each after a write to PostgreSQL: {open} connections are open");
    assert!(open <= 4, "{open} connections are open");
}

#[tokio::test]
async fn an_instance_that_runs_out_of_stack_or_memory_is_replaced_too() {
    let stack = started(Stack::builder().features("fault-injection"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    for (number, title) in [WITHOUT_STACK, WITHOUT_MEMORY].iter().cycle().take(6).enumerate() {
        assert_ends_the_instance(&requester, "/api/requests", &format!("trap-{number}"), &draft(title)).await;
        // A panic behind it is noticed as well: the new instance has its hook.
        assert_ends_the_instance(&requester, "/api/requests", &format!("panic-{number}"), &draft(IN_THE_ROUTER)).await;
        requester.report("A shelf is loose").await;
    }
    assert_eq!(read_model::all_requests(&requester).await.len(), 6);
}

/// Posts what ends the instance: a 503 that may be repeated, at once.
async fn assert_ends_the_instance(client: &Client, path: &str, key: &str, body: &Value) {
    let since = Instant::now();
    let reply = client.call(hyper::Method::POST, path).header("idempotency-key", key).json(body).send().await;
    reply.problem(503, "unavailable");
    assert!(reply.header("retry-after").is_some(), "{reply}");
    assert!(since.elapsed() < PROMPT, "{path}: answered only after {:?}", since.elapsed());
}

fn comment(text: &str) -> Value {
    json!({ "body": text, "visibility": "public" })
}

fn id_of(record: &Value) -> String {
    record["id"].as_str().expect("an id").to_owned()
}
