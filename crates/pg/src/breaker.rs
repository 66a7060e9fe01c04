//! The circuit breaker in front of PostgreSQL: pure, with time passed in.
//!
//! Its promise: during an outage each session costs the server one probe per delay, however many callers wait, and the
//! callers learn at once that they have to wait. A probe that vanishes (its caller was cut off) cannot jam it, because the
//! permission to probe expires.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Failures in a row that open the circuit.
const THRESHOLD: u32 = 5;
/// The first delay; each failed probe doubles it.
const FIRST_DELAY_MS: i64 = 1_000;
/// The longest delay: how long a server may be back before it is noticed.
const MAX_DELAY_MS: i64 = 2_000;
/// How long one probe has before another one is let through.
const PROBE_MS: i64 = 15_000;

/// The breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    failures: u32,
    /// Once the threshold is reached, nothing passes before this moment; milliseconds since the epoch.
    open_until_ms: i64,
}

/// Its state, for `/api/system/monitor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BreakerState {
    /// Calls pass.
    Closed {
        /// Failures in a row so far.
        failures: u32,
    },
    /// Calls are refused.
    Open {
        /// When the next probe is allowed, milliseconds since the epoch.
        until_ms: i64,
    },
    /// The next call is the probe.
    HalfOpen,
}

impl Breaker {
    /// Lets a call pass, or says how long to wait. While half open, only one call in `PROBE_MS` passes.
    pub fn admit(&mut self, now_ms: i64) -> Result<(), Duration> {
        match self.state(now_ms) {
            BreakerState::Closed { .. } => Ok(()),
            BreakerState::HalfOpen => {
                self.open_until_ms = now_ms + PROBE_MS;
                Ok(())
            }
            BreakerState::Open { until_ms } => {
                Err(Duration::from_millis(u64::try_from(until_ms - now_ms).unwrap_or_default()))
            }
        }
    }

    /// The server answered: whatever it said, it is there.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The server did not answer, or said that it is not well.
    pub fn failed(&mut self, now_ms: i64) {
        self.failures = self.failures.saturating_add(1);
        if let Some(doublings) = self.failures.checked_sub(THRESHOLD) {
            let delay_ms = FIRST_DELAY_MS.saturating_mul(1 << doublings.min(10)).min(MAX_DELAY_MS);
            self.open_until_ms = now_ms + delay_ms;
        }
    }

    /// Its state now.
    pub fn state(&self, now_ms: i64) -> BreakerState {
        let wait_ms = self.open_until_ms - now_ms;
        if self.failures < THRESHOLD {
            BreakerState::Closed { failures: self.failures }
        } else if (1..=PROBE_MS).contains(&wait_ms) {
            // No wait is longer: one that is was begun by a clock that has gone back since.
            BreakerState::Open { until_ms: self.open_until_ms }
        } else {
            BreakerState::HalfOpen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_at(now_ms: i64) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..THRESHOLD {
            breaker.failed(now_ms);
        }
        breaker
    }

    #[test]
    fn four_failures_are_bad_luck_and_five_are_an_outage() {
        let mut breaker = Breaker::default();
        for failures in 0..THRESHOLD {
            assert_eq!(breaker.state(0), BreakerState::Closed { failures });
            breaker.admit(0).unwrap();
            breaker.failed(0);
        }
        assert_eq!(breaker.state(0), BreakerState::Open { until_ms: 1_000 });
        assert_eq!(breaker.admit(400), Err(Duration::from_millis(600)));
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            breaker.failed(0);
            breaker.failed(0);
            breaker.succeeded();
        }
        assert_eq!(breaker.state(0), BreakerState::Closed { failures: 0 });
    }

    #[test]
    fn half_open_lets_one_probe_through() {
        let mut breaker = open_at(0);
        assert_eq!(breaker.state(1_000), BreakerState::HalfOpen);
        breaker.admit(1_000).unwrap();
        assert!(breaker.admit(1_001).is_err());
        breaker.succeeded();
        assert_eq!(breaker.admit(1_002), Ok(()));
    }

    #[test]
    fn each_failed_probe_doubles_the_delay_up_to_the_cap() {
        let mut breaker = open_at(0);
        let mut now_ms = 0;
        let mut delays = Vec::new();
        for _ in 0..40 {
            let BreakerState::Open { until_ms } = breaker.state(now_ms) else { panic!("not open") };
            delays.push(until_ms - now_ms);
            now_ms = until_ms;
            breaker.admit(now_ms).unwrap();
            breaker.failed(now_ms);
        }
        assert_eq!(delays[..6], [1_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
        assert_eq!(delays.last(), Some(&MAX_DELAY_MS));
    }

    #[test]
    fn a_clock_that_goes_back_keeps_it_open_for_no_longer() {
        let hour = 3_600_000;
        let mut breaker = open_at(hour);
        assert_eq!(breaker.state(0), BreakerState::HalfOpen);
        breaker.admit(0).unwrap();
        breaker.failed(0);
        assert_eq!(breaker.state(0), BreakerState::Open { until_ms: 2_000 });
    }

    #[test]
    fn a_probe_that_vanishes_does_not_jam_it() {
        let mut breaker = open_at(0);
        breaker.admit(1_000).unwrap();
        assert_eq!(breaker.admit(1_000 + PROBE_MS), Ok(()));
    }
}
