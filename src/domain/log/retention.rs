//! How long a stream keeps its entries, by level; a line per rule.

use base::time::Timestamp;

use crate::domain::log::{Level, StreamName};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Milliseconds after which an entry leaves; `None` where entries stay: the audit stream is append-only.
pub const fn keep_ms(stream: StreamName, level: Level) -> Option<i64> {
    if matches!(stream, StreamName::Audit) {
        return None;
    }
    Some(match level {
        Level::Debug => 3 * DAY_MS,
        Level::Info => 30 * DAY_MS,
        Level::Warn => 90 * DAY_MS,
        Level::Error => 180 * DAY_MS,
    })
}

/// When an entry leaves.
pub fn expires_at(stream: StreamName, level: Level, ts: Timestamp) -> Option<Timestamp> {
    keep_ms(stream, level).map(|keep_ms| ts.plus_ms(keep_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_more_stays_longer_and_the_audit_stays_for_ever() {
        let days =
            |stream| Level::ALL.iter().map(|level| keep_ms(stream, *level).map(|ms| ms / DAY_MS)).collect::<Vec<_>>();
        assert_eq!(days(StreamName::Http), [Some(3), Some(30), Some(90), Some(180)]);
        assert_eq!(days(StreamName::Audit), [None; 4]);
    }
}
