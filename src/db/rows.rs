//! The rows that cross from outboxes to PostgreSQL and back. Field names are column names; times are integer milliseconds.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A row of `requests`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The request.
    pub id: Uuid,
    /// Its organisation.
    pub org_id: String,
    /// Raised only by a restore.
    pub epoch: i64,
    /// The last event's seq.
    pub version: i64,
    /// The human number.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The whole story.
    pub description: String,
    /// What kind of fault.
    pub category: String,
    /// `low` to `urgent`.
    pub priority: String,
    /// A state of the state machine.
    pub status: String,
    /// Who has the problem.
    pub requester_id: Uuid,
    /// Their name at the time.
    pub requester_name: String,
    /// Who works on it.
    pub assignee_id: Option<Uuid>,
    /// Their name at the time.
    pub assignee_name: Option<String>,
    /// When it is due.
    pub due_at: Option<i64>,
    /// When it was reported.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// When the work was done.
    pub completed_at: Option<i64>,
    /// The whole snapshot.
    pub body: Value,
}

/// A row of `request_events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// The request.
    pub request_id: Uuid,
    /// Its organisation.
    pub org_id: String,
    /// The request's epoch.
    pub epoch: i64,
    /// The event's number in the request.
    pub seq: i64,
    /// When it happened.
    pub ts: i64,
    /// What happened.
    pub kind: String,
    /// Who did it; none is the system.
    pub actor_id: Option<Uuid>,
    /// Their name at the time.
    pub actor_name: String,
    /// `public` or `internal`.
    pub visibility: String,
    /// The particulars.
    pub body: Value,
    /// The HTTP request that caused it.
    pub trace_id: String,
}

/// A row of `audit_entries`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// The organisation.
    pub org_id: String,
    /// The entry.
    pub id: String,
    /// Its number in its stream.
    pub seq: i64,
    /// When it happened.
    pub ts: i64,
    /// Who did it; none is the system.
    pub actor_id: Option<Uuid>,
    /// Their name at the time.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub object_type: String,
    /// To which one.
    pub object_id: String,
    /// The HTTP request that caused it.
    pub request_id: String,
    /// The particulars.
    pub fields: Value,
}

/// A row of `users`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The user.
    pub id: Uuid,
    /// Their organisation.
    pub org_id: String,
    /// As they spelled it.
    pub email: String,
    /// How others see them.
    pub name: String,
    /// `requester` to `admin`.
    pub role: String,
    /// `active` or `disabled`.
    pub status: String,
    /// Argon2id as a PHC string; only there for signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// When the account was made.
    pub created_at: i64,
}
