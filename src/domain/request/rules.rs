//! The numbers in the rules that an organisation may choose. Decisions take them as an argument; an event records what
//! followed from them, so that a later change of the settings never rewrites history.

use serde::{Deserialize, Serialize};

use super::status::Priority;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// The configurable numbers of the state machine and the clock. Absent fields take their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestRules {
    /// Days after closing during which a request may be reopened.
    pub reopen_days: u32,
    /// Days after completion after which a request closes by itself.
    pub auto_close_days: u32,
    /// Hours until a request is due, by priority.
    pub target_hours: TargetHours,
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
        Self { reopen_days: 30, auto_close_days: 7, target_hours: TargetHours::default() }
    }
}

impl Default for TargetHours {
    fn default() -> Self {
        Self { low: 168, normal: 72, high: 24, urgent: 4 }
    }
}

impl RequestRules {
    /// Whether every number is one that people mean: 1 to 8,760 hours (a year), 1 to 365 days.
    #[must_use]
    pub fn is_sensible(&self) -> bool {
        let TargetHours { low, normal, high, urgent } = self.target_hours;
        [low, normal, high, urgent].iter().all(|hours| (1..=8_760).contains(hours))
            && [self.reopen_days, self.auto_close_days].iter().all(|days| (1..=365).contains(days))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_numbers_that_people_mean() {
        let read = |text: &str| serde_json::from_str::<RulesInForce>(text).unwrap().rules.is_sensible();
        assert!(read(r#"{"version":1,"rules":{}}"#));
        assert!(read(r#"{"version":1,"rules":{"auto_close_days":1,"target_hours":{"low":8760}}}"#));
        assert!(!read(r#"{"version":1,"rules":{"reopen_days":0}}"#));
        assert!(!read(r#"{"version":1,"rules":{"auto_close_days":366}}"#));
        assert!(!read(r#"{"version":1,"rules":{"target_hours":{"urgent":0}}}"#));
        assert!(!read(r#"{"version":1,"rules":{"target_hours":{"low":8761}}}"#));
    }
}
