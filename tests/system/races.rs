//! Two people act on one request at the same moment: one of them wins.

use std::time::Duration;

use futures::StreamExt;
use futures::future::join;
use futures::stream;
use serde_json::{Value, json};
use testbed::Stack;
use tokio::time::sleep;

use crate::support::{Client, Reply, eventually, new_user};

const RACES: usize = 200;

/// So many races are run side by side.
const AT_ONCE: usize = 8;

const HEAD_STARTS_MS: [u64; 5] = [0, 3, 8, 20, 60];

#[tokio::test]
async fn of_two_hundred_approvals_that_race_a_cancellation_each_has_one_winner() {
    // A report is told to each of those who approve, of whom the shared system has very many.
    let stack = Stack::builder().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let manager = Client::sign_in(&stack, &new_user(&stack, "manager").email).await;
    let requester_user = new_user(&stack, "requester");
    let requester = Client::sign_in(&stack, &requester_user.email).await;

    let approved: Vec<bool> = stream::iter(0..RACES)
        .map(|race| one_race(race, &manager, &requester))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let approvals = approved.iter().filter(|approved| **approved).count();
    assert!(approvals > 0 && approvals < RACES, "both must win at times, or it was no race: {approvals} approvals");

    // What won is also what the read model says.
    eventually(Duration::from_secs(30), || async {
        let counted = stack.sql(|client| {
            let rows = client.query(
                "SELECT status, count(*) FROM requests
                 WHERE requester_id = $1::text::uuid AND version = 2 GROUP BY status ORDER BY status",
                &[&requester_user.id],
            )?;
            Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect::<Vec<(String, i64)>>())
        });
        let counted = counted.expect("PostgreSQL answers");
        let wanted = [("approved", approvals), ("cancelled", RACES - approvals)]
            .map(|(status, count)| (status.to_owned(), i64::try_from(count).expect("few")));
        if counted == wanted { Ok(()) } else { Err(counted) }
    })
    .await;
}

/// Whether the approval won.
async fn one_race(race: usize, manager: &Client, requester: &Client) -> bool {
    let record = requester.report(&format!("Race {race}")).await;
    let id = record["id"].as_str().expect("an id");
    let (nothing, reason) = (json!({}), json!({ "reason": "It works again." }));
    let approve = || manager.act(id, "approve", &nothing);
    let cancel = || requester.act(id, "cancel", &reason);
    // The two take ways of different lengths to the object. So the sides take turns at a head start, from none at all to
    // more than a way may take: somewhere in between they meet.
    let head_start = HEAD_STARTS_MS[race / 2 % HEAD_STARTS_MS.len()];
    let (approve_at, cancel_at) = if race.is_multiple_of(2) { (0, head_start) } else { (head_start, 0) };
    let (approval, cancellation) = join(later(approve_at, approve()), later(cancel_at, cancel())).await;

    let approved = approval.status == 200;
    let (winner, loser, status) =
        if approved { (&approval, &cancellation, "approved") } else { (&cancellation, &approval, "cancelled") };
    assert_eq!(winner.status, 200, "{approval} | {cancellation}");
    assert_eq!(winner.json()["status"], status, "{winner}");
    assert_eq!(winner.json()["version"], 2, "{winner}");
    lost(loser, status);

    let timeline = manager.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    let kinds: Vec<&Value> = timeline["items"].as_array().expect("items").iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["created", status], "one winner, one event");
    approved
}

async fn later(ms: u64, call: impl Future<Output = Reply>) -> Reply {
    sleep(Duration::from_millis(ms)).await;
    call.await
}

/// The loser learns how things stand now and what is left to do.
fn lost(loser: &Reply, status: &str) {
    let problem = loser.problem(409, "invalid_transition");
    assert_eq!(problem["record"]["status"], status, "{loser}");
    assert_eq!(problem["record"]["version"], 2, "{loser}");
    assert_eq!(problem["allowed_actions"], problem["record"]["allowed_actions"], "{loser}");
    // Nothing is left to a requester whose request is approved, nor to anybody once it is cancelled.
    assert_eq!(problem["allowed_actions"], json!([]), "{loser}");
}
