//! Downtime on a real PostgreSQL: of which sources it is put together, what counts once, what a window cuts, and what a clock that
//! goes back does not break.

use base::page::Limit;
use base::time::Timestamp;
use cepatedge::db::query::{Postgres, Query};
use cepatedge::db::statements::downtime::PageDowntime;
use cepatedge::db::statements::things::{FindThing, Thing};
use cepatedge::domain::asset::AssetId;
use cepatedge::domain::{Position, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::places::Asked;
use crate::scratch::Scratch;

/// Hours since 2026-11-20; the clock of [`Asked`] stands at 101.77.
fn hour(hours: f64) -> Timestamp {
    Timestamp::from_ms(1_795_132_800_000).plus_ms((hours * 3_600_000.0) as i64)
}

fn asset(n: u128) -> AssetId {
    AssetId(Uuid::from_u128(n))
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

/// An asset that was made at hour 0, with its states, the newest first.
async fn is_made(scratch: &Scratch, n: u128, states: &[(f64, &str)]) {
    let history: Vec<Value> = states
        .iter()
        .map(|(hours, status)| json!({ "status": status, "at": hour(*hours).rfc3339(), "reason": format!("It is {status}.") }))
        .collect();
    let status = states.first().map_or("in_service", |(_, status)| status);
    let sql = "INSERT INTO assets (id, org_id, body, folded, status, history, version, created_at, updated_at)
               VALUES ($1::text::uuid, 'default', '{}', '{}', $2, $3::text::jsonb, 1, $4::text::timestamptz, now())";
    let (id, history, at) = (asset(n).to_string(), Value::from(history).to_string(), hour(0.0).rfc3339());
    scratch.driver.execute(sql, &[&id, &status, &history, &at]).await.unwrap();
}

/// A request of user 1 about asset 1 that says so; `done` is when it was completed.
async fn says(scratch: &Scratch, n: u128, status: &str, (since, until, done): (f64, Option<f64>, Option<f64>)) {
    let mut body = json!({
        "title": format!("Report {n}"), "description": "", "category": "lift", "priority": "low", "status": status,
        "requester": { "id": user(1 + n % 2), "name": "Rina" }, "created_at": 0, "updated_at": 0, "due_at": 0,
        "completed_at": done.map(|done| hour(done).as_ms()), "asset": { "id": asset(1), "name": "Lift" },
        "down_since": hour(since).rfc3339(),
    });
    if let Some(until) = until {
        body["down_until"] = hour(until).rfc3339().into();
    }
    let sql = "INSERT INTO requests (id, org_id, epoch, version, number, body) VALUES ($1::text::uuid, 'default', 0, 1, $2, $3::text::jsonb)";
    let (id, number) = (Uuid::from_u128(n).to_string(), format!("MR-{n:06}"));
    scratch.driver.execute(sql, &[&id, &number, &body.to_string()]).await.unwrap();
}

async fn page(
    postgres: &Asked,
    from: f64,
    to: f64,
    change: impl FnOnce(&mut PageDowntime),
) -> (Value, Value, Option<Position>) {
    let limit = Limit::try_from(20).unwrap();
    let mut asked = PageDowntime { asset: asset(1), from: hour(from), to: hour(to), only: None, after: None, limit };
    change(&mut asked);
    let page = asked.run(postgres).await.unwrap().unwrap();
    let read = |json: &str| serde_json::from_str::<Value>(json).unwrap();
    (read(page.items.get()), read(page.totals.get()), page.next)
}

/// Hours observed and down, failures, hours between failures and to restoration, and availability.
async fn figures(postgres: &Asked, from: f64, to: f64) -> (f64, f64, i64, Option<f64>, Option<f64>, Option<f64>) {
    let (_, totals, _) = page(postgres, from, to, |_| {}).await;
    let hours = |name: &str| totals[name].as_f64().map(|seconds| seconds / 3_600.0);
    let failures = totals["failures"].as_i64().unwrap();
    let all = (hours("observed_seconds").unwrap(), hours("downtime_seconds").unwrap(), failures);
    (all.0, all.1, all.2, hours("mtbf_seconds"), hours("mttr_seconds"), totals["availability"].as_f64())
}

fn titles(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["request"]["title"].as_str().unwrap_or("-")).collect()
}

#[tokio::test]
async fn what_overlaps_counts_once_and_what_was_turned_down_not_at_all() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    is_made(&scratch, 1, &[(8.0, "in_service"), (5.0, "out_of_service"), (0.0, "in_service")]).await;
    says(&scratch, 1, "closed", (4.0, None, Some(6.0))).await;
    says(&scratch, 2, "in_progress", (20.0, Some(22.0), None)).await;
    says(&scratch, 3, "rejected", (30.0, None, None)).await;
    says(&scratch, 4, "cancelled", (31.0, Some(32.0), None)).await;
    // Four hours of two sources, and two of one: 6 of 40, twice.
    assert_eq!(figures(&postgres, 0.0, 40.0).await, (40.0, 6.0, 2, Some(17.0), Some(3.0), Some(0.85)));
    let (items, ..) = page(&postgres, 0.0, 40.0, |_| {}).await;
    assert_eq!(titles(&items), ["Report 2", "-", "Report 1"]);
    assert_eq!(items[1]["reason"], "It is out_of_service.");
    assert_eq!((&items[1]["source"], &items[1]["from"]), (&json!("status"), &json!(hour(5.0).rfc3339())));
    assert_eq!(items[2]["to"], hour(6.0).rfc3339());
    assert_eq!(items[0]["request"]["number"], "MR-000002");
    // Before the asset was made there is nothing to observe; a failure before moves the beginning.
    assert_eq!(figures(&postgres, -20.0, 0.0).await, (0.0, 0.0, 0, None, None, None));
    says(&scratch, 5, "closed", (-10.0, Some(-9.0), None)).await;
    assert_eq!(figures(&postgres, -20.0, 0.0).await, (10.0, 1.0, 1, Some(9.0), Some(1.0), Some(0.9)));
}

