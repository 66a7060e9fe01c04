//! How long a stream keeps its entries, by level: a rule for all streams, and what a stream has of its own.

use std::collections::BTreeMap;

use base::time::Timestamp;

use crate::domain::log::{Level, StreamName};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Days by level, where they are others than those of all streams.
pub type LevelDays = BTreeMap<Level, u32>;

/// Days after which entries leave: what an organisation may choose (`domain::settings`).
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
    /// What streams have of their own: a row each, with a place for each level.
    own_days: [[Option<u32>; Level::ALL.len()]; StreamName::ALL.len()],
}

impl Default for Retention {
    fn default() -> Self {
        Self { debug_days: 3, info_days: 30, warn_days: 90, error_days: 180, own_days: Default::default() }
    }
}

impl Retention {
    /// Gives a stream days of its own, in place of those that it had.
    pub fn put_own(&mut self, stream: StreamName, days: &LevelDays) {
        if let Some(own) = self.own_days.get_mut(stream as usize) {
            for (place, level) in own.iter_mut().zip(Level::ALL) {
                *place = days.get(level).copied();
            }
        }
    }

    /// Days after which an entry leaves; `None` where entries stay: the audit stream is append-only.
    #[must_use]
    pub fn days(&self, stream: StreamName, level: Level) -> Option<u32> {
        if matches!(stream, StreamName::Audit) {
            return None;
        }
        let own = self.own_days.get(stream as usize).and_then(|own| own.get(level as usize).copied().flatten());
        Some(own.unwrap_or(match level {
            Level::Debug => self.debug_days,
            Level::Info => self.info_days,
            Level::Warn => self.warn_days,
            Level::Error => self.error_days,
        }))
    }

    /// Milliseconds after which an entry leaves; `None` where entries stay.
    #[must_use]
    pub fn keep_ms(&self, stream: StreamName, level: Level) -> Option<i64> {
        self.days(stream, level).map(|days| i64::from(days) * DAY_MS)
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

    fn days(kept: &Retention, stream: StreamName) -> Vec<Option<i64>> {
        Level::ALL.iter().map(|level| kept.keep_ms(stream, *level).map(|ms| ms / DAY_MS)).collect()
    }

    #[test]
    fn what_matters_more_stays_longer_and_the_audit_stays_for_ever() {
        assert_eq!(days(&Retention::default(), StreamName::Http), [Some(3), Some(30), Some(90), Some(180)]);
        let chosen = Retention { debug_days: 1, info_days: 2, warn_days: 3, error_days: 4, ..Retention::default() };
        assert_eq!(days(&chosen, StreamName::System), [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(days(&chosen, StreamName::Audit), [None; 4]);
    }

    #[test]
    fn a_stream_has_days_of_its_own_for_the_levels_that_it_names_and_else_those_of_all() {
        let mut chosen = Retention { warn_days: 60, ..Retention::default() };
        chosen.put_own(StreamName::Http, &LevelDays::from([(Level::Info, 7), (Level::Error, 365)]));
        assert_eq!(days(&chosen, StreamName::Http), [Some(3), Some(7), Some(60), Some(365)]);
        assert_eq!(days(&chosen, StreamName::Auth), [Some(3), Some(30), Some(60), Some(180)]);
        chosen.put_own(StreamName::Http, &LevelDays::from([(Level::Debug, 1)]));
        assert_eq!(days(&chosen, StreamName::Http), [Some(1), Some(30), Some(60), Some(180)]);
        chosen.put_own(StreamName::Audit, &LevelDays::from([(Level::Info, 1)]));
        assert_eq!(days(&chosen, StreamName::Audit), [None; 4]);
    }
}
