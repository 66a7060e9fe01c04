//! A request as the API shows it to one caller: the snapshot with RFC 3339 times, its clock, and what he may do now.
//!
//! This is the hot path of `GET /api/requests/:id`: a record borrows from the snapshot and is written in one pass.

use base::time::{Timestamp, rfc3339};
use serde::Serialize;

use super::attaching;
use super::attachment::Attachment;
use super::file_ledger::FileLedger;
use super::link::Link;
use super::linking;
use super::{Action, MaintenanceRequest, Report, RequestId, RequestRules, Status};
use crate::domain::request::Sla;
use crate::domain::user::{Caller, Person};

/// A request, complete, for one caller at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record<'a> {
    /// Its id.
    pub id: RequestId,
    /// The number for people, `MR-000123`; null until the index gave one.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub number: Option<&'a str>,
    /// What was reported.
    #[serde(flatten)]
    pub report: &'a Report,
    /// Where it stands.
    pub status: Status,
    /// The reason of a rejection, a hold or a cancellation, as long as it lasts.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub status_reason: Option<&'a str>,
    /// Whose request it is.
    pub requester: &'a Person,
    /// Who reported it, possibly on the requester's behalf.
    pub raised_by: &'a Person,
    /// Who does the work.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub assignee: Option<&'a Person>,
    /// What was done, while completed or closed.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub resolution: Option<&'a str>,
    /// 1 to 5, while closed, if one was given.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub rating: Option<u8>,
    /// When it is due; a hold that still lasts is not in it.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub due_at: Timestamp,
    /// Its clock.
    pub sla: Sla,
    /// The seq of the last event that the caller may see; the `ETag` begins with it.
    pub version: i64,
    /// When it was reported.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When the last event happened that the caller may see.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
    /// When work began for the first time.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub started_at: Option<Timestamp>,
    /// When the work was finished, while completed or closed.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub completed_at: Option<Timestamp>,
    /// When it became final (closed, rejected or cancelled), while it is.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub closed_at: Option<Timestamp>,
    /// Its files, as far as the caller may know of them.
    pub attachments: Vec<Attachment>,
    /// What it is to other requests, as far as the caller may know of that.
    pub links: Vec<Link>,
    /// Whether the caller may edit it now.
    pub may_edit: bool,
    /// Exactly the actions that the caller may take now.
    pub allowed_actions: Vec<Action>,
}

impl<'a> Record<'a> {
    /// The record of `request` for `caller` at `now`. That he may see it is asked before ([`super::may_see`]).
    #[must_use]
    pub fn of(request: &'a MaintenanceRequest, caller: &Caller, now: Timestamp, rules: &RequestRules) -> Self {
        let last = super::policy::last_event(request, caller);
        Self {
            id: request.id,
            number: request.number.as_deref(),
            report: &request.report,
            status: request.status,
            status_reason: request.status_reason.as_deref(),
            requester: &request.requester,
            raised_by: &request.raised_by,
            assignee: request.assignee.as_ref(),
            resolution: request.resolution.as_deref(),
            rating: request.rating,
            due_at: request.due_at,
            sla: Sla::of(request, now),
            version: last.version,
            created_at: request.created_at,
            updated_at: last.at,
            started_at: request.started_at,
            completed_at: request.completed_at,
            closed_at: request.closed_at,
            attachments: attaching::visible(request, caller).cloned().collect(),
            links: linking::visible(request, caller).cloned().collect(),
            may_edit: super::may_edit(request, caller),
            allowed_actions: super::allowed_actions(request, caller, now, rules),
        }
    }

    /// The same, with those of its files that have a small picture.
    #[must_use]
    pub fn with_thumbnails(mut self, drawn: &FileLedger) -> Self {
        for file in &mut self.attachments {
            file.thumbnail = drawn.thumbnail(file.id).is_some();
        }
        self
    }
}

#[cfg(test)]
mod tests;