#[tokio::test]
async fn a_window_cuts_what_reaches_over_its_ends_and_counts_the_failures_that_begin_in_it() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    is_made(&scratch, 1, &[(0.0, "in_service")]).await;
    says(&scratch, 1, "closed", (8.0, Some(12.0), None)).await;
    says(&scratch, 2, "closed", (18.0, Some(24.0), None)).await;
    // Two hours at each end; the one that begins in it lasted six.
    assert_eq!(figures(&postgres, 10.0, 20.0).await, (10.0, 4.0, 1, Some(6.0), Some(6.0), Some(0.6)));
    // The edges: what ends as the window begins, and what begins as it ends, is outside.
    assert_eq!(figures(&postgres, 12.0, 18.0).await, (6.0, 0.0, 0, None, None, Some(1.0)));
    let (items, ..) = page(&postgres, 12.0, 18.0, |_| {}).await;
    assert_eq!(items, json!([]));
    // All of a window down, from before it to behind it: no failure of its own.
    assert_eq!(figures(&postgres, 19.0, 20.0).await, (1.0, 1.0, 0, None, None, Some(0.0)));
}

#[tokio::test]
async fn what_has_not_ended_lasts_until_now_and_retired_time_is_none() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    let now = postgres.now().ms_since(hour(0.0)) as f64 / 3_600_000.0;
    is_made(&scratch, 1, &[(0.0, "in_service")]).await;
    is_made(&scratch, 2, &[(0.0, "in_service")]).await;
    is_made(&scratch, 3, &[(90.0, "in_service"), (80.0, "retired"), (70.0, "out_of_service"), (0.0, "in_service")])
        .await;
    let down = async |n: u128| {
        let found = FindThing { thing: Thing::Asset, id: asset(n).0 }.run(&postgres).await.unwrap().unwrap();
        serde_json::from_str::<Value>(found.record.get()).unwrap()["down"].clone()
    };
    assert_eq!(down(1).await, false);
    says(&scratch, 1, "in_progress", (now - 2.0, None, None)).await;
    assert_eq!((down(1).await, down(2).await), (json!(true), json!(false)));
    let (observed, downtime, failures, between, repair, _) = figures(&postgres, now - 10.0, now + 50.0).await;
    assert_eq!((observed, downtime, failures, between, repair), (10.0, 2.0, 1, Some(8.0), None));
    let (items, totals, _) = page(&postgres, now - 10.0, now + 50.0, |_| {}).await;
    assert_eq!((&items[0]["to"], &totals["to"]), (&Value::Null, &json!(postgres.now().rfc3339())));
    assert_eq!(figures(&postgres, now + 1.0, now + 2.0).await, (0.0, 0.0, 0, None, None, None));
    // Retired from 80 to 90: seventy hours of running, ten down, ten of nothing.
    let (_, totals, _) = page(&postgres, 0.0, 100.0, |asked| asked.asset = asset(3)).await;
    let of = |name: &str| totals[name].as_i64().unwrap() / 3_600;
    assert_eq!((of("observed_seconds"), of("downtime_seconds"), totals["failures"].as_i64()), (90, 10, Some(1)));
    assert_eq!(down(3).await, false);
}

