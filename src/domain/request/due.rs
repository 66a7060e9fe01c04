//! That a request is due: when people are told, once per due time.
//!
//! It is no event of the request: nobody did anything, and a version of its own would make stale what somebody has on their screen. What
//! was told is a mark beside the snapshot. Of a due time that moves while it is told already, as by a short hold, it is not told again;
//! only if there was more time in between.

use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MaintenanceRequest, Status};

/// How a request stands against its due time, where people are told of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// There is little time left.
    Soon,
    /// The time is over.
    Over,
}

/// What was told, and how long before the due time it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reminders {
    /// Milliseconds before the due time, as the rules were at the last event; 0 where nobody is told that it is due soon.
    pub soon_ms: i64,
    /// The due time of which was told that it comes soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soon: Option<Timestamp>,
    /// The due time of which was told that it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Timestamp>,
}

impl Reminders {
    /// Those of a request that was there before anybody was told: what is late by now is no news.
    #[must_use]
    pub fn begin(request: &MaintenanceRequest, soon_ms: i64, now: Timestamp) -> Self {
        let late = is_over(request, now).then_some(request.due_at);
        Self { soon_ms, soon: late, over: late }
    }

    /// From when on a request is due soon; a quarter of the time that it has at most, so that nobody is told of a report at once that
    /// it is due.
    fn soon_at(&self, request: &MaintenanceRequest) -> Option<Timestamp> {
        let before_ms = self.soon_ms.min(request.target_ms / 4);
        (before_ms > 0).then(|| request.due_at.plus_ms(-before_ms))
    }

    /// What people are to be told at `now`; of a request that is late, that alone.
    #[must_use]
    pub fn due(&self, request: &MaintenanceRequest, now: Timestamp) -> Option<Due> {
        if !is_running(request) || self.over == Some(request.due_at) {
            return None;
        }
        if is_over(request, now) {
            return Some(Due::Over);
        }
        let is_soon = self.soon_at(request).is_some_and(|at| at <= now);
        (is_soon && self.soon != Some(request.due_at)).then_some(Due::Soon)
    }

    /// When people are to be told next, if nothing happens until then.
    #[must_use]
    pub fn next(&self, request: &MaintenanceRequest) -> Option<Timestamp> {
        if !is_running(request) || self.over == Some(request.due_at) {
            return None;
        }
        let soon = self.soon_at(request).filter(|_| self.soon != Some(request.due_at));
        Some(soon.unwrap_or(request.due_at.plus_ms(1)))
    }

    /// With the mark that this was told.
    #[must_use]
    pub const fn told(mut self, due: Due, due_at: Timestamp) -> Self {
        self.soon = Some(due_at);
        if matches!(due, Due::Over) {
            self.over = Some(due_at);
        }
        self
    }

    /// After an event at `now` that made `after` of `before`.
    #[must_use]
    pub fn moved(
        mut self,
        before: &MaintenanceRequest,
        after: &MaintenanceRequest,
        soon_ms: i64,
        now: Timestamp,
    ) -> Self {
        self.soon_ms = soon_ms;
        if before.due_at != after.due_at {
            let is_soon = self.soon_at(after).is_none_or(|at| at <= now);
            self.soon = self.soon.filter(|told| *told == before.due_at && is_soon).map(|_| after.due_at);
            let is_late = is_over(after, now);
            self.over = self.over.filter(|told| *told == before.due_at && is_late).map(|_| after.due_at);
        }
        self
    }
}

/// Whether the due time has passed, as [`Sla`](super::Sla) reads it.
fn is_over(request: &MaintenanceRequest, now: Timestamp) -> bool {
    request.due_at < now
}

/// Whether the clock runs.
const fn is_running(request: &MaintenanceRequest) -> bool {
    match request.status {
        Status::Submitted | Status::Approved | Status::Assigned | Status::InProgress => true,
        Status::OnHold | Status::Completed | Status::Closed | Status::Rejected | Status::Cancelled => false,
    }
}

#[cfg(test)]
mod tests;
