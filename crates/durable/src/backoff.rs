//! How long a failed delivery waits: exponential backoff with full jitter, so that a thousand objects that failed together
//! do not come back together.

/// The window of the first retry, in milliseconds.
pub const BASE_MS: i64 = 250;
/// The greatest window: five minutes.
pub const CAP_MS: i64 = 300_000;

/// The window of retry number `attempt` (0 is the first), in milliseconds: no wait for it is longer.
#[must_use]
pub fn window_ms(attempt: u32) -> i64 {
    // 250 ms * 2^11 is past the cap; a larger shift changes nothing.
    BASE_MS.saturating_mul(1 << attempt.min(11)).min(CAP_MS)
}

/// Milliseconds until retry number `attempt` (0 is the first): `random` (in 0..1) of the window
/// `min(CAP_MS, BASE_MS * 2^attempt)`, and at least 1, since an alarm set for this very instant stalls.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // the window is far below 2^53
pub fn delay_ms(attempt: u32, random: f64) -> i64 {
    let window_ms = window_ms(attempt);
    let share = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
    ((window_ms as f64 * share) as i64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_doubles_up_to_five_minutes() {
        let windows: Vec<i64> = (0..13).map(|attempt| delay_ms(attempt, 1.0)).collect();
        let expected =
            [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000];
        assert_eq!(windows, expected);
        assert_eq!(delay_ms(u32::MAX, 1.0), CAP_MS);
    }

    #[test]
    fn the_delay_is_a_random_share_of_the_window_and_never_nothing() {
        assert_eq!(delay_ms(3, 0.5), 1_000);
        assert_eq!(delay_ms(3, 0.0), 1);
        assert_eq!(delay_ms(3, -7.0), 1);
        assert_eq!(delay_ms(3, f64::NAN), 2_000);
    }
}
