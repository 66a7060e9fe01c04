//! An entry of the audit stream as a row of its copy in PostgreSQL.

use base::ids::{EntryId, OrgId, TraceId, UserId};
use base::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::user::{Role, Via};

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
    /// His role at the time, where it is known.
    #[serde(default)]
    pub actor_role: Option<Role>,
    /// The API key that spoke for him, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_via: Option<Via>,
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
