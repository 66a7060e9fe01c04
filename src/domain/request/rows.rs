//! A request and its events as rows of the read model; what holds for all rows is in [`crate::domain::delivery`].

use base::ids::{OrgId, TraceId, UserId};
use base::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, EventBody, MaintenanceRequest, RequestId, Visibility};
use crate::domain::user::{Actor, Role, Via};

/// A row of `requests`: what fences it, and the whole snapshot, of which PostgreSQL makes the other columns
/// (`migrations/0002_columns_from_body.sql`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The request.
    pub id: RequestId,
    /// Its organisation.
    pub org_id: OrgId,
    /// Raised only by a restore; (epoch, version) fences the upsert.
    pub epoch: i64,
    /// The last event's seq.
    pub version: i64,
    /// The number for people, once the index gave one.
    pub number: Option<String>,
    /// The [`MaintenanceRequest`], enough to rebuild its object.
    pub body: Value,
}

/// A row of `request_events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// The request.
    pub request_id: RequestId,
    /// Its organisation.
    pub org_id: OrgId,
    /// The request's epoch.
    pub epoch: i64,
    /// The event's number in the request.
    pub seq: i64,
    /// When it happened.
    pub ts: Timestamp,
    /// What happened, see [`EventBody::kind`].
    pub kind: String,
    /// Who did it; none is the system.
    pub actor_id: Option<UserId>,
    /// His name at the time.
    pub actor_name: String,
    /// His role at the time, where it is known.
    #[serde(default)]
    pub actor_role: Option<Role>,
    /// The API key that spoke for him, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_via: Option<Via>,
    /// Who may read it.
    pub visibility: Visibility,
    /// The particulars, see [`EventBody::to_body`].
    pub body: Value,
    /// The HTTP request that caused it.
    pub trace_id: TraceId,
}

impl RequestRow {
    /// The row of `request` at its present version.
    ///
    /// # Errors
    /// Those of `serde_json`; no snapshot causes one.
    pub fn new(org: &OrgId, request: &MaintenanceRequest) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id: request.id,
            org_id: org.clone(),
            epoch: request.epoch,
            version: request.version,
            number: request.number.clone(),
            body: serde_json::to_value(request)?,
        })
    }

    /// The snapshot in the row, for a rebuild.
    ///
    /// # Errors
    /// If the body is not a snapshot.
    pub fn into_request(self) -> Result<MaintenanceRequest, serde_json::Error> {
        serde_json::from_value(self.body)
    }
}

impl EventRow {
    /// The row of an event of `request`, caused by the HTTP request `trace`.
    ///
    /// # Errors
    /// Those of `serde_json`; no event causes one.
    pub fn new(
        org: &OrgId,
        request: &MaintenanceRequest,
        event: &Event,
        trace: &TraceId,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            request_id: request.id,
            org_id: org.clone(),
            epoch: request.epoch,
            seq: event.seq,
            ts: event.ts,
            kind: event.kind().to_owned(),
            actor_id: event.actor.id(),
            actor_name: event.actor.name().to_owned(),
            actor_role: event.actor.role(),
            actor_via: event.actor.via().cloned(),
            visibility: event.visibility(),
            body: event.body.to_body()?,
            trace_id: trace.clone(),
        })
    }

    /// The event in the row, for a rebuild.
    ///
    /// # Errors
    /// If kind and body are not those of an event.
    pub fn into_event(self) -> Result<Event, serde_json::Error> {
        Ok(Event {
            seq: self.seq,
            ts: self.ts,
            body: EventBody::from_parts(&self.kind, self.body)?,
            actor: Actor::from_parts(self.actor_id, self.actor_name, self.actor_role, self.actor_via),
        })
    }
}
