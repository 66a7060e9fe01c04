//! What a list of requests is asked for: the filters of `GET /api/requests`, its order, and the scope of its cursors.

use std::fmt::Write;

use base::words;
use base::{ids::UserId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    person::Caller,
    request::{Priority, Status},
    validation::{Category, SearchText},
};

words! {
    /// The order of a list of requests, by (time, id).
    #[derive(Default)]
    pub enum Sort: "sort" {
        /// By creation, newest first.
        #[default]
        Newest = "-created",
        /// By creation, oldest first.
        Oldest = "created",
        /// By last event, latest first.
        RecentlyUpdated = "-updated",
    }
}

/// The filters of a list of requests; all that are set must hold, and an empty list of words does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListFilter {
    /// Any of these states; sorted and without duplicates (see `validation::parse_words`).
    pub status: Vec<Status>,
    /// Any of these priorities; likewise.
    pub priority: Vec<Priority>,
    /// The work is this user's.
    pub assignee: Option<UserId>,
    /// The request is this user's.
    pub requester: Option<UserId>,
    /// Exactly this category.
    pub category: Option<Category>,
    /// The number or the title contains this, whatever the case.
    pub q: Option<SearchText>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub to: Option<Timestamp>,
    /// The order.
    pub sort: Sort,
}

impl ListFilter {
    /// The scope that seals this list's cursors: the list, all of its filters, and the viewer with his role, since both
    /// decide what the list holds. Texts carry their length, so that no two filters have the same scope.
    #[must_use]
    pub fn scope(&self, viewer: &Caller) -> String {
        let mut scope = format!("requests;viewer={},{}", viewer.user.id, viewer.role);
        put_all(&mut scope, "status", &self.status);
        put_all(&mut scope, "priority", &self.priority);
        put(&mut scope, "assignee", self.assignee);
        put(&mut scope, "requester", self.requester);
        put(&mut scope, "category", self.category.as_ref());
        put(&mut scope, "q", self.q.as_ref());
        put(&mut scope, "from", self.from.map(Timestamp::as_ms));
        put(&mut scope, "to", self.to.map(Timestamp::as_ms));
        put(&mut scope, "sort", Some(self.sort));
        scope
    }
}

/// Appends `;name=length:value` to a cursor's scope, if there is a value.
pub(super) fn put(scope: &mut String, name: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        let value = value.to_string();
        // Writing to a String cannot fail; there is no error to keep.
        let _ = write!(scope, ";{name}={}:{value}", value.len());
    }
}

/// Appends each value of a list to a cursor's scope.
pub(super) fn put_all<T: ToString>(scope: &mut String, name: &str, values: &[T]) {
    values.iter().for_each(|value| put(scope, name, Some(value.to_string())));
}

#[cfg(test)]
mod tests;
