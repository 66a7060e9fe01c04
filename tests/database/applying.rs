//! Deliveries of outboxes: at least once and in any order, with the effect of exactly once.

use cepatedge::db::batch::{Outcome, apply};
use cepatedge::db::group::GroupCommit;
use cepatedge::db::statements::versions::{self, Inspected};
use cepatedge::domain::delivery::{Delivery, Packed};
use cepatedge::domain::log::AuditRow;
use cepatedge::domain::request::{EventRow, RequestRow};
use cepatedge::domain::{OrgId, RequestId, Role, Timestamp, UserId, Visibility};
use futures::future::join_all;
use pg::session::Session;
use pg::statement::Statement;
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};
use uuid::Uuid;

use crate::machine::Machine;
use crate::scratch::Scratch;

const ANN: UserId = UserId(Uuid::from_u128(0xa));
const TRACE: &str = "01930000-0000-7000-8000-000000000001";

fn org() -> OrgId {
    "default".parse().unwrap()
}

fn id(n: u128) -> RequestId {
    RequestId(Uuid::from_u128(n))
}

fn request(n: u128, epoch: i64, version: i64) -> RequestRow {
    RequestRow {
        id: id(n),
        org_id: org(),
        epoch,
        version,
        number: Some(format!("MR-{n:06}")),
        body: body(n, version, &format!("title {epoch}.{version}"), 1_795_412_762_001),
    }
}

/// A snapshot as an object writes it.
fn body(n: u128, version: i64, title: &str, created_ms: i64) -> Value {
    json!({
        "id": id(n), "version": version, "title": title, "description": "The pump leaks; \"quotes\", {braces}, ünïcode 🚰",
        "category": "plumbing", "priority": "high", "status": "submitted", "requester": { "id": ANN, "name": "Ann" },
        "assignee": null, "due_at": 1_795_499_162_123_i64, "created_at": created_ms, "updated_at": 1_795_412_762_999_i64,
        "nested": { "list": [1, 2.5, null, "ü"] },
    })
}

fn event(n: u128, epoch: i64, seq: i64) -> EventRow {
    EventRow {
        request_id: id(n),
        org_id: org(),
        epoch,
        seq,
        ts: Timestamp::from_ms(1_795_412_762_000 + seq),
        kind: "commented".to_owned(),
        actor_id: (seq % 2 == 0).then_some(ANN),
        actor_name: if seq % 2 == 0 { "Ann" } else { "system" }.to_owned(),
        actor_role: (seq % 2 == 0).then_some(Role::Manager),
        actor_via: None,
        visibility: Visibility::Public,
        body: json!({"body": "hello"}),
        trace_id: TRACE.parse().unwrap(),
    }
}

fn audit(n: i64) -> AuditRow {
    AuditRow {
        org_id: org(),
        id: format!("entry-{n}").parse().unwrap(),
        seq: n,
        ts: Timestamp::from_ms(1_795_412_762_000 + n),
        actor_id: Some(ANN),
        actor_name: "Ann".to_owned(),
        actor_role: Some(Role::Manager),
        actor_via: None,
        action: "approve".to_owned(),
        object_type: "request".to_owned(),
        object_id: id(1).to_string(),
        request_id: TRACE.parse().unwrap(),
        fields: json!({"n": n}),
    }
}

/// A request at a version, with all its events so far.
fn delivery(n: u128, epoch: i64, version: i64) -> Delivery {
    Delivery {
        request: Some(request(n, epoch, version)),
        events: (1..=version).map(|seq| event(n, epoch, seq)).collect(),
        audit: Vec::new(),
    }
}

fn packed(delivery: &Delivery) -> Packed {
    Packed::new(delivery).unwrap()
}

async fn applied(session: &Session<Machine>, deliveries: &[Delivery]) -> Vec<Outcome> {
    let packed: Vec<Packed> = deliveries.iter().map(packed).collect();
    apply(session, &packed).await
}

