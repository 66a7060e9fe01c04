//! The downtime of an asset: from when to when it stood still, and what that comes to.
//!
//! Nothing of it is kept. It is put together of the requests that say since when the asset stands still, until they say it runs or the
//! work is completed, and of the times that the asset was out of service by its history. Where these overlap, time counts once.

use base::ids::OrgId;
use base::page::Limit;
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::db::query::{Postgres, Query};
use crate::domain::asset::AssetId;
use crate::domain::{Position, UserId};

/// Ranges end where they begin at the earliest: clocks may go back between two states of an asset, and a beginning may be corrected to
/// behind the end. What is empty is no downtime. A failure is a time of standing still, whatever its sources, that begins in the window.
const PAGE: &str = concat!(
    "WITH asset AS (
         SELECT created_at, history FROM assets WHERE org_id = $1 AND id = $2::uuid
     ), asked AS (
         SELECT ",
    time!("$3"),
    " AS since, greatest(",
    time!("$3"),
    ", least(",
    time!("$4"),
    ", ",
    time!("$5"),
    ")) AS until
     ), state AS (
         SELECT item ->> 'status' AS status, item ->> 'reason' AS reason, (item ->> 'at')::timestamptz AS since,
                (lag(item) OVER (ORDER BY place) ->> 'at')::timestamptz AS until
         FROM asset, jsonb_array_elements(asset.history) WITH ORDINALITY history (item, place)
     ), report AS (
         SELECT id, number, title, requester_id, (body ->> 'down_since')::timestamptz AS since,
                coalesce((body ->> 'down_until')::timestamptz, completed_at) AS until
         FROM requests WHERE org_id = $1 AND asset_id = $2::uuid AND ",
    says_down!(),
    "
     ), span AS (
         SELECT 'status' COLLATE \"C\" AS key, status AS source, since, CASE WHEN until IS NOT NULL THEN greatest(since, until) END AS until,
                NULL::json AS request, reason
         FROM state WHERE status <> 'in_service'
         UNION ALL
         SELECT id::text COLLATE \"C\", 'request', since, CASE WHEN until IS NOT NULL THEN greatest(since, until) END,
                CASE WHEN $6::uuid IS NULL OR requester_id = $6::uuid
                     THEN json_build_object('id', id, 'number', number, 'title', title) END, NULL
         FROM report
     ), whole AS (
         SELECT coalesce(range_agg(tstzrange(since, until)) FILTER (WHERE source <> 'retired'), '{}') AS down,
                coalesce(range_agg(tstzrange(since, until)) FILTER (WHERE source = 'retired'), '{}') AS retired,
                min(since) FILTER (WHERE source <> 'retired') AS first
         FROM span
     ), observed AS (
         SELECT tstzrange(asked.since, asked.until) AS asked, down - retired AS down,
                tstzmultirange(tstzrange(asked.since, asked.until) * tstzrange(least(asset.created_at, first), NULL)) - retired AS time
         FROM asset, asked, whole
     ), figures AS (
         SELECT asked, (SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0) FROM unnest(time) part) AS observed_s,
                (SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0) FROM unnest(down * time) part) AS down_s,
                (SELECT count(*) FROM unnest(down) part WHERE asked @> lower(part)) AS failures,
                (SELECT avg(extract(epoch FROM upper(part) - lower(part))) FROM unnest(down) part
                 WHERE asked @> lower(part) AND NOT upper_inf(part)) AS repair_s
         FROM observed
     ), found AS (
         SELECT span.* FROM span, asked
         WHERE source <> 'retired' AND tstzrange(span.since, span.until) && tstzrange(asked.since, asked.until)
           AND ($7::text IS NULL OR (span.since, key) < (",
    time!("$8"),
    ", $7::text COLLATE \"C\"))
         ORDER BY span.since DESC, key DESC
         LIMIT $9::bigint + 1
     ), page AS (SELECT * FROM found ORDER BY since DESC, key DESC LIMIT $9::bigint)
     SELECT json_build_object(
         'items', (SELECT coalesce(json_agg(json_build_object(
             'from', ",
    moment!("since"),
    ", 'to', ",
    moment!("until"),
    ", 'source', CASE source WHEN 'request' THEN 'request' ELSE 'status' END, 'request', request, 'reason', reason)
             ORDER BY since DESC, key DESC), '[]'::json) FROM page),
         'next', (SELECT json_build_object('ts', ",
    ms!("since"),
    ", 'id', key) FROM page
                  WHERE (SELECT count(*) FROM found) > $9::bigint ORDER BY since, key LIMIT 1),
         'totals', json_build_object(
             'from', ",
    moment!("lower(asked)"),
    ", 'to', ",
    moment!("upper(asked)"),
    ", 'observed_seconds', observed_s::bigint, 'downtime_seconds', down_s::bigint, 'failures', failures,
             'availability', CASE WHEN observed_s > 0 THEN round(1 - down_s / observed_s, 6) END,
             'mtbf_seconds', CASE WHEN failures > 0 THEN round((observed_s - down_s) / failures)::bigint END,
             'mttr_seconds', round(repair_s)::bigint))
     FROM figures",
);

/// What stood still when, the newest first, and what that comes to in the time that is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageDowntime {
    /// Of which asset.
    pub asset: AssetId,
    /// From then on.
    pub from: Timestamp,
    /// Until then; what has not come yet does not count.
    pub to: Timestamp,
    /// Whose requests alone are named; all if none.
    #[serde(default)]
    pub only: Option<UserId>,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// One page of it, as the API tells it.
#[derive(Debug, Serialize, Deserialize)]
pub struct DowntimePage {
    /// When it stood still.
    pub items: Box<RawValue>,
    /// What all of it comes to, also what is not on this page.
    pub totals: Box<RawValue>,
    /// Where the next page begins, when more follow.
    #[serde(default)]
    pub next: Option<Position>,
}

impl PageDowntime {
    fn statement(self, org: &OrgId, now: Timestamp) -> Statement {
        let Self { asset: AssetId(asset), from, to, only, after, limit } = self;
        Statement::new(PAGE)
            .bind(org.to_string())
            .bind(Uuid::to_string(&asset))
            .bind(from.as_ms().to_string())
            .bind(to.as_ms().to_string())
            .bind(now.as_ms().to_string())
            .bind(only.map(|only| only.to_string()))
            .bind(after.as_ref().map(|after| after.id.clone()))
            .bind(after.map(|after| after.ts.to_string()))
            .bind(limit.get().to_string())
    }
}

impl Query for PageDowntime {
    const NAME: &'static str = "page_downtime";
    type Reply = Option<DowntimePage>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.record(self.statement(postgres.org(), postgres.now())).await
    }
}
