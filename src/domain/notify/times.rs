//! When one is written to: not at night, and, by choice, once a day or once a week instead of at once.
//!
//! All of it is in the local time of the person: a zone that they see and choose. How far its clock is ahead of UTC at an instant is
//! passed in, since only the platform knows. A local time that does not exist, when clocks go forward, is the one after the gap; of one
//! that there is twice the first counts (DESIGN, section 10).

use base::refusal::Refusal;
use base::text::required;
use base::time::Timestamp;
use base::words;
use serde::{Deserialize, Serialize};

use crate::domain::organisation::{TimeZone, Weekday};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const DAY_MINUTES: i64 = 1_440;

words! {
    /// How often one is written to.
    pub enum Rhythm: "rhythm" {
        /// At once, a mail each.
        AtOnce = "at_once",
        /// Once a day, one mail.
        Daily = "daily",
        /// Once a week, one mail.
        Weekly = "weekly",
    }
}

/// A time of day, to the minute: `22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(i64);

/// The hours in which one is not written to, perhaps over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quiet {
    /// When they begin.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^([01]\\d|2[0-3]):[0-5]\\d$"))]
    pub from: TimeOfDay,
    /// When they end. The same as `from` is refused.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^([01]\\d|2[0-3]):[0-5]\\d$"))]
    pub to: TimeOfDay,
}

/// When somebody is written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Where their clock is. Left open, it is as their profile says, or else as the organisation does: [`Place`].
    #[serde(default)]
    pub time_zone: Option<TimeZone>,
    /// The quiet hours, if they have some.
    #[serde(default)]
    pub quiet: Option<Quiet>,
    /// Whether what is urgent comes at once, also in quiet hours and before the daily or weekly mail.
    #[serde(default)]
    pub urgent_at_once: bool,
    /// How often.
    pub mails: Rhythm,
    /// The hour of a daily or weekly mail.
    #[serde(default)]
    pub hour: u8,
    /// The day of a weekly one. Left open, it is the first of the organisation's week.
    #[serde(default)]
    pub weekday: Option<Weekday>,
}

/// Where somebody is, as their profile or else the organisation says: what fills in what their times leave open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where their clock is.
    pub time_zone: TimeZone,
    /// The day that their week begins with.
    pub week_start: Weekday,
}

/// When a mail is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When.
    pub due: Timestamp,
    /// The daily or weekly mail that it is a part of, named by its time.
    pub digest: Option<Timestamp>,
}

impl TryFrom<String> for TimeOfDay {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse("quiet", &text)
    }
}

impl From<TimeOfDay> for String {
    fn from(TimeOfDay(minutes): TimeOfDay) -> Self {
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl TimeOfDay {
    /// Parses `HH:MM`, as the field's name says where it is wrong.
    ///
    /// # Errors
    /// `Invalid`: `required` or `malformed_time`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Err(required(field));
        }
        let is_number = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let digits = |part: &str| is_number(part).then(|| part.parse::<u8>().ok()).flatten();
        let parts = text.split_once(':').and_then(|(hour, minute)| Some((digits(hour)?, digits(minute)?)));
        match parts {
            Some((hour @ 0..24, minute @ 0..60)) => Ok(Self(i64::from(hour) * 60 + i64::from(minute))),
            _ => Err(Refusal::invalid(field, "malformed_time", "This is no time of day, such as 22:00.")),
        }
    }
}

/// The day since 1970 and the minute of it that a clock shows which is so far ahead of UTC.
fn local(at: Timestamp, ahead_ms: i64) -> (i64, i64) {
    let ms = at.as_ms().saturating_add(ahead_ms);
    (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS) / MINUTE_MS)
}

/// When a clock shows this minute of this day. In a gap the time after it; of two the first.
fn instant(day: i64, minute: i64, ahead_ms: &impl Fn(Timestamp) -> i64) -> Timestamp {
    let shown_ms = day.saturating_mul(DAY_MS).saturating_add(minute * MINUTE_MS);
    let utc = Timestamp::from_ms(shown_ms);
    // No clock is changed twice within two days.
    let (before, after) = (ahead_ms(utc.plus_ms(-DAY_MS)), ahead_ms(utc.plus_ms(DAY_MS)));
    // In a gap neither fits, and the earlier way of counting gives a time after it.
    let fits = |&ahead: &i64| ahead_ms(utc.plus_ms(-ahead)) == ahead;
    let ahead = [before, after].into_iter().filter(fits).max().unwrap_or(before);
    utc.plus_ms(-ahead)
}

/// Monday is 0; the first day of 1970 was a Thursday.
const fn day_of_week(day: i64) -> i64 {
    day.saturating_add(3).rem_euclid(7)
}

