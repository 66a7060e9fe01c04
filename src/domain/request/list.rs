//! What a list of requests is asked for: the filters of `GET /api/requests`, its order, and the scope of its cursors.

use base::cursor::{put, put_all};
use base::words;
use base::{ids::UserId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::{Priority, Status};
use crate::domain::asset::AssetId;
use crate::domain::place::PlaceId;
use crate::domain::request::Category;
use crate::domain::text::SearchText;
use crate::domain::user::Caller;

words! {
    /// The order of a list of requests, each by one number, and where that is the same by another that no two share.
    #[derive(Default)]
    pub enum Sort: "sort" {
        /// By creation, newest first.
        #[default]
        Newest = "-created",
        /// By creation, oldest first.
        Oldest = "created",
        /// By last event, latest first.
        RecentlyUpdated = "-updated",
        /// What is open by when it is due, the most overdue first; behind that what is done or ended, newest first.
        Due = "due",
    }
}

/// The filters of a list of requests; all that are set must hold, and an empty list of words does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListFilter {
    /// Any of these states; sorted and without duplicates (see [`base::text::parse_words`]).
    pub status: Vec<Status>,
    /// Any of these priorities; likewise.
    pub priority: Vec<Priority>,
    /// Whether people are in danger.
    pub hazard: Option<bool>,
    /// The work is this user's.
    pub assignee: Option<UserId>,
    /// The request is this user's.
    pub requester: Option<UserId>,
    /// Exactly this category.
    pub category: Option<Category>,
    /// At this place, or below it.
    pub location: Option<PlaceId>,
    /// About this asset.
    pub asset: Option<AssetId>,
    /// The number or the title contains this, whatever the case.
    pub q: Option<SearchText>,
    /// Whether it has files that everybody who sees it sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<bool>,
    /// Still open, and due before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_before: Option<Timestamp>,
    /// Still open, and due before the moment at which it is asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub to: Option<Timestamp>,
    /// The order.
    pub sort: Sort,
}

impl ListFilter {
    /// As it is meant `now`, a clock that is looked at where that matters.
    #[must_use]
    pub fn asked(mut self, now: impl FnOnce() -> Timestamp) -> Self {
        if self.overdue {
            let now = now();
            self.due_before = Some(self.due_before.map_or(now, |moment| moment.min(now)));
        }
        self
    }

    /// The scope that seals this list's cursors: the list, all of its filters, and the viewer with his role, since both
    /// decide what the list holds. Texts carry their length, so that no two filters have the same scope.
    #[must_use]
    pub fn scope(&self, viewer: &Caller) -> String {
        let mut scope = format!("requests;viewer={},{}", viewer.user.id, viewer.role);
        put_all(&mut scope, "status", &self.status);
        put_all(&mut scope, "priority", &self.priority);
        put(&mut scope, "hazard", self.hazard);
        put(&mut scope, "assignee", self.assignee);
        put(&mut scope, "requester", self.requester);
        put(&mut scope, "category", self.category.as_ref());
        put(&mut scope, "location", self.location);
        put(&mut scope, "asset", self.asset);
        put(&mut scope, "q", self.q.as_ref());
        put(&mut scope, "files", self.files);
        put(&mut scope, "due_before", self.due_before.map(Timestamp::as_ms));
        put(&mut scope, "overdue", self.overdue.then_some(true));
        put(&mut scope, "from", self.from.map(Timestamp::as_ms));
        put(&mut scope, "to", self.to.map(Timestamp::as_ms));
        put(&mut scope, "sort", Some(self.sort));
        scope
    }
}

#[cfg(test)]
mod tests;
