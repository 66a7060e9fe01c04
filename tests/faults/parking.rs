//! A row that PostgreSQL refuses for good is parked: visible, in nobody's way but its own request's, and replayed by hand.

use std::time::Duration;

use serde_json::{Value, json};
use testbed::Stack;

use crate::read_model::{self, Versions};
use crate::support::{Client, demo, eventually};
use crate::{PROMPT, started};

/// SQLSTATE check_violation.
const CHECK_VIOLATION: &str = "23514";

#[tokio::test]
async fn a_refused_row_is_parked_in_nobodys_way_and_a_replay_clears_it() {
    let stack = started(Stack::builder());
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let edited = id_of(&requester.report("A door sticks").await);
    read_model::catches_up(&stack, &Versions::from([(edited.clone(), 1)]), PROMPT).await;
    constrain(&stack, "ALTER TABLE requests ADD CONSTRAINT no_marks CHECK (title NOT LIKE '%unacceptable%')");

    // One is refused from its first row on, one from its second; a third of them travels in the same batch as good ones.
    let titles = (0..12).map(|number| match number {
        5 => "An unacceptable draught".to_owned(),
        _ => format!("Fault number {number}"),
    });
    let reports = titles.map(|title| async { requester.report(&{ title }).await });
    let reports: Vec<Value> = futures::future::join_all(reports).await;
    let new = id_of(&reports[5]);
    let good: Vec<String> = reports.iter().map(id_of).filter(|id| *id != new).collect();
    requester.patch(&format!("/api/requests/{edited}"), &json!({ "title": "An unacceptable door" })).await.expect(200);
    for id in [&new, &edited] {
        for text in ["It is getting worse.", "Much worse."] {
            requester.comment(id, text, "public").await.expect(201);
        }
    }

    // The others go past.
    let mut others: Versions = good.iter().map(|id| (id.clone(), 1)).collect();
    read_model::catches_up(&stack, &others, PROMPT).await;
    requester.comment(&good[0], "Still there.", "public").await.expect(201);
    others.insert(good[0].clone(), 2);
    read_model::catches_up(&stack, &others, PROMPT).await;

    // Both are parked at the refused row, with those behind it.
    let parked = [(new.clone(), Value::Null, 1, 3), (edited.clone(), json!(1), 2, 3)];
    assert_parked(&admin, &parked).await;
    // Neither the reconciler nor a restart tries a parked row again, nor forgets it.
    stack.runtime.run_scheduled().expect("the cron handler runs");
    stack.runtime.restart().expect("the runtime starts again");
    let admin = admin.reconnected();
    assert_parked(&admin, &parked).await;
    let found = read_model::versions(&stack);
    assert_eq!((found.get(&new), found.get(&edited)), (None, Some(&1)), "nothing may pass a parked row");
    let monitor = admin.get("/api/system/monitor").await.expect(200).json();
    assert!(monitor["database"].is_array(), "{monitor}");

    // A replay while the constraint stands parks them again. The third that is told to is the audit stream.
    let replayed = admin.post("/api/system/sync/replay", &json!({})).await.expect(200).json();
    assert_eq!(replayed, json!({ "poked": 3, "still_owing": 2 }));
    assert_parked(&admin, &parked).await;

    constrain(&stack, "ALTER TABLE requests DROP CONSTRAINT no_marks");
    let replayed = admin.post("/api/system/sync/replay", &json!({})).await.expect(200).json();
    assert_eq!(replayed, json!({ "poked": 3, "still_owing": 0 }));
    others.extend([(new, 3), (edited, 4)]);
    read_model::catches_up(&stack, &others, PROMPT).await;
    let sync = admin.get("/api/system/sync").await.expect(200).json();
    assert_eq!(sync["lagging"], json!([]), "{sync}");
    read_model::assert_equals_the_objects(&stack, &admin).await;
}

/// Waits until exactly these lag: the request, the version that PostgreSQL has, the seq that is parked, and how many rows
/// wait with it.
async fn assert_parked(admin: &Client, expected: &[(String, Value, i64, i64)]) {
    eventually(Duration::from_secs(10), || async {
        let sync = admin.get("/api/system/sync").await.expect(200).json();
        let lagging = sync["lagging"].as_array().cloned().unwrap_or_default();
        let as_expected = |(id, synced, parked, pending): &(String, Value, i64, i64)| {
            let one = lagging.iter().find(|one| one["id"] == id.as_str());
            one.is_some_and(|one| {
                let debts = one["outbox"].as_array().into_iter().flatten();
                let postgres = debts.into_iter().find(|debt| debt["destination"] == "postgres");
                one["synced_version"] == *synced
                    && postgres.is_some_and(|debt| {
                        debt["parked_seq"] == *parked
                            && debt["pending"] == *pending
                            && debt["error"].as_str().is_some_and(|error| error.contains(CHECK_VIOLATION))
                    })
            })
        };
        if lagging.len() == expected.len() && expected.iter().all(as_expected) { Ok(()) } else { Err(sync) }
    })
    .await;
}

fn constrain(stack: &Stack, statement: &str) {
    let done = stack.sql(|client| Ok(client.batch_execute(statement)?));
    done.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
}

fn id_of(record: &Value) -> String {
    record["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_postgresql_lost_after_it_had_acknowledged_it_is_found_and_written_again() {
    let stack = started(Stack::builder());
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let lost = id_of(&requester.report("A row that is about to be lost").await);
    requester.comment(&lost, "Still broken.", "public").await.expect(201);
    let there = Versions::from([(lost.clone(), 2)]);
    read_model::catches_up(&stack, &there, PROMPT).await;
    stack.sql(|client| Ok(client.execute("DELETE FROM requests", &[])?)).expect("the row goes");
    assert_eq!(read_model::versions(&stack).get(&lost), None);

    // The reconciler leaves alone what changed within the last ten seconds.
    eventually(Duration::from_secs(20), async || {
        stack.runtime.run_scheduled().expect("the cron handler runs");
        match read_model::versions(&stack).get(&lost) {
            Some(2) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    read_model::assert_equals_the_objects(&stack, &Client::sign_in(&stack, &demo("admin")).await).await;
}
