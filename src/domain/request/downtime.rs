//! Since when and until when an asset stands still, as a report tells it: what may be said, and what contradicts itself.
//!
//! Downtime is not booked. It follows from these two times, from when the work was completed, and from the states of the asset:
//! `db::statements::downtime` puts them together.

use base::refusal::Refusal;
use base::time::{ApiTime, Timestamp};

use super::report::{EditInput, Report};

/// So far ahead the clock of somebody's device may be: what they call now is now.
const AHEAD_MS: i64 = 5 * 60_000;

const SINCE: &str = "down_since";
const UNTIL: &str = "down_until";

/// The report with times that have come: one of a clock that goes a little fast is now.
///
/// # Errors
/// `Invalid`: `in_future`, or what [`check`] says.
pub fn settled(mut report: Report, now: Timestamp) -> Result<Report, Refusal> {
    report.down_since = come(SINCE, report.down_since, now)?;
    report.down_until = come(UNTIL, report.down_until, now)?;
    check(&report)?;
    Ok(report)
}

/// An edit with times that have come, likewise.
///
/// # Errors
/// `Invalid`, `in_future`.
pub fn settled_edit(input: &EditInput, now: Timestamp) -> Result<EditInput, Refusal> {
    Ok(EditInput {
        down_since: input.down_since.map(|time| come(SINCE, time, now)).transpose()?,
        down_until: input.down_until.map(|time| come(UNTIL, time, now)).transpose()?,
        ..input.clone()
    })
}

fn come(field: &str, time: Option<ApiTime>, now: Timestamp) -> Result<Option<ApiTime>, Refusal> {
    match time {
        Some(time) if time.0 > now.plus_ms(AHEAD_MS) => {
            Err(Refusal::invalid(field, "in_future", format!("{field} is in the future.")))
        }
        time => Ok(time.map(|time| ApiTime(time.0.min(now)))),
    }
}

/// Whether what a report says of downtime makes sense.
///
/// # Errors
/// `Invalid`: `needs_asset` where nothing is named that could stand still, `needs_since` for an end without a beginning, `before_since` for
/// an end before it.
pub fn check(report: &Report) -> Result<(), Refusal> {
    let wrong = |field: &str, code: &str, detail: &str| Err(Refusal::invalid(field, code, detail));
    match (report.down_since, report.down_until) {
        (Some(_), _) if report.asset.is_none() => {
            wrong(SINCE, "needs_asset", "Only an asset stands still: name one, or take this away.")
        }
        (None, Some(_)) => wrong(UNTIL, "needs_since", "It ends what has no beginning: say down_since."),
        (Some(since), Some(until)) if until < since => wrong(UNTIL, "before_since", "down_until is before down_since."),
        _ => Ok(()),
    }
}

impl EditInput {
    /// Whether it is of nothing but how long the asset stood still.
    #[must_use]
    pub fn is_of_downtime_alone(&self) -> bool {
        let (down_since, down_until) = (self.down_since, self.down_until);
        (down_since.is_some() || down_until.is_some()) && *self == Self { down_since, down_until, ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
