//! The four roles. What a role may do to a request is in [`super::request::policy`].

use base::words;

words! {
    /// What a user is in the organisation.
    pub enum Role: "role" {
        /// Reports faults; sees his own requests.
        Requester = "requester",
        /// Does the work; sees all requests of the organisation.
        Technician = "technician",
        /// Approves, assigns and may do every step.
        Manager = "manager",
        /// A manager who also administers users and operates `/system/*`.
        Admin = "admin",
    }
}

impl Role {
    /// Whether this role may do what the state table in docs/requests.md grants to "manager, admin".
    #[must_use]
    pub const fn manages(self) -> bool {
        match self {
            Self::Manager | Self::Admin => true,
            Self::Requester | Self::Technician => false,
        }
    }
}