#[tokio::test]
async fn clocks_that_go_back_make_no_range_that_ends_before_it_begins() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    is_made(&scratch, 1, &[(4.0, "in_service"), (6.0, "out_of_service"), (5.0, "in_service")]).await;
    // Completed before it began, by a correction; and since later than now, by a clock that goes fast.
    says(&scratch, 1, "completed", (9.0, None, Some(7.0))).await;
    says(&scratch, 2, "submitted", (200.0, None, None)).await;
    let (items, totals, _) = page(&postgres, 0.0, 300.0, |_| {}).await;
    assert_eq!((items, &totals["failures"], &totals["downtime_seconds"]), (json!([]), &json!(0), &json!(0)));
}

#[tokio::test]
async fn pages_follow_each_other_and_a_requester_is_told_of_his_own_requests_alone() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    is_made(&scratch, 1, &[(1.0, "out_of_service"), (0.0, "in_service")]).await;
    for n in 1..=5 {
        // Two begin at the same time.
        says(&scratch, n, "closed", (2.0 + (n / 2) as f64, Some(9.0), None)).await;
    }
    let (mut all, mut after, mut rounds) = (Vec::new(), None, 0);
    loop {
        let limit = Limit::try_from(2).unwrap();
        let (items, totals, next) =
            page(&postgres, 0.0, 10.0, |asked| (asked.after, asked.limit) = (after, limit)).await;
        assert_eq!((&totals["failures"], &totals["downtime_seconds"]), (&json!(1), &json!(9 * 3_600)));
        all.extend(titles(&items).into_iter().map(str::to_owned));
        (after, rounds) = (next, rounds + 1);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(
        (all, rounds),
        (["Report 5", "Report 4", "Report 3", "Report 2", "Report 1", "-"].map(str::to_owned).to_vec(), 3)
    );
    let (items, totals, _) = page(&postgres, 0.0, 10.0, |asked| asked.only = Some(user(2))).await;
    assert_eq!(titles(&items), ["Report 5", "-", "Report 3", "-", "Report 1", "-"]);
    assert_eq!((&items[1]["from"], &totals["failures"]), (&json!(hour(4.0).rfc3339()), &json!(1)));
    let none = PageDowntime {
        asset: asset(9),
        from: hour(0.0),
        to: hour(1.0),
        only: None,
        after: None,
        limit: Limit::try_from(2).unwrap(),
    };
    assert!(none.run(&postgres).await.unwrap().is_none());
}

#[tokio::test]
async fn among_a_hundred_thousand_assets_what_stood_still_is_found_by_an_index() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    scratch
        .driver
        .batch_execute(
            "INSERT INTO assets (id, org_id, body, folded, status, history, version, created_at, updated_at)
             SELECT lpad(to_hex(n), 32, '0')::uuid, 'default', '{}', '{}', 'in_service', '[]', 1, '2026-11-20', now()
             FROM generate_series(1, 100000) n;
             INSERT INTO requests (id, org_id, epoch, version, body)
             SELECT md5('r' || n)::uuid, 'default', 0, 1, jsonb_build_object(
                 'title', 'Report', 'description', '', 'category', 'lift', 'priority', 'low', 'status', 'closed', 'created_at', 0, 'updated_at', 0,
                 'due_at', 0, 'requester', jsonb_build_object('id', md5('u')::uuid, 'name', 'Rina'),
                 'asset', jsonb_build_object('id', lpad(to_hex(n % 2000 + 1), 32, '0')::uuid))
                 || CASE WHEN n % 10 = 0 THEN '{\"down_since\":\"2026-11-21T00:00:00.000Z\",\"down_until\":\"2026-11-21T01:00:00.000Z\"}' ELSE '{}' END::jsonb
             FROM generate_series(1, 20000) n;
             ANALYZE assets, requests",
        )
        .await
        .unwrap();
    let plan = scratch
        .driver
        .query(
            "EXPLAIN SELECT id FROM requests WHERE org_id = 'default' AND asset_id = lpad('1', 32, '0')::uuid
             AND body ->> 'down_since' IS NOT NULL AND status NOT IN ('rejected', 'cancelled')",
            &[],
        )
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    assert!(plan.iter().any(|line| line.contains("requests_org_down")), "{plan:?}");
    let (_, totals, _) = page(&postgres, 0.0, 100.0, |_| {}).await;
    assert_eq!((&totals["failures"], &totals["downtime_seconds"]), (&json!(1), &json!(3_600)));
}