async fn stored(session: &Session<Machine>, n: u128) -> RequestRow {
    let replies = session.read(&[versions::inspect(&org(), id(n))]).await.unwrap();
    replies[0].record::<Inspected>().unwrap().unwrap().row
}

#[tokio::test]
async fn a_delivery_is_stored_as_it_was_sent() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let sent = Delivery { audit: vec![audit(1), audit(2)], ..delivery(1, 1, 4) };
    assert_eq!(applied(&session, std::slice::from_ref(&sent)).await, [Outcome::Applied]);

    let replies = session.read(&[versions::inspect(&org(), id(1))]).await.unwrap();
    let inspected = replies[0].record::<Inspected>().unwrap().unwrap();
    assert_eq!(Some(inspected.row), sent.request);
    assert_eq!((inspected.events, inspected.last_seq), (4, 4));

    let row = scratch
        .driver
        .query_one("SELECT created_at::text, due_at::text, completed_at::text FROM requests", &[])
        .await
        .unwrap();
    let column = |n: usize| row.get::<_, Option<String>>(n);
    assert!(column(0).unwrap().contains(".001") && column(1).unwrap().contains(".123") && column(2).is_none());
    assert_eq!(scratch.count("SELECT count(*) FROM request_events WHERE actor_id IS NULL").await, 2);
    assert_eq!(scratch.count("SELECT count(*) FROM request_events WHERE actor_role = 'manager'").await, 2);
    assert_eq!(scratch.count("SELECT count(*) FROM audit_entries WHERE actor_role = 'manager'").await, 2);
    assert_eq!(scratch.count("SELECT sum((fields ->> 'n')::int) FROM audit_entries").await, 3);
}

#[tokio::test]
async fn every_millisecond_is_exact() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let extremes = [-62_135_596_800_000, -1, 0, 1, 999, 253_402_300_799_999];
    let ordinary = (0..2_000).map(|n| 1_795_412_762_000 + n * 86_399_987);
    let sent: Vec<i64> = extremes.into_iter().chain(ordinary).collect();
    let deliveries: Vec<Delivery> = (1..)
        .zip(&sent)
        .map(|(n, &ms)| Delivery {
            request: Some(RequestRow { body: body(n, 1, "t", ms), ..request(n, 1, 1) }),
            ..Delivery::default()
        })
        .collect();
    assert!(applied(&session, &deliveries).await.iter().all(|outcome| *outcome == Outcome::Applied));
    let rows = scratch
        .driver
        .query("SELECT (extract(epoch FROM created_at) * 1000)::bigint FROM requests ORDER BY id", &[])
        .await
        .unwrap();
    let got: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(got, sent);
}

/// How the release before delivered: each column by itself.
const OF_THE_RELEASE_BEFORE: &str = "
    INSERT INTO requests AS stored
         (id, org_id, epoch, version, number, title, description, category, priority, status,
          requester_id, requester_name, assignee_id, assignee_name, due_at, created_at, updated_at, completed_at, body)
    SELECT id, org_id, epoch, version, number, title, description, category, priority, status,
           requester_id, requester_name, assignee_id, assignee_name,
           'epoch'::timestamptz + due_at * interval '1 millisecond',
           'epoch'::timestamptz + created_at * interval '1 millisecond',
           'epoch'::timestamptz + updated_at * interval '1 millisecond',
           'epoch'::timestamptz + completed_at * interval '1 millisecond', body
    FROM jsonb_to_recordset($1::text::jsonb) AS delivered
         (id uuid, org_id text, epoch bigint, version bigint, number text, title text, description text, category text,
          priority text, status text, requester_id uuid, requester_name text, assignee_id uuid, assignee_name text,
          due_at bigint, created_at bigint, updated_at bigint, completed_at bigint, body jsonb)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, version = excluded.version, body = excluded.body
    WHERE (excluded.epoch, excluded.version) > (stored.epoch, stored.version)";

