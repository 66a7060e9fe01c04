//! How long a stream keeps its entries, by level; a line per rule.

use base::time::Timestamp;

use crate::domain::log::{Level, StreamName};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Days after which entries leave, by level: what an organisation may choose (`domain::settings`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Of [`Level::Debug`].
    pub debug_days: u32,
    /// Of [`Level::Info`].
    pub info_days: u32,
    /// Of [`Level::Warn`].
    pub warn_days: u32,
    /// Of [`Level::Error`].
    pub error_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { debug_days: 3, info_days: 30, warn_days: 90, error_days: 180 }
    }
}

impl Retention {
    /// Milliseconds after which an entry leaves; `None` where entries stay: the audit stream is append-only.
    #[must_use]
    pub fn keep_ms(&self, stream: StreamName, level: Level) -> Option<i64> {
        if matches!(stream, StreamName::Audit) {
            return None;
        }
        let days = match level {
            Level::Debug => self.debug_days,
            Level::Info => self.info_days,
            Level::Warn => self.warn_days,
            Level::Error => self.error_days,
        };
        Some(i64::from(days) * DAY_MS)
    }

    /// When an entry leaves.
    #[must_use]
    pub fn expires_at(&self, stream: StreamName, level: Level, ts: Timestamp) -> Option<Timestamp> {
        self.keep_ms(stream, level).map(|keep_ms| ts.plus_ms(keep_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_more_stays_longer_and_the_audit_stays_for_ever() {
        let days = |stream, kept: Retention| {
            Level::ALL.iter().map(|level| kept.keep_ms(stream, *level).map(|ms| ms / DAY_MS)).collect::<Vec<_>>()
        };
        assert_eq!(days(StreamName::Http, Retention::default()), [Some(3), Some(30), Some(90), Some(180)]);
        let chosen = Retention { debug_days: 1, info_days: 2, warn_days: 3, error_days: 4 };
        assert_eq!(days(StreamName::System, chosen), [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(days(StreamName::Audit, chosen), [None; 4]);
    }
}
