//! How long a session holds: a pure rule over two limits.
//!
//! A session ends when it has not been used for the idle limit, and at the absolute limit in any case (OWASP ASVS 7.3).
//! Both are kept with the session when it is opened, so that a changed limit applies to new sessions only.

use base::time::Timestamp;
use serde::{Deserialize, Serialize};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// The limits that an organisation may choose (`domain::settings`). Absent fields take their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionLimits {
    /// A session ends after so many hours without use.
    pub idle_hours: u32,
    /// A session ends so many days after it was opened, used or not.
    pub days: u32,
}

impl Default for SessionLimits {
    /// 12 hours, so that a working day needs one sign-in: a technician's phone is in a pocket for longer than minutes between two
    /// jobs. And 7 days.
    fn default() -> Self {
        Self { idle_hours: 12, days: 7 }
    }
}

impl SessionLimits {
    /// Whether nobody has chosen others.
    #[must_use]
    pub fn are_default(&self) -> bool {
        *self == Self::default()
    }

    /// The idle limit in milliseconds.
    #[must_use]
    pub fn idle_ms(&self) -> i64 {
        i64::from(self.idle_hours) * HOUR_MS
    }

    /// The absolute limit in milliseconds.
    #[must_use]
    pub fn absolute_ms(&self) -> i64 {
        i64::from(self.days) * 24 * HOUR_MS
    }
}

/// Use is written down at most so often: once a minute. A session may thus end up to a minute before its idle limit.
const STEP_MS: i64 = 60_000;

/// The span of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its use was last written down.
    pub seen_at: Timestamp,
    /// Its idle limit, in milliseconds.
    pub idle_ms: i64,
    /// Its absolute limit.
    pub ends_at: Timestamp,
}

impl Term {
    /// The span of a session that is opened at `now` under these limits.
    pub fn starting(now: Timestamp, limits: SessionLimits) -> Self {
        Term { opened_at: now, seen_at: now, idle_ms: limits.idle_ms(), ends_at: now.plus_ms(limits.absolute_ms()) }
    }

    /// The span of a session that holds until its absolute limit, used or not.
    pub fn staying(now: Timestamp, limits: SessionLimits) -> Self {
        Term { idle_ms: limits.absolute_ms(), ..Self::starting(now, limits) }
    }

    /// The span of one that holds until then, used or not.
    pub fn until(now: Timestamp, ends_at: Timestamp) -> Self {
        Term { opened_at: now, seen_at: now, idle_ms: ends_at.ms_since(now), ends_at }
    }

    /// When it ends if it is not used before.
    pub fn expires_at(&self) -> Timestamp {
        self.seen_at.plus_ms(self.idle_ms).min(self.ends_at)
    }

    /// Whether it holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.expires_at()
    }

    /// The span after a use at `now`, when that is worth writing down. A clock that went back moves nothing.
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        (now.ms_since(self.seen_at) >= STEP_MS).then_some(Term { seen_at: now, ..*self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE_LIMIT_MS: i64 = 12 * HOUR_MS;
    const ABSOLUTE_LIMIT_MS: i64 = 7 * 24 * HOUR_MS;

    fn starting() -> Term {
        Term::starting(after(0), SessionLimits::default())
    }

    fn after(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_795_000_000_000).plus_ms(ms)
    }

    #[test]
    fn an_unused_session_ends_at_the_idle_limit() {
        let term = starting();
        assert!(term.holds(after(0)));
        assert!(term.holds(after(IDLE_LIMIT_MS - 1)));
        assert!(!term.holds(after(IDLE_LIMIT_MS)));
    }

    #[test]
    fn a_session_that_stays_ends_at_the_absolute_limit_without_use() {
        let term = Term::staying(after(0), SessionLimits::default());
        assert!(term.holds(after(ABSOLUTE_LIMIT_MS - 1)));
        assert!(!term.holds(after(ABSOLUTE_LIMIT_MS)));
        assert_eq!(term.used(after(ABSOLUTE_LIMIT_MS - 1)).unwrap().expires_at(), after(ABSOLUTE_LIMIT_MS));
    }

    #[test]
    fn use_slides_the_idle_limit_once_a_minute() {
        let term = starting();
        assert_eq!(term.used(after(59_999)), None);
        let slid = term.used(after(60_000)).unwrap();
        assert_eq!(slid.expires_at(), after(60_000 + IDLE_LIMIT_MS));
        assert_eq!(slid.used(after(60_001)), None);
    }

    #[test]
    fn a_session_in_constant_use_ends_at_the_absolute_limit() {
        let mut term = starting();
        let mut writes = 0;
        let mut now = after(0);
        while term.holds(now) {
            if let Some(used) = term.used(now) {
                term = used;
                writes += 1;
            }
            now = now.plus_ms(17_000);
        }
        assert!(now >= after(ABSOLUTE_LIMIT_MS) && now < after(ABSOLUTE_LIMIT_MS + 17_000));
        assert!(writes <= ABSOLUTE_LIMIT_MS / STEP_MS, "{writes} writes");
        assert_eq!(term.expires_at(), after(ABSOLUTE_LIMIT_MS));
    }

    #[test]
    fn a_clock_that_goes_back_neither_ends_nor_prolongs_a_session() {
        let term = starting();
        assert!(term.holds(after(-3_600_000)));
        assert_eq!(term.used(after(-3_600_000)), None);
    }

    #[test]
    fn limits_are_those_of_the_session_not_of_this_version() {
        let short = Term { idle_ms: 1_000, ends_at: after(5_000), ..starting() };
        assert!(!short.holds(after(1_000)));
        let used = Term { seen_at: after(4_500), ..short };
        assert_eq!(used.expires_at(), after(5_000));
        let chosen = Term::starting(after(0), SessionLimits { idle_hours: 1, days: 2 });
        assert_eq!((chosen.idle_ms, chosen.ends_at), (HOUR_MS, after(48 * HOUR_MS)));
    }
}
