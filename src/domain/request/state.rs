//! The aggregate: everything a request is at one version. Its object keeps it as one row; only `apply` changes it.
//!
//! This is a stored form. Fields are added with `#[serde(default)]` and never renamed, and texts are plain strings: a rule
//! that became stricter must not make an old snapshot unreadable.

use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::attachment::Attachment;
use super::event::{Event, EventBody};
use super::link::{Link, LinkKind};
use super::report::Report;
use super::status::Status;
use crate::domain::request::RequestId;
use crate::domain::user::{Actor, Person};

/// What a request was at one of its events: its version and when that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The event's seq.
    pub version: i64,
    /// When it happened.
    pub at: Timestamp,
}

/// A maintenance request. Times are milliseconds since 1970, durations milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceRequest {
    /// Its id, the second half of its object's name.
    pub id: RequestId,
    /// The number for people, `MR-000123`. Given once by the organisation's index and not by an event, hence not
    /// replayed: whoever rebuilds a request brings it along.
    #[serde(default)]
    pub number: Option<String>,
    /// What was reported.
    #[serde(flatten)]
    pub report: Report,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there: the reason of a rejection, a hold or a cancellation, as long as it lasts.
    #[serde(default)]
    pub status_reason: Option<String>,
    /// Whose request it is.
    pub requester: Person,
    /// Who reported it, possibly on the requester's behalf.
    pub raised_by: Person,
    /// Who does the work.
    #[serde(default)]
    pub assignee: Option<Person>,
    /// What was done, while completed or closed.
    #[serde(default)]
    pub resolution: Option<String>,
    /// How satisfied the requester was, 1 to 5, while closed.
    #[serde(default)]
    pub rating: Option<u8>,
    /// Milliseconds from creation until it is due, not counting [`Self::held_ms`].
    pub target_ms: i64,
    /// When it is due: creation + target + time that the clock stood still. A hold that still lasts is not in it.
    pub due_at: Timestamp,
    /// Milliseconds that the clock stood still: finished holds, and from a completion to its reopening.
    #[serde(default)]
    pub held_ms: i64,
    /// Since when the present hold lasts.
    #[serde(default)]
    pub held_since: Option<Timestamp>,
    /// The last event's seq.
    pub version: i64,
    /// Raised only by a restore; compared before the version, so that a stale copy cannot overwrite.
    #[serde(default)]
    pub epoch: i64,
    /// The last event that was not internal, while internal ones are behind it: what a viewer who does not read those is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_public: Option<Moment>,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When its last event happened.
    pub updated_at: Timestamp,
    /// When work began for the first time.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When the work was finished, while completed or closed.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// Milliseconds from the last completion until it closes by itself, as the rules were then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_close_ms: Option<i64>,
    /// When it became final (closed, rejected or cancelled), while it is.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    /// Its files, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What it is to other requests, each once, in the order in which that was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

impl MaintenanceRequest {
    /// The request that begins with `event`, or none if it is not a creation by a user.
    #[must_use]
    pub fn begin(id: RequestId, epoch: i64, event: &Event) -> Option<Self> {
        let Actor::User(raised_by, ..) = &event.actor else {
            return None;
        };
        let EventBody::Created { report, requester, target_ms } = &event.body else {
            return None;
        };
        Some(Self {
            id,
            number: None,
            report: report.clone(),
            status: Status::Submitted,
            status_reason: None,
            requester: requester.clone(),
            raised_by: raised_by.clone(),
            assignee: None,
            resolution: None,
            rating: None,
            target_ms: *target_ms,
            due_at: event.ts.plus_ms(*target_ms),
            held_ms: 0,
            held_since: None,
            version: event.seq,
            epoch,
            last_public: None,
            created_at: event.ts,
            updated_at: event.ts,
            started_at: None,
            completed_at: None,
            auto_close_ms: None,
            closed_at: None,
            attachments: Vec::new(),
            links: Vec::new(),
        })
    }

    /// The request as `first`, its creation, made it, with the number that it has by now.
    #[must_use]
    pub fn as_opened(&self, first: &Event) -> Option<Self> {
        let then = Self::begin(self.id, self.epoch, first)?;
        Some(Self { number: self.number.clone(), ..then })
    }

    /// The first event of a request.
    #[must_use]
    pub const fn first_event(body: EventBody, actor: Actor, now: Timestamp) -> Event {
        Event { seq: 1, ts: now, body, actor }
    }

    /// The next event of this request: the seq after the version, and a time that never runs backwards even if the clock
    /// does, so that (ts, seq) orders a timeline.
    #[must_use]
    pub fn next_event(&self, body: EventBody, actor: Actor, now: Timestamp) -> Event {
        Event { seq: self.version.saturating_add(1), ts: now.max(self.updated_at), body, actor }
    }

    /// The last event, of all or of those that are not internal. Whatever a viewer is told of a request's version and last change
    /// is this: else an internal comment would leave a trace.
    #[must_use]
    pub fn last_event(&self, reads_internal: bool) -> Moment {
        let last = Moment { version: self.version, at: self.updated_at };
        if reads_internal { last } else { self.last_public.unwrap_or(last) }
    }

    /// Who else reported the same: whose requests were merged into this one.
    pub fn reporters(&self) -> impl Iterator<Item = &Person> {
        self.links.iter().filter_map(|link| link.reporter.as_ref())
    }

    /// What it is to that one.
    #[must_use]
    pub fn link_to(&self, other: RequestId) -> Option<&Link> {
        self.links.iter().find(|link| link.other == other)
    }

    /// Whether it has a link of this kind.
    #[must_use]
    pub fn has_link(&self, kind: LinkKind) -> bool {
        self.links.iter().any(|link| link.kind == kind)
    }

    /// Whether `person` does the work.
    #[must_use]
    pub fn is_assigned_to(&self, person: &Person) -> bool {
        self.assignee.as_ref().is_some_and(|assignee| assignee.id == person.id)
    }
}

#[cfg(test)]
mod tests;
