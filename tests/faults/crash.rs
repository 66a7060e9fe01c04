//! The runtime is killed in the middle of writes. What it acknowledged is there once, whatever the client had to repeat.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::try_join;
use futures::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use testbed::Stack;
use tokio::task::spawn_blocking;

use crate::read_model::{self, Versions};
use crate::support::{Client, demo, draft};
use crate::{persistence, started};

/// Who writes at the same time.
const WRITERS: usize = 20;
/// What each of them reports.
const REPORTS: usize = 5;
/// What is said to each report.
const COMMENTS: usize = 4;
/// All of it.
const WRITES: usize = WRITERS * REPORTS * (1 + COMMENTS);

/// The runtime is killed when so many writes are acknowledged.
const KILLED_AT: [usize; 4] = [40, 160, 280, 400];

/// A write is acknowledged by then, restarts included.
const WITHIN: Duration = Duration::from_secs(60);

/// What the kills broke off has reached PostgreSQL by then, by the alarms alone.
const SETTLING: Duration = Duration::from_secs(60);

/// A report and what was said to it, as acknowledged.
struct Acknowledged {
    id: String,
    /// Absent when the create had to be repeated before the index gave one.
    number: Option<String>,
    title: String,
    /// Seq and text.
    comments: Vec<(i64, String)>,
    lost: usize,
}

#[tokio::test]
async fn a_killed_runtime_keeps_every_acknowledged_write_once() {
    let stack = Arc::new(started(Stack::builder()));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let killer = spawn_blocking({
        let (stack, acknowledged) = (stack.clone(), acknowledged.clone());
        move || KILLED_AT.iter().for_each(|at| kill_at(&stack, &acknowledged, *at))
    });
    let reports =
        stream::iter(0..WRITERS).map(|writer| write(&requester, writer, &acknowledged)).buffer_unordered(WRITERS);
    let reports = reports.map(stream::iter).flatten().collect::<Vec<_>>().map(Ok);
    let (reports, ()) = try_join(reports, killer).await.expect("the runtime is killed and starts again");

    let lost: usize = reports.iter().map(|report| report.lost).sum();
    assert_eq!((reports.len(), acknowledged.load(Ordering::Relaxed)), (WRITERS * REPORTS, WRITES));
    assert!(lost >= KILLED_AT.len(), "the kills hit nothing");
    let versions: Versions = reports.iter().map(|report| (report.id.clone(), 1 + COMMENTS as i64)).collect();
    assert_eq!(versions.len(), reports.len(), "two reports are one request");

    let settled = read_model::catches_up(&stack, &versions, SETTLING).await;
    let mut numbers = BTreeSet::new();
    for report in &reports {
        numbers.insert(assert_is_there_once(&admin, report).await);
    }
    assert_eq!(numbers.len(), reports.len(), "two requests have one number");
    read_model::assert_equals_the_objects(&stack, &admin).await;
    println!(
        "{} kills of the runtime in {WRITES} writes: all acknowledged and there once, {lost} repeated; settled {settled:.1?} \
         after the last",
        KILLED_AT.len()
    );
}

/// Kills the runtime once so many writes are acknowledged, and starts it again.
fn kill_at(stack: &Stack, acknowledged: &AtomicUsize, at: usize) {
    while acknowledged.load(Ordering::Relaxed) < at {
        std::thread::sleep(Duration::from_millis(1));
    }
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.start().expect("the runtime starts again");
}

async fn write(requester: &Client, writer: usize, acknowledged: &AtomicUsize) -> Vec<Acknowledged> {
    let mut reports = Vec::new();
    for report in 0..REPORTS {
        let title = format!("Report {report} of writer {writer}");
        let (created, mut lost) = written(requester, "/api/requests", &title, &draft(&title), acknowledged).await;
        let id = created["id"].as_str().expect("an id").to_owned();
        let mut comments = Vec::new();
        for comment in 0..COMMENTS {
            let text = format!("Comment {comment} on {title}");
            let body = json!({ "body": text, "visibility": "public" });
            let path = format!("/api/requests/{id}/comments");
            let (event, repeated) = written(requester, &path, &text, &body, acknowledged).await;
            comments.push((event["seq"].as_i64().expect("a seq"), text));
            lost += repeated;
        }
        let number = created["number"].as_str().map(str::to_owned);
        reports.push(Acknowledged { id, number, title, comments, lost });
    }
    reports
}

async fn written(client: &Client, path: &str, what: &str, body: &Value, acknowledged: &AtomicUsize) -> (Value, usize) {
    let answered = persistence::post(client, path, &what.replace(' ', "-"), body, WITHIN).await;
    acknowledged.fetch_add(1, Ordering::Relaxed);
    (answered.reply.expect(201).json(), answered.lost)
}

/// Gives the request's number, which is the one that was acknowledged.
async fn assert_is_there_once(admin: &Client, report: &Acknowledged) -> String {
    let events = read_model::events(admin, &report.id).await;
    let said: Vec<(i64, String)> = events.iter().skip(1).map(|event| (seq(event), text(event, "body"))).collect();
    assert_eq!((events.len(), &said), (1 + COMMENTS, &report.comments), "the timeline of {}", report.id);
    assert_eq!((&events[0]["kind"], text(&events[0], "title")), (&json!("created"), report.title.clone()));
    let record = admin.get(&format!("/api/requests/{}", report.id)).await.expect(200).json();
    let number = record["number"].as_str().unwrap_or_else(|| panic!("no number: {record}")).to_owned();
    assert!(report.number.as_ref().is_none_or(|acknowledged| *acknowledged == number), "{number}: {:?}", report.number);
    number
}

fn seq(event: &Value) -> i64 {
    event["seq"].as_i64().unwrap_or_default()
}

fn text(event: &Value, field: &str) -> String {
    event["body"][field].as_str().unwrap_or_default().to_owned()
}