#[tokio::test]
async fn both_releases_deliver_to_the_same_columns_in_either_order() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let columns = async || {
        let sql = "SELECT title || '|' || priority || '|' || status || '|' || requester_name || '|' ||
                   coalesce(assignee_name, '-') || '|' || version || '|' || (extract(epoch FROM due_at) * 1000)::bigint
                   FROM requests ORDER BY id";
        scratch.driver.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    let expected = |title: &str, version: i64| vec![format!("{title}|high|submitted|Ann|-|{version}|1795499162123")];
    // The release before, whose object may be called by the newer Worker: its row has the columns, too.
    let mut old = serde_json::to_value(request(1, 1, 1)).unwrap();
    for (name, value) in [("title", json!("title 1.1")), ("description", json!("d")), ("category", json!("c"))] {
        old[name] = value;
    }
    scratch.driver.execute(OF_THE_RELEASE_BEFORE, &[&json!([old]).to_string()]).await.unwrap();
    assert_eq!(columns().await, expected("title 1.1", 1));
    applied(&session, &[Delivery { request: Some(request(1, 1, 2)), ..Delivery::default() }]).await;
    assert_eq!(columns().await, expected("title 1.2", 2));
    // What the newer object sends, the older statement takes.
    let new = serde_json::to_value(request(1, 1, 3)).unwrap();
    scratch.driver.execute(OF_THE_RELEASE_BEFORE, &[&json!([new]).to_string()]).await.unwrap();
    assert_eq!(columns().await, expected("title 1.3", 3));
}

#[tokio::test]
async fn an_older_or_equal_version_changes_nothing_and_counts_as_applied() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    for (epoch, version, title) in [
        (1, 5, "title 1.5"),
        (1, 4, "title 1.5"),
        (1, 6, "title 1.6"),
        (2, 3, "title 2.3"),
        (1, 99, "title 2.3"),
        (2, 4, "title 2.4"),
    ] {
        let delivery = Delivery { request: Some(request(1, epoch, version)), ..Delivery::default() };
        assert_eq!(applied(&session, &[delivery]).await, [Outcome::Applied]);
        assert_eq!(stored(&session, 1).await.body["title"], title);
    }
    let same = RequestRow { body: body(1, 4, "another", 0), ..request(1, 2, 4) };
    applied(&session, &[Delivery { request: Some(same), ..Delivery::default() }]).await;
    assert_eq!(stored(&session, 1).await.body["title"], "title 2.4");
}

#[tokio::test]
async fn one_transaction_may_hold_several_versions_of_a_request() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let deliveries = [delivery(1, 1, 2), delivery(1, 1, 7), delivery(1, 1, 3), delivery(2, 1, 1), delivery(1, 1, 7)];
    assert_eq!(applied(&session, &deliveries).await, vec![Outcome::Applied; 5]);
    assert_eq!(stored(&session, 1).await.version, 7);
    assert_eq!(scratch.count("SELECT count(*) FROM request_events").await, 8);
    assert_eq!(scratch.count("SELECT count(DISTINCT xmin::text) FROM request_events").await, 1);
}

#[tokio::test]
async fn repeated_deliveries_have_the_effect_of_one() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let sent = Delivery { audit: vec![audit(1)], ..delivery(1, 1, 5) };
    for _ in 0..5 {
        assert_eq!(applied(&session, std::slice::from_ref(&sent)).await, [Outcome::Applied]);
    }
    assert_eq!(scratch.count("SELECT count(*) FROM requests").await, 1);
    assert_eq!(scratch.count("SELECT count(*) FROM request_events").await, 5);
    assert_eq!(scratch.count("SELECT count(*) FROM audit_entries").await, 1);
}

