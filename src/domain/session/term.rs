//! How long a session holds: a pure rule over two limits.
//!
//! A session ends when it has not been used for the idle limit, and at the absolute limit in any case (OWASP ASVS 7.3).
//! Both are kept with the session when it is opened, so that a changed limit applies to new sessions only.

use base::time::Timestamp;

/// A session ends after so long without use: 12 hours, so that a working day needs one sign-in. RELIABILITY proposes 30
/// minutes for staff; a technician's phone is in a pocket for longer than that between two jobs.
pub const IDLE_LIMIT_MS: i64 = 12 * 60 * 60 * 1_000;

/// A session ends so long after it was opened, used or not: 7 days.
pub const ABSOLUTE_LIMIT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

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
    /// The span of a session that is opened at `now`, under the limits of this version.
    pub fn starting(now: Timestamp) -> Self {
        Term { opened_at: now, seen_at: now, idle_ms: IDLE_LIMIT_MS, ends_at: now.plus_ms(ABSOLUTE_LIMIT_MS) }
    }

    /// The span of a session that holds until its absolute limit, used or not.
    pub fn staying(now: Timestamp) -> Self {
        Term { idle_ms: ABSOLUTE_LIMIT_MS, ..Self::starting(now) }
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

    fn after(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_795_000_000_000).plus_ms(ms)
    }

    #[test]
    fn an_unused_session_ends_at_the_idle_limit() {
        let term = Term::starting(after(0));
        assert!(term.holds(after(0)));
        assert!(term.holds(after(IDLE_LIMIT_MS - 1)));
        assert!(!term.holds(after(IDLE_LIMIT_MS)));
    }

    #[test]
    fn a_session_that_stays_ends_at_the_absolute_limit_without_use() {
        let term = Term::staying(after(0));
        assert!(term.holds(after(ABSOLUTE_LIMIT_MS - 1)));
        assert!(!term.holds(after(ABSOLUTE_LIMIT_MS)));
        assert_eq!(term.used(after(ABSOLUTE_LIMIT_MS - 1)).unwrap().expires_at(), after(ABSOLUTE_LIMIT_MS));
    }

    #[test]
    fn use_slides_the_idle_limit_once_a_minute() {
        let term = Term::starting(after(0));
        assert_eq!(term.used(after(59_999)), None);
        let slid = term.used(after(60_000)).unwrap();
        assert_eq!(slid.expires_at(), after(60_000 + IDLE_LIMIT_MS));
        assert_eq!(slid.used(after(60_001)), None);
    }

    #[test]
    fn a_session_in_constant_use_ends_at_the_absolute_limit() {
        let mut term = Term::starting(after(0));
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
        let term = Term::starting(after(0));
        assert!(term.holds(after(-3_600_000)));
        assert_eq!(term.used(after(-3_600_000)), None);
    }

    #[test]
    fn limits_are_those_of_the_session_not_of_this_version() {
        let short = Term { idle_ms: 1_000, ends_at: after(5_000), ..Term::starting(after(0)) };
        assert!(!short.holds(after(1_000)));
        let used = Term { seen_at: after(4_500), ..short };
        assert_eq!(used.expires_at(), after(5_000));
    }
}
