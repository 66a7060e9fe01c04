//! The nine states of a request and its four priorities.

use base::words;

words! {
    /// Where a request stands; see the state table in docs/requests.md.
    pub enum Status: "status" {
        /// Reported, waiting for a manager.
        Submitted = "submitted",
        /// Accepted, waiting for a technician.
        Approved = "approved",
        /// Turned down. Final.
        Rejected = "rejected",
        /// A technician has it and has not begun.
        Assigned = "assigned",
        /// Being worked on.
        InProgress = "in_progress",
        /// Waiting for something; the clock stands still.
        OnHold = "on_hold",
        /// Done in the technician's eyes, waiting for the requester.
        Completed = "completed",
        /// Done in everyone's eyes. Final, unless it is reopened within the window.
        Closed = "closed",
        /// Withdrawn. Final.
        Cancelled = "cancelled",
    }
}

impl Status {
    /// Whether nothing more is expected to happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Rejected | Self::Closed | Self::Cancelled => true,
            Self::Submitted | Self::Approved | Self::Assigned | Self::InProgress | Self::OnHold | Self::Completed => {
                false
            }
        }
    }

    /// Whether work is still to be done, so that its due time matters.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Submitted | Self::Approved | Self::Assigned | Self::InProgress | Self::OnHold => true,
            Self::Completed | Self::Rejected | Self::Closed | Self::Cancelled => false,
        }
    }
}

words! {
    /// How urgent it is; decides when it is due.
    pub enum Priority: "priority" {
        /// Whenever there is time.
        Low = "low",
        /// In its turn.
        Normal = "normal",
        /// Soon.
        High = "high",
        /// Now: danger, or the house stands still.
        Urgent = "urgent",
    }
}