impl Times {
    /// Whether they can be.
    ///
    /// # Errors
    /// `Invalid` naming `quiet` (`no_window`) or `hour` (`out_of_range`).
    pub fn check(&self) -> Result<(), Refusal> {
        if self.quiet.is_some_and(|quiet| quiet.from == quiet.to) {
            return Err(Refusal::invalid("quiet", "no_window", "Quiet hours end at another time than they begin."));
        }
        if self.hour > 23 {
            return Err(Refusal::invalid("hour", "out_of_range", "It is a whole hour from 0 to 23."));
        }
        Ok(())
    }

    /// Those of whoever has chosen none: at once, at any hour.
    #[must_use]
    pub fn at_any_hour() -> Self {
        Self { time_zone: None, quiet: None, urgent_at_once: true, mails: Rhythm::AtOnce, hour: 7, weekday: None }
    }

    /// Whether it takes a [`Place`] to say when a mail is due.
    #[must_use]
    pub fn are_left_open(&self) -> bool {
        let has_hours = self.quiet.is_some() || self.mails != Rhythm::AtOnce;
        (has_hours && self.time_zone.is_none()) || (self.mails == Rhythm::Weekly && self.weekday.is_none())
    }

    /// They, with nothing left open.
    #[must_use]
    pub fn at(self, place: &Place) -> Self {
        let Self { time_zone, weekday, .. } = self;
        Self {
            time_zone: time_zone.or_else(|| Some(place.time_zone.clone())),
            weekday: weekday.or(Some(place.week_start)),
            ..self
        }
    }

    /// When the quiet hours end that `at` is in; none where it is in none.
    #[must_use]
    pub fn quiet_until(&self, at: Timestamp, ahead_ms: &impl Fn(Timestamp) -> i64) -> Option<Timestamp> {
        let Quiet { from: TimeOfDay(from), to: TimeOfDay(to) } = self.quiet?;
        let (day, minute) = local(at, ahead_ms(at));
        let is_quiet = if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to };
        if !is_quiet {
            return None;
        }
        let last = if minute >= to { day.saturating_add(1) } else { day };
        // When clocks go back the end may have been already, an hour ago.
        Some(instant(last, to, ahead_ms)).filter(|end| *end > at)
    }

    /// When the next daily or weekly mail behind `at` is sent; none where mails are sent at once.
    #[must_use]
    pub fn next_digest(&self, at: Timestamp, ahead_ms: &impl Fn(Timestamp) -> i64) -> Option<Timestamp> {
        let is_day = |day: i64| match self.mails {
            Rhythm::AtOnce => false,
            Rhythm::Daily => true,
            Rhythm::Weekly => Weekday::ALL
                .iter()
                .position(|day| Some(*day) == self.weekday)
                .is_some_and(|wanted| i64::try_from(wanted).is_ok_and(|wanted| day_of_week(day) == wanted)),
        };
        let (today, _) = local(at, ahead_ms(at));
        let minute = (i64::from(self.hour) * 60).min(DAY_MINUTES - 1);
        let days = (today..=today.saturating_add(8)).filter(|&day| is_day(day));
        days.map(|day| instant(day, minute, ahead_ms)).find(|&next| next > at)
    }

    /// When a mail is due that could be sent at `at`.
    #[must_use]
    pub fn slot(&self, at: Timestamp, is_urgent: bool, ahead_ms: &impl Fn(Timestamp) -> i64) -> Slot {
        if is_urgent && self.urgent_at_once {
            return Slot { due: at, digest: None };
        }
        let digest = self.next_digest(at, ahead_ms);
        let due = digest.unwrap_or(at);
        Slot { due: self.quiet_until(due, ahead_ms).unwrap_or(due), digest }
    }
}

/// How far ahead of UTC is what ECMA-402 calls `longOffset`: `GMT`, `GMT+07:00`, `GMT-03:30`, in milliseconds.
#[must_use]
pub fn ahead_ms(long_offset: &str) -> Option<i64> {
    let offset = long_offset.strip_prefix("GMT")?;
    if offset.is_empty() {
        return Some(0);
    }
    // A minus that is typeset as one is one.
    let (sign, rest) = match offset.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, offset.strip_prefix('-').or_else(|| offset.strip_prefix('\u{2212}'))?),
    };
    let mut parts = rest.split(':');
    let mut number =
        || parts.next().map_or(Some(0), |part| part.parse::<i64>().ok().filter(|part| (0..60).contains(part)));
    let (hours, minutes, seconds) = (number()?, number()?, number()?);
    Some(sign * (hours * 3_600 + minutes * 60 + seconds) * 1_000)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