#[tokio::test]
async fn refused_deliveries_are_found_and_their_neighbours_commit() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let culprits = [0, 17, 18, 63];
    let mut deliveries: Vec<Delivery> = (0..64).map(|n| delivery(n, 1, 2)).collect();
    for culprit in culprits {
        // NUL is refused at the door; this is what happens if the door is forgotten.
        deliveries[culprit].events[1].body = json!({"body": "a\0b"});
    }
    let outcomes = applied(&session, &deliveries).await;
    for (n, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Applied => assert!(!culprits.contains(&n), "{n}"),
            Outcome::Refused(fault) => {
                assert!(culprits.contains(&n), "{n}");
                assert_eq!(fault.sqlstate.as_deref(), Some("22P05"));
            }
            Outcome::Deferred(fault) => panic!("{n}: {fault:?}"),
        }
    }
    assert_eq!(scratch.count("SELECT count(*) FROM requests").await, 60);
    assert_eq!(scratch.count("SELECT count(*) FROM request_events").await, 120, "whole or not at all");
    assert_eq!(session.platform().opened(), 1);
}

#[tokio::test]
async fn a_schema_that_lags_behind_defers_and_parks_nothing() {
    let scratch = Scratch::new().await;
    scratch.driver.batch_execute("ALTER TABLE requests DROP COLUMN category").await.unwrap();
    let session = scratch.session();
    let outcomes = applied(&session, &[delivery(1, 1, 1), delivery(2, 1, 1)]).await;
    for outcome in outcomes {
        let Outcome::Deferred(fault) = outcome else { panic!("{outcome:?}") };
        assert_eq!(fault.sqlstate.as_deref(), Some("42703"));
    }
}

#[tokio::test]
async fn an_outage_defers_everything_after_one_attempt() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    session.read(&[]).await.unwrap();
    scratch.hang_up().await;
    let deliveries: Vec<Delivery> = (0..500).map(|n| delivery(n, 1, 1)).collect();
    let outcomes = applied(&session, &deliveries).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Deferred(_))));
    assert_eq!(session.platform().opened(), 1);
    assert!(applied(&session, &deliveries).await.iter().all(|outcome| *outcome == Outcome::Applied));
}

#[tokio::test]
async fn shards_that_meet_in_the_same_rows_do_not_deadlock() {
    let scratch = Scratch::new().await;
    let sessions = [scratch.session(), scratch.session(), scratch.session()];
    for version in 1..=30 {
        let rounds = sessions.iter().enumerate().map(|(shard, session)| {
            let mut deliveries: Vec<Delivery> = (0..40).map(|n| delivery(n, 1, version)).collect();
            if shard % 2 == 1 {
                deliveries.reverse();
            }
            async move { applied(session, &deliveries).await }
        });
        for outcomes in join_all(rounds).await {
            assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
        }
    }
    assert_eq!(scratch.count("SELECT count(*) FROM request_events").await, 40 * 30);
}

#[tokio::test]
async fn deliveries_that_arrive_together_are_committed_together() {
    let scratch = Scratch::new().await;
    let (session, group) = (scratch.session(), GroupCommit::default());
    let deliveries: Vec<Delivery> = (0..300).map(|n| delivery(n, 1, 1)).collect();
    let outcomes = join_all(deliveries.iter().map(|delivery| group.deliver(&session, packed(delivery)))).await;
    assert_eq!(outcomes, vec![Outcome::Applied; 300]);
    let tally = group.tally();
    assert_eq!((tally.applied, tally.deferred, tally.refused), (300, 0, 0));
    assert_eq!(tally.turns, 1);
    // 600 rows at 200 each.
    assert_eq!(scratch.count("SELECT count(DISTINCT xmin::text) FROM requests").await, 3);
    assert_eq!(group.waiting_bytes(), 0);
}

