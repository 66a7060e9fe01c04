//! What somebody is told.

use base::ids::EntryId;
use base::time::{Timestamp, rfc3339};
use base::words;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::request::{EventBody, MaintenanceRequest, RequestId};
use crate::domain::user::{Actor, Role};

/// So much of what was said is in a notice, in characters; the rest is read at the request.
const MOST_WORDS: usize = 280;

words! {
    /// Why somebody is told.
    pub enum Reason: "reason" {
        /// A comment names them.
        Mentioned = "mentioned",
        /// The work is theirs.
        Assignee = "assignee",
        /// The work was theirs.
        FormerAssignee = "former_assignee",
        /// It is their request.
        Requester = "requester",
        /// Their request was merged into it.
        Reporter = "reporter",
        /// They approve requests and give out work.
        Approver = "approver",
        /// They watch the request.
        Watcher = "watcher",
        /// It is their account.
        Account = "account",
    }
}

/// A notice, the same on every delivery of its event: of one event nobody is told twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct NoticeId(pub EntryId);

impl NoticeId {
    /// The notice of the event `seq` of a request.
    #[must_use]
    pub fn of(request: RequestId, epoch: i64, seq: i64) -> Self {
        NoticeId(EntryId::of_event(request.0, epoch, seq))
    }

    /// The notice of what else happened to a request or an account: `what` tells it from everything else that happens to it.
    /// None where that cannot be a part of an id.
    #[must_use]
    pub fn named(subject: Uuid, what: &str) -> Option<Self> {
        format!("{subject}-{what}").parse().ok().map(NoticeId)
    }
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// When it happened.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ts: Timestamp,
    /// What happened: the `kind` of the event, or what else one is told of.
    pub kind: String,
    /// Why one is told.
    pub reason: Reason,
    /// Who did it.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::domain::user::ActorSchema))]
    pub actor: Actor,
    /// The request; none where it is about one's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request: Option<About>,
    /// The seq of the event in the request's timeline; none where no event is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub seq: Option<i64>,
    /// The beginning of what was said with it: a comment, a reason, what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub words: Option<String>,
    /// When the work is due, or what ends, ends, where one is told of that.
    #[serde(default, with = "rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, nullable = false))]
    pub due_at: Option<Timestamp>,
    /// Whether people are in danger, or it is urgent or overdue: it may pass quiet hours.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub urgent: bool,
    /// What one is now, where one is told of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub role: Option<Role>,
    /// The device that somebody signed in from: browser and system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub device: Option<String>,
    /// What was done to the ways in which one signs in, where one is told of that; one of a newer release, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = super::security::SecurityChange, nullable = false))]
    pub change: Option<String>,
    /// What it was done to, or what ends: the name of a passkey or of an API key; the number of a request that it was merged with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub item: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The request of a notice, as it was when it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    /// The request.
    pub id: RequestId,
    /// Its number, for example `MR-000123`.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub number: Option<String>,
    /// Its title.
    pub title: String,
}

impl About {
    pub(super) fn of(request: &MaintenanceRequest) -> Self {
        About { id: request.id, number: request.number.clone(), title: request.report.title.clone() }
    }
}

/// What was said with an event, at most [`MOST_WORDS`] of it.
pub(super) fn words_of(body: &EventBody) -> Option<String> {
    let words = match body {
        EventBody::Commented { body, .. } => body,
        EventBody::Completed { resolution, .. } => resolution,
        EventBody::Rejected { reason }
        | EventBody::Released { reason }
        | EventBody::Held { reason }
        | EventBody::Reopened { reason }
        | EventBody::Cancelled { reason } => reason,
        EventBody::Created { .. }
        | EventBody::Approved {}
        | EventBody::Assigned { .. }
        | EventBody::Started {}
        | EventBody::Resumed {}
        | EventBody::Closed { .. }
        | EventBody::Attached { .. }
        | EventBody::Marked { .. }
        | EventBody::Detached { .. }
        | EventBody::Linked { .. }
        | EventBody::Unlinked { .. }
        | EventBody::Edited { .. } => return None,
    };
    Some(words.chars().take(MOST_WORDS).collect())
}

/// What else an event was done to: the other of two requests that were merged.
pub(super) fn item_of(body: &EventBody) -> Option<String> {
    match body {
        EventBody::Linked { link, .. } | EventBody::Unlinked { link, .. } => link.number.clone(),
        _ => None,
    }
}
