//! What one wants to be written to about. In the app everybody is told everything that concerns them.

use std::collections::BTreeMap;

use base::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a notice is about: the `kind` of its event.
    pub enum NoticeKind: "kind of notice" {
        /// Something was reported.
        Created = "created",
        /// It was approved.
        Approved = "approved",
        /// It was rejected.
        Rejected = "rejected",
        /// Work was given to somebody.
        Assigned = "assigned",
        /// Work was given back.
        Released = "released",
        /// Work began.
        Started = "started",
        /// Work waits.
        Held = "held",
        /// Work goes on.
        Resumed = "resumed",
        /// Work is done.
        Completed = "completed",
        /// It is closed.
        Closed = "closed",
        /// It was not done after all.
        Reopened = "reopened",
        /// It was withdrawn.
        Cancelled = "cancelled",
        /// Somebody said something.
        Commented = "commented",
    }
}

impl NoticeKind {
    /// Whether one is written to about it as long as one has not chosen: what asks for something or ends something, yes; what is
    /// only a step on the way, no.
    #[must_use]
    pub const fn is_mailed(self) -> bool {
        match self {
            Self::Created
            | Self::Approved
            | Self::Rejected
            | Self::Assigned
            | Self::Released
            | Self::Completed
            | Self::Reopened
            | Self::Cancelled
            | Self::Commented => true,
            Self::Started | Self::Held | Self::Resumed | Self::Closed => false,
        }
    }
}

/// One person's choices: those that they have made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Choices(BTreeMap<String, bool>);

/// The choice about one kind of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// What it is about.
    pub kind: NoticeKind,
    /// Whether one is written to.
    pub mail: bool,
}

impl Choices {
    /// Whether one is written to about a notice of this kind; not about one that this release does not know.
    #[must_use]
    pub fn is_mailed(&self, kind: &str) -> bool {
        self.0.get(kind).copied().unwrap_or_else(|| kind.parse().is_ok_and(NoticeKind::is_mailed))
    }

    /// Every kind, as it is chosen or was before.
    #[must_use]
    pub fn all(&self) -> Vec<Choice> {
        NoticeKind::ALL.iter().map(|&kind| Choice { kind, mail: self.is_mailed(kind.as_str()) }).collect()
    }

    /// These choices, too.
    #[must_use]
    pub fn with(mut self, choices: &[Choice]) -> Self {
        self.0.extend(choices.iter().map(|choice| (choice.kind.to_string(), choice.mail)));
        self
    }
}
