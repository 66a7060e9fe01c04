//! How fast passwords may be tried at one account: a pure rule (OWASP ASVS 6.3.1).
//!
//! The first tries are free, for people who mistype. Each further one has to wait, twice as long every time, up to a
//! quarter of an hour. A try counts as failed from the moment that it is allowed, so that parallel guesses gain nothing.
//! A refused try does not count and does not prolong the wait: the owner's next try is never more than a quarter of an
//! hour away. An hour without a try sets the count back; it has to be more than the longest wait, or a patient guesser
//! would get the free tries again and again. So one account bears 15 guesses in the first quarter of an hour, and 305 in
//! a day.

use base::refusal::Refusal;
use base::time::Timestamp;

/// So many failed tries cost nothing.
pub const FREE_TRIES: u32 = 5;

/// The first wait, in milliseconds.
pub const FIRST_WAIT_MS: i64 = 1_000;

/// The longest wait, in milliseconds: 15 minutes.
pub const LONGEST_WAIT_MS: i64 = 15 * 60 * 1_000;

/// So long without a try sets the count back, in milliseconds: an hour.
pub const FADES_AFTER_MS: i64 = 60 * 60 * 1_000;

/// What is remembered of the tries at one account. The default is an account that nobody has tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// Tries that were allowed and have not succeeded.
    pub failures: u32,
    /// When the last of them was allowed.
    pub last_at: Timestamp,
}

impl Throttle {
    /// What is to be remembered when one more try is allowed at `now`.
    ///
    /// # Errors
    /// `TooManyAttempts`, with the rest of the wait, when it is not.
    pub fn attempt(self, now: Timestamp) -> Result<Throttle, Refusal> {
        let since_ms = match now.ms_since(self.last_at) {
            // The clock went back, and nobody knows how long ago it was: no wait may last until that time comes again.
            ..0 => LONGEST_WAIT_MS,
            since_ms => since_ms,
        };
        let failures = if since_ms >= FADES_AFTER_MS { 0 } else { self.failures };
        let rest_ms = wait_ms(failures) - since_ms;
        if rest_ms > 0 {
            let retry_after_s = u32::try_from((rest_ms + 999) / 1_000).unwrap_or(u32::MAX);
            return Err(Refusal::TooManyAttempts { retry_after_s });
        }
        Ok(Throttle { failures: failures.saturating_add(1), last_at: now })
    }

    /// What is to be remembered when the last try was not made after all. When it was allowed still counts: that only
    /// makes the next wait begin later.
    pub fn released(self) -> Throttle {
        Throttle { failures: self.failures.saturating_sub(1), ..self }
    }

    /// When nothing of it is worth remembering any more.
    pub fn fades_at(self) -> Timestamp {
        self.last_at.plus_ms(FADES_AFTER_MS)
    }
}

/// The wait before the next try after so many failures, in milliseconds.
fn wait_ms(failures: u32) -> i64 {
    match failures.checked_sub(FREE_TRIES) {
        None => 0,
        Some(doublings) => FIRST_WAIT_MS.saturating_mul(1_i64 << doublings.min(32)).min(LONGEST_WAIT_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_795_000_000_000).plus_ms(ms)
    }

    fn after(failures: u32) -> Throttle {
        Throttle { failures, last_at: at(0) }
    }

    fn refused_for(outcome: Result<Throttle, Refusal>) -> Option<u32> {
        match outcome {
            Ok(_) => None,
            Err(Refusal::TooManyAttempts { retry_after_s }) => Some(retry_after_s),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn five_tries_are_free_and_then_the_wait_doubles_to_a_quarter_of_an_hour() {
        let waits = [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900];
        for (failures, wait_s) in (0..).zip(waits) {
            let throttle = after(failures);
            if wait_s == 0 {
                assert!(throttle.attempt(at(0)).is_ok(), "{failures}");
                continue;
            }
            assert_eq!(refused_for(throttle.attempt(at(0))), Some(wait_s), "{failures}");
            assert_eq!(refused_for(throttle.attempt(at(i64::from(wait_s) * 1_000 - 1))), Some(1), "{failures}");
            let allowed = throttle.attempt(at(i64::from(wait_s) * 1_000)).unwrap();
            assert_eq!(allowed, Throttle { failures: failures + 1, last_at: at(i64::from(wait_s) * 1_000) });
        }
        assert_eq!(refused_for(after(u32::MAX).attempt(at(0))), Some(900));
    }

    #[test]
    fn ten_thousand_guesses_in_ten_minutes_are_few_hashes() {
        let mut throttle = Throttle::default();
        let mut allowed = 0;
        for guess in 0..10_000 {
            if let Ok(next) = throttle.attempt(at(guess * 60)) {
                throttle = next;
                allowed += 1;
            }
        }
        assert!(allowed <= 15, "{allowed}");
        let owner = throttle.attempt(at(600_000)).map_or_else(|refusal| refusal.retry_after_s().unwrap(), |_| 0);
        assert!(owner <= 900, "the owner gets in within a quarter of an hour, not {owner} s");
    }

    #[test]
    fn the_most_patient_guesser_gets_305_tries_a_day() {
        // He tries as fast as he may until `stop` failures, then lets them fade; the best of all such plans.
        let day_ms = 24 * FADES_AFTER_MS;
        let best = (1..100).map(|stop| {
            let (mut throttle, mut now_ms, mut tries) = (Throttle::default(), 0, 0);
            while now_ms < day_ms {
                match throttle.attempt(at(now_ms)) {
                    Ok(next) => {
                        throttle = next;
                        tries += 1;
                        if throttle.failures == stop {
                            now_ms += FADES_AFTER_MS;
                        }
                    }
                    Err(refusal) => now_ms += i64::from(refusal.retry_after_s().unwrap()) * 1_000,
                }
            }
            tries
        });
        assert_eq!(best.max(), Some(305));
    }

    #[test]
    fn an_hour_without_a_try_sets_the_count_back() {
        let throttle = after(40);
        assert_eq!(throttle.attempt(at(FADES_AFTER_MS - 1)).unwrap().failures, 41);
        assert_eq!(throttle.attempt(at(FADES_AFTER_MS)).unwrap().failures, 1);
        assert_eq!(throttle.fades_at(), at(FADES_AFTER_MS));
    }

    #[test]
    fn a_try_that_was_not_made_does_not_count() {
        let tried = after(3).attempt(at(5)).unwrap();
        assert_eq!(tried.released().failures, 3);
        assert_eq!(Throttle::default().released().failures, 0);
    }

    #[test]
    fn a_clock_that_goes_back_prolongs_no_wait() {
        let tried = after(9).attempt(at(-86_400_000)).unwrap();
        assert_eq!(tried, Throttle { failures: 10, last_at: at(-86_400_000) });
        assert_eq!(refused_for(tried.attempt(at(-86_400_000))), Some(32));
        assert!(tried.attempt(at(-86_400_000 + 32_000)).is_ok());
    }
}
