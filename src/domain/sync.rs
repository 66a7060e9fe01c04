//! The rows that cross between outboxes and the objects that hold PostgreSQL connections.
//!
//! Field names are column names and times are integer milliseconds, because a batch of rows becomes one JSON array that
//! PostgreSQL takes apart itself. Rows are stored in outboxes across deploys: fields are added with a default, never renamed.

use std::fmt;

use base::words;
use base::{
    ids::{EntryId, OrgId, TraceId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::{
    person::{Actor, Person},
    request::RequestId,
    request::{Event, EventBody, MaintenanceRequest, Priority, Status, Visibility},
    role::Role,
};

/// A row of `requests`: the columns that queries need, and the whole snapshot.
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
    /// What is broken.
    pub title: String,
    /// The report.
    pub description: String,
    /// The kind of fault.
    pub category: String,
    /// How urgent it is.
    pub priority: Priority,
    /// Where it stands.
    pub status: Status,
    /// Whose request it is.
    pub requester_id: UserId,
    /// His name at the time.
    pub requester_name: String,
    /// Who does the work.
    pub assignee_id: Option<UserId>,
    /// His name at the time.
    pub assignee_name: Option<String>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When its last event happened.
    pub updated_at: Timestamp,
    /// When the work was finished, while completed or closed.
    pub completed_at: Option<Timestamp>,
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
    /// Who may read it.
    pub visibility: Visibility,
    /// The particulars, see [`EventBody::to_body`].
    pub body: Value,
    /// The HTTP request that caused it.
    pub trace_id: TraceId,
}

/// A row of `audit_entries`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// The organisation.
    pub org_id: OrgId,
    /// The entry.
    pub id: EntryId,
    /// Its number in its stream.
    pub seq: i64,
    /// When it happened.
    pub ts: Timestamp,
    /// Who did it; none is the system.
    pub actor_id: Option<UserId>,
    /// His name at the time.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub object_type: String,
    /// To which one.
    pub object_id: String,
    /// The HTTP request that caused it, not a maintenance request.
    pub request_id: TraceId,
    /// The particulars.
    pub fields: Value,
}

words! {
    /// Whether an account may sign in.
    pub enum UserStatus: "user status" {
        /// It may.
        Active = "active",
        /// It may not, and has no live session.
        Disabled = "disabled",
    }
}

/// A row of `users`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The user.
    pub id: UserId,
    /// His organisation.
    pub org_id: OrgId,
    /// His address, as he spelled it.
    pub email: String,
    /// How others see him.
    pub name: String,
    /// What he is in the organisation.
    pub role: Role,
    /// Whether he may sign in.
    pub status: UserStatus,
    /// Argon2id as a PHC string; only there for signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What one object sends at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delivery {
    /// The snapshot of a request.
    pub request: Option<RequestRow>,
    /// Events of its timeline, oldest first.
    pub events: Vec<EventRow>,
    /// Entries of the audit stream, oldest first.
    pub audit: Vec<AuditRow>,
}

/// A delivery as JSON: written once, by the object that owes it, and read by PostgreSQL alone. Whoever passes it on looks
/// into it no further than he must.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Packed {
    /// See [`Delivery::request`].
    #[serde(default)]
    pub request: Option<Box<RawValue>>,
    /// See [`Delivery::events`].
    #[serde(default)]
    pub events: Vec<Box<RawValue>>,
    /// See [`Delivery::audit`].
    #[serde(default)]
    pub audit: Vec<Box<RawValue>>,
}

impl Packed {
    /// Writes the rows of a delivery.
    ///
    /// # Errors
    /// Those of `serde_json`; no row causes one.
    pub fn new(delivery: &Delivery) -> Result<Self, serde_json::Error> {
        let Delivery { request, events, audit } = delivery;
        Ok(Self {
            request: request.as_ref().map(to_raw_value).transpose()?,
            events: written(events)?,
            audit: written(audit)?,
        })
    }

    /// Writes entries of the audit stream alone.
    ///
    /// # Errors
    /// As [`Packed::new`].
    pub fn of_audit(rows: &[AuditRow]) -> Result<Self, serde_json::Error> {
        Ok(Self { audit: written(rows)?, ..Self::default() })
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.texts().count()
    }

    /// How many bytes of JSON it has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.texts().map(|row| row.get().len()).sum()
    }

    /// The request and its version, if its snapshot is in it.
    #[must_use]
    pub fn about(&self) -> Option<(RequestId, i64)> {
        #[derive(Deserialize)]
        struct About {
            id: RequestId,
            version: i64,
        }
        let about: About = serde_json::from_str(self.request.as_ref()?.get()).ok()?;
        Some((about.id, about.version))
    }

    fn texts(&self) -> impl Iterator<Item = &RawValue> {
        self.request.iter().chain(&self.events).chain(&self.audit).map(Box::as_ref)
    }
}

fn written<T: Serialize>(rows: &[T]) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    rows.iter().map(to_raw_value).collect()
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
            title: request.title.clone(),
            description: request.description.clone(),
            category: request.category.clone(),
            priority: request.priority,
            status: request.status,
            requester_id: request.requester.id,
            requester_name: request.requester.name.clone(),
            assignee_id: request.assignee.as_ref().map(|assignee| assignee.id),
            assignee_name: request.assignee.as_ref().map(|assignee| assignee.name.clone()),
            due_at: Some(request.due_at),
            created_at: request.created_at,
            updated_at: request.updated_at,
            completed_at: request.completed_at,
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
            actor: Actor::from_parts(self.actor_id, self.actor_name),
        })
    }
}

impl UserRow {
    /// The user as shown to others.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone() }
    }
}

impl fmt::Debug for UserRow {
    /// Neither the address nor the hash: they must not reach a log by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, org_id, role, status, .. } = self;
        formatter
            .debug_struct("UserRow")
            .field("id", id)
            .field("org_id", org_id)
            .field("role", role)
            .field("status", status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