#[tokio::test]
async fn a_delivery_that_fills_a_transaction_waits_for_no_company() {
    let scratch = Scratch::new().await;
    let (session, group) = (scratch.session(), GroupCommit::default());
    let events = (1..=200).map(|version| event(0, 1, version)).collect();
    let full = Delivery { request: Some(request(0, 1, 200)), events, audit: Vec::new() };
    let (full, next) = (packed(&full), packed(&delivery(1, 1, 1)));
    let outcomes = tokio::join!(group.deliver(&session, full), group.deliver(&session, next));
    assert_eq!(outcomes, (Outcome::Applied, Outcome::Applied));
    assert_eq!(group.tally().turns, 2);
}

#[tokio::test]
async fn a_caller_that_is_cut_off_takes_nobody_with_it() {
    let scratch = Scratch::new().await;
    let (session, group) = (scratch.session(), GroupCommit::default());
    let deliveries: Vec<Delivery> = (0..20).map(|n| delivery(n, 1, 1)).collect();
    // The first caller has the turn, and goes away while it gathers, connects or commits.
    for wait_ms in [0, 1, 4, 6, 8, 12] {
        let (first, others) = deliveries.split_first().unwrap();
        let first = tokio::time::timeout(Duration::from_millis(wait_ms), group.deliver(&session, packed(first)));
        let others = join_all(others.iter().map(|delivery| group.deliver(&session, packed(delivery))));
        let (_, outcomes) = tokio::join!(first, others);
        for outcome in outcomes {
            assert!(matches!(outcome, Outcome::Applied | Outcome::Deferred(_)), "{outcome:?}");
        }
    }
    let outcomes = join_all(deliveries.iter().map(|delivery| group.deliver(&session, packed(delivery)))).await;
    assert_eq!(outcomes, vec![Outcome::Applied; 20]);
    assert_eq!(scratch.count("SELECT count(*) FROM requests").await, 20);
}

#[tokio::test]
async fn a_server_killed_again_and_again_loses_and_doubles_nothing() {
    let scratch = Scratch::new().await;
    let (session, group) = (scratch.session(), GroupCommit::default());
    let objects = (0..20).map(|n| {
        let (session, group) = (&session, &group);
        async move {
            let mut repeated = 0;
            for version in 1..=15 {
                let only_new = Delivery {
                    request: Some(request(n, 1, version)),
                    events: vec![event(n, 1, version)],
                    audit: vec![audit(i64::try_from(n).unwrap() * 100 + version)],
                };
                while group.deliver(session, packed(&only_new)).await != Outcome::Applied {
                    repeated += 1;
                    session.platform().skip(20_000);
                    sleep(Duration::from_millis(2)).await;
                }
            }
            repeated
        }
    });
    // Each kill waits for some progress, so that the slowest machine gets to the end, and comes at another moment of the
    // next transaction.
    let killer = async {
        for delay_ms in (0..6).cycle() {
            let applied = group.tally().applied;
            while group.tally().applied == applied {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(delay_ms)).await;
            scratch.hang_up().await;
        }
    };
    let repeated: Vec<u32> = tokio::select! {
        repeated = join_all(objects) => repeated,
        () = killer => unreachable!("its list of delays is endless"),
    };
    assert!(repeated.iter().sum::<u32>() > 0, "the test killed nothing");
    assert_eq!(scratch.count("SELECT count(*) FROM requests WHERE version = 15").await, 20);
    assert_eq!(scratch.count("SELECT count(*) FROM request_events").await, 20 * 15);
    assert_eq!(scratch.count("SELECT count(*) FROM audit_entries").await, 20 * 15);
}

#[tokio::test]
async fn events_and_audit_entries_cannot_be_changed_or_deleted() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    applied(&session, &[Delivery { audit: vec![audit(1)], ..delivery(1, 1, 1) }]).await;
    for sql in [
        "UPDATE request_events SET kind = 'approved'",
        "DELETE FROM request_events",
        "UPDATE audit_entries SET actor_name = 'Bob'",
        "DELETE FROM audit_entries",
    ] {
        let error = session.write(&[Statement::new(sql)]).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
}
