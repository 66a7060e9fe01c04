//! One line of a list: what the organisation's index stores of a request and what lists and the live list show.

use base::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};

use super::{MaintenanceRequest, Moment, Priority, RequestId, Status};
use crate::domain::asset::AssetLabel;
use crate::domain::place::PlaceLabel;
use crate::domain::user::Person;

/// A request in short. Its JSON is public, with RFC 3339 times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Its id.
    pub id: RequestId,
    /// The number for people, once the index gave one.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub number: Option<String>,
    /// What is broken.
    pub title: String,
    /// The kind of fault.
    pub category: String,
    /// How urgent it is.
    pub priority: Priority,
    /// Whether people are in danger.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub hazard: bool,
    /// Where it is broken, as that is called now.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub location: Option<PlaceLabel>,
    /// What it is that is broken, as that was called when it was named.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub asset: Option<AssetLabel>,
    /// Where it stands.
    pub status: Status,
    /// Whose request it is.
    pub requester: Person,
    /// Who does the work.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub assignee: Option<Person>,
    /// When it is due.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub due_at: Timestamp,
    /// The last event's seq.
    pub version: i64,
    /// When it was reported.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When its last event happened.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
    /// How many files everybody sees who sees the request.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub attachments: u32,
}

impl From<&MaintenanceRequest> for Summary {
    fn from(request: &MaintenanceRequest) -> Self {
        Self {
            id: request.id,
            number: request.number.clone(),
            title: request.report.title.clone(),
            category: request.report.category.clone(),
            priority: request.report.priority,
            hazard: request.report.hazard,
            location: request.report.location.clone(),
            asset: request.report.asset.clone(),
            status: request.status,
            requester: request.requester.clone(),
            assignee: request.assignee.clone(),
            due_at: request.due_at,
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
            attachments: request.public_attachments(),
        }
    }
}

/// So many characters of a description are searched.
const SEARCHED: usize = 2_000;

/// What else of a request the index searches, and does not show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// The beginning of the description.
    pub description: String,
    /// How to reach the reporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

impl From<&MaintenanceRequest> for Searched {
    fn from(request: &MaintenanceRequest) -> Self {
        Self {
            description: request.report.description.chars().take(SEARCHED).collect(),
            contact: request.report.contact.clone(),
        }
    }
}

/// Above every moment, and far enough below 2^53 that this and any moment are one number of JavaScript's.
const BEHIND_ALL_MOMENTS: i64 = 1 << 52;

impl Summary {
    /// Its place in the order `due`: when it is due while it is open, as milliseconds; behind all of these the others, newest first.
    #[must_use]
    pub fn due_order(&self) -> i64 {
        if self.status.is_open() { self.due_at.as_ms() } else { BEHIND_ALL_MOMENTS - self.created_at.as_ms() }
    }

    /// The line as a viewer sees it for whom this event is the last.
    #[must_use]
    pub fn as_of(&self, last: Moment) -> Self {
        Self { version: last.version, updated_at: last.at, ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
