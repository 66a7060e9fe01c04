//! What the read model holds of requests: for the reconciler, which compares versions, and for `inspect`, which shows a
//! row beside its object.

use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::db::query::{Postgres, Query};
use crate::domain::request::RequestRow;
use crate::domain::{OrgId, RequestId, Timestamp};

/// How far the read model is with one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncedVersion {
    /// The request.
    pub id: RequestId,
    /// Its epoch.
    pub epoch: i64,
    /// Its version.
    pub version: i64,
}

/// The epoch and version of each of these requests; those that the read model has not heard of are absent.
pub fn of_requests(org: &OrgId, ids: &[RequestId]) -> Statement {
    among(
        "SELECT json_build_object('id', id, 'epoch', epoch, 'version', version)
         FROM requests
         WHERE org_id = $1 AND id = ANY ($2::uuid[])
         ORDER BY id",
        org,
        ids,
    )
}

/// A statement about some requests of an organisation: `$1`, and `$2::uuid[]`.
pub(super) fn among(sql: &'static str, org: &OrgId, ids: &[RequestId]) -> Statement {
    // An array literal of UUIDs needs no quoting.
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    Statement::new(sql).bind(org.to_string()).bind(format!("{{{}}}", ids.join(",")))
}

/// One request as the read model has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspected {
    /// The row, as the object sent it.
    pub row: RequestRow,
    /// When this version was committed.
    pub synced_at: Timestamp,
    /// How many events of its epoch are stored.
    pub events: i64,
    /// The highest seq among them; 0 when there are none. Equal to `events` when none is missing.
    pub last_seq: i64,
}

/// One request with the count of its events.
pub fn inspect(org: &OrgId, id: RequestId) -> Statement {
    Statement::new(
        "SELECT json_build_object(
             'row', json_build_object(
                 'id', id, 'org_id', org_id, 'epoch', epoch, 'version', version, 'number', number, 'body', body),
             'synced_at', (extract(epoch FROM synced_at) * 1000)::bigint,
             'events', counted.events,
             'last_seq', counted.last_seq)
         FROM requests, LATERAL (
             SELECT count(*) AS events, coalesce(max(seq), 0) AS last_seq
             FROM request_events
             WHERE request_id = requests.id AND epoch = requests.epoch
         ) AS counted
         WHERE org_id = $1 AND id = $2::uuid",
    )
    .bind(org.to_string())
    .bind(id.to_string())
}

/// Which versions of these requests the read model has.
#[derive(Debug, Serialize, Deserialize)]
pub struct Synced {
    /// The requests, at most 500.
    pub ids: Vec<RequestId>,
}

impl Query for Synced {
    const NAME: &'static str = "synced";
    type Reply = Vec<SyncedVersion>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(of_requests(postgres.org(), &self.ids)).await
    }
}

/// The read model's side of one request: an [`Inspected`], as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadModel {
    /// The request.
    pub id: RequestId,
}

impl Query for ReadModel {
    const NAME: &'static str = "read_model";
    type Reply = Option<Box<RawValue>>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let inspected: Option<Inspected> = postgres.record(inspect(postgres.org(), self.id)).await?;
        inspected.map(|row| to_raw_value(&row).map_err(|_| Refusal::Internal)).transpose()
    }
}
