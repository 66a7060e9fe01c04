//! The rules that an organisation may choose (`domain::settings`). Decisions take them as an argument; an event records what
//! followed from them, so that a later change of the settings never rewrites history.

use base::words;
use serde::{Deserialize, Serialize};

use super::status::Priority;
use crate::domain::file::FileLimits;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

words! {
    /// Who approves and rejects what was reported.
    pub enum Approvers: "approvers" {
        /// Managers and admins.
        Managers = "managers",
        /// Admins alone.
        Admins = "admins",
    }
}

/// What of the state machine and the clock can be chosen. Absent fields take their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestRules {
    /// Days after closing during which a request may be reopened.
    pub reopen_days: u32,
    /// Days after completion after which a request closes by itself.
    pub auto_close_days: u32,
    /// Hours until a request is due, by priority.
    pub target_hours: TargetHours,
    /// Hours before it is due in which people are told so; 0 where they are not.
    pub due_soon_hours: u32,
    /// Who approves and rejects.
    pub approvers: Approvers,
    /// Whether a technician may take approved work that nobody has.
    pub technicians_claim: bool,
    /// Whether a technician may take over what another has.
    pub technicians_take_over: bool,
    /// How much may be attached.
    pub files: FileLimits,
}

/// The rules in force, as they reach a request's object with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RulesInForce {
    /// Grows with every change of the settings; 0 where nobody has set anything.
    pub version: i64,
    /// The rules.
    pub rules: RequestRules,
}

/// Hours from creation until a request is due, not counting the time the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetHours {
    /// For [`Priority::Low`].
    pub low: u32,
    /// For [`Priority::Normal`].
    pub normal: u32,
    /// For [`Priority::High`].
    pub high: u32,
    /// For [`Priority::Urgent`].
    pub urgent: u32,
}

impl Default for RequestRules {
    fn default() -> Self {
        Self {
            reopen_days: 30,
            auto_close_days: 7,
            target_hours: TargetHours::default(),
            due_soon_hours: 4,
            approvers: Approvers::Managers,
            technicians_claim: true,
            technicians_take_over: true,
            files: FileLimits::DEFAULT,
        }
    }
}

impl Default for TargetHours {
    fn default() -> Self {
        Self { low: 168, normal: 72, high: 24, urgent: 4 }
    }
}

impl RequestRules {
    /// The reopen window in milliseconds.
    #[must_use]
    pub fn reopen_window_ms(&self) -> i64 {
        i64::from(self.reopen_days) * DAY_MS
    }

    /// Milliseconds from completion until the request closes by itself.
    #[must_use]
    pub fn auto_close_ms(&self) -> i64 {
        i64::from(self.auto_close_days) * DAY_MS
    }

    /// Milliseconds before it is due in which people are told so.
    #[must_use]
    pub fn due_soon_ms(&self) -> i64 {
        i64::from(self.due_soon_hours) * HOUR_MS
    }

    /// Milliseconds until a request of this priority is due.
    #[must_use]
    pub fn target_ms(&self, priority: Priority) -> i64 {
        let hours = match priority {
            Priority::Low => self.target_hours.low,
            Priority::Normal => self.target_hours.normal,
            Priority::High => self.target_hours.high,
            Priority::Urgent => self.target_hours.urgent,
        };
        i64::from(hours) * HOUR_MS
    }
}
