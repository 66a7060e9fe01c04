//! The clock of a request: when it is due, and how it stands. The clock stands still on hold, and from a completion to its
//! reopening; it stops when the request is completed or becomes final.

use base::time::Timestamp;
use base::words;
use serde::{Deserialize, Serialize};

use super::{MaintenanceRequest, Status};

words! {
    /// How a request stands against its due time.
    pub enum SlaState: "SLA state" {
        /// The clock runs and there is time left.
        Running = "running",
        /// The clock stands still and there is time left.
        Paused = "paused",
        /// The clock was stopped in time.
        Met = "met",
        /// The due time passed while the clock ran.
        Breached = "breached",
    }
}

/// The clock of a request at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sla {
    /// Milliseconds from creation until it is due, not counting `held_ms`.
    pub target_ms: i64,
    /// Milliseconds that the clock stood still so far, a present hold included.
    pub held_ms: i64,
    /// How it stands.
    pub state: SlaState,
}

impl Sla {
    /// The clock of `request` at `now`.
    #[must_use]
    pub fn of(request: &MaintenanceRequest, now: Timestamp) -> Self {
        let present_hold_ms = request.held_since.map_or(0, |since| now.ms_since(since).max(0));
        Self {
            target_ms: request.target_ms,
            held_ms: request.held_ms.saturating_add(present_hold_ms),
            state: state(request, now),
        }
    }
}

fn state(request: &MaintenanceRequest, now: Timestamp) -> SlaState {
    let (read_at, in_time) = match request.status {
        Status::Submitted | Status::Approved | Status::Assigned | Status::InProgress => (Some(now), SlaState::Running),
        Status::OnHold => (request.held_since, SlaState::Paused),
        Status::Completed | Status::Closed => (request.completed_at, SlaState::Met),
        Status::Rejected | Status::Cancelled => (request.closed_at, SlaState::Met),
    };
    if read_at.unwrap_or(now) <= request.due_at { in_time } else { SlaState::Breached }
}

#[cfg(test)]
mod tests;
