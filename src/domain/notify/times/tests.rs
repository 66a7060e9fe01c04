//! Quiet hours and daily mails, over midnight, over changed clocks, in many zones. `chrono-tz` stands for the platform.

use chrono::{DateTime, Datelike as _, LocalResult, NaiveDate, Offset as _, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

fn ahead_in(zone: Tz) -> impl Fn(Timestamp) -> i64 {
    move |at| {
        let utc = DateTime::<Utc>::from_timestamp_millis(at.as_ms()).unwrap().naive_utc();
        i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000
    }
}

fn times(quiet: Option<(&str, &str)>) -> Times {
    let time = |text: &str| TimeOfDay::parse("quiet", text).unwrap();
    Times {
        time_zone: Some(TimeZone::utc()),
        quiet: quiet.map(|(from, to)| Quiet { from: time(from), to: time(to) }),
        urgent_at_once: true,
        mails: Rhythm::AtOnce,
        hour: 7,
        weekday: Some(Weekday::Monday),
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// When quiet hours end, as text in the zone's own time.
fn until(times: &Times, zone: Tz, text: &str) -> Option<String> {
    let end = times.quiet_until(at(text), &ahead_in(zone))?;
    Some(DateTime::<Utc>::from_timestamp_millis(end.as_ms()).unwrap().with_timezone(&zone).to_rfc3339())
}

#[test]
fn quiet_hours_are_of_the_persons_own_clock_and_go_over_midnight() {
    let night = times(Some(("22:00", "07:00")));
    let jakarta = chrono_tz::Asia::Jakarta;
    let end = |text| until(&night, jakarta, text);
    assert_eq!(end("2026-11-29T21:59:59.999+07:00"), None);
    assert_eq!(end("2026-11-29T22:00:00+07:00").as_deref(), Some("2026-11-30T07:00:00+07:00"));
    assert_eq!(end("2026-11-30T06:59:00+07:00").as_deref(), Some("2026-11-30T07:00:00+07:00"));
    assert_eq!(end("2026-11-30T07:00:00+07:00"), None);
    // Not of UTC's: 22:00 there is 05:00 in Jakarta, and 15:00 UTC is 22:00.
    assert!(end("2026-11-29T15:30:00Z").is_some() && end("2026-11-29T02:00:00Z").is_none());
    let noon = times(Some(("12:00", "13:30")));
    assert_eq!(until(&noon, jakarta, "2026-11-29T13:00:00+07:00").as_deref(), Some("2026-11-29T13:30:00+07:00"));
    assert_eq!(until(&noon, jakarta, "2026-11-29T22:30:00+07:00"), None);
    assert_eq!(times(None).quiet_until(at("2026-11-29T22:30:00Z"), &ahead_in(jakarta)), None);
}

#[test]
fn quiet_hours_are_the_same_in_summer_and_in_winter() {
    let evening = times(Some(("19:00", "23:00")));
    let new_york = chrono_tz::America::New_York;
    for (inside, end) in [
        ("2026-01-15T19:30:00-05:00", "2026-01-15T23:00:00-05:00"),
        ("2026-07-15T19:30:00-04:00", "2026-07-15T23:00:00-04:00"),
        // The night in which the clocks go back, and the one in which they go forward.
        ("2026-11-01T19:00:00-05:00", "2026-11-01T23:00:00-05:00"),
    ] {
        assert_eq!(until(&evening, new_york, inside).as_deref(), Some(end));
    }
    let night = times(Some(("23:00", "02:30")));
    // 02:30 does not exist on 8 March: it is 03:30.
    assert_eq!(until(&night, new_york, "2026-03-07T23:30:00-05:00").as_deref(), Some("2026-03-08T03:30:00-04:00"));
    // 01:30 is twice on 1 November: quiet hours end at the first, and do not begin again.
    let night = times(Some(("23:00", "01:30")));
    assert_eq!(until(&night, new_york, "2026-11-01T00:30:00-04:00").as_deref(), Some("2026-11-01T01:30:00-04:00"));
    assert_eq!(until(&night, new_york, "2026-11-01T01:10:00-05:00"), None);
}

#[test]
fn a_daily_mail_comes_at_its_hour_and_a_weekly_one_on_its_day() {
    let zone = chrono_tz::Asia::Makassar;
    let next = |times: &Times, text: &str| times.next_digest(at(text), &ahead_in(zone)).map(Timestamp::rfc3339);
    let daily = Times { mails: Rhythm::Daily, ..times(None) };
    assert_eq!(next(&daily, "2026-11-29T06:59:00+08:00").unwrap(), "2026-11-28T23:00:00.000Z");
    assert_eq!(next(&daily, "2026-11-29T07:00:00+08:00").unwrap(), "2026-11-29T23:00:00.000Z");
    // 29 November 2026 is a Sunday.
    let weekly = Times { mails: Rhythm::Weekly, ..times(None) };
    assert_eq!(next(&weekly, "2026-11-29T12:00:00+08:00").unwrap(), "2026-11-29T23:00:00.000Z");
    assert_eq!(next(&weekly, "2026-11-30T07:00:00+08:00").unwrap(), "2026-12-06T23:00:00.000Z");
    assert_eq!(next(&times(None), "2026-11-30T07:00:00+08:00"), None);
}

#[test]
fn what_is_urgent_comes_at_once_by_choice_and_everything_else_waits() {
    let ahead = ahead_in(chrono_tz::UTC);
    let night = Times { mails: Rhythm::Daily, hour: 6, ..times(Some(("22:00", "07:00"))) };
    let now = at("2026-11-29T23:00:00Z");
    assert_eq!(night.slot(now, true, &ahead), Slot { due: now, digest: None });
    // The daily mail of six waits for the end of the quiet hours.
    let six = at("2026-11-30T06:00:00Z");
    let held = Slot { due: at("2026-11-30T07:00:00Z"), digest: Some(six) };
    assert_eq!(night.slot(now, false, &ahead), held);
    let strict = Times { urgent_at_once: false, ..night };
    assert_eq!(strict.slot(now, true, &ahead), held);
}

#[test]
fn times_that_cannot_be_are_refused() {
    for text in ["", "7:00", "24:00", "12:60", "12-00", "+1:00", "12:00:00", "１２:00"] {
        assert!(TimeOfDay::parse("quiet", text).is_err(), "{text}");
    }
    assert_eq!(String::from(TimeOfDay::parse("quiet", "07:05").unwrap()), "07:05");
    assert!(times(Some(("22:00", "22:00"))).check().is_err());
    assert!(Times { hour: 24, ..times(None) }.check().is_err());
    assert!(times(Some(("00:00", "23:59"))).check().is_ok());
}

#[test]
fn what_the_platform_says_of_a_zone_is_read() {
    for (text, minutes) in
        [("GMT", 0), ("GMT+07:00", 420), ("GMT-03:30", -210), ("GMT\u{2212}11:00", -660), ("GMT+14:00", 840)]
    {
        assert_eq!(ahead_ms(text), Some(minutes * 60_000), "{text}");
    }
    assert_eq!(ahead_ms("GMT+00:19:32"), Some(1_172_000));
    for text in ["", "UTC", "GMT07:00", "GMT+", "GMT+7:x", "GMT+99:99"] {
        assert_eq!(ahead_ms(text), None, "{text}");
    }
}

/// Any zone, any minute of the years 2000 to 2037, and a window.
fn cases() -> impl Strategy<Value = (Tz, i64, i64, i64)> {
    let zone = (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|at| chrono_tz::TZ_VARIANTS[at]);
    (zone, 15_778_800..35_345_000i64, 0..DAY_MINUTES, 1..DAY_MINUTES)
}

fn windowed(from: i64, length: i64) -> Times {
    let quiet = Quiet { from: TimeOfDay(from), to: TimeOfDay((from + length) % DAY_MINUTES) };
    Times { quiet: Some(quiet), ..times(None) }
}

/// What `chrono-tz` says: the first instant of a local time, or of the one so far behind it as the gap is long.
fn first_of(zone: Tz, day: i64, minute: i64) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_signed(chrono::Duration::days(day))?;
    let wanted = date.and_hms_opt(u32::try_from(minute / 60).ok()?, u32::try_from(minute % 60).ok()?, 0)?;
    match zone.from_local_datetime(&wanted) {
        LocalResult::Single(one) => Some(one.timestamp_millis()),
        LocalResult::Ambiguous(first, second) => Some(first.timestamp_millis().min(second.timestamp_millis())),
        LocalResult::None => None,
    }
}

proptest! {
    #[test]
    fn a_local_time_is_found_as_chrono_finds_it((zone, minutes, from, _) in cases()) {
        let day = minutes / DAY_MINUTES;
        if let Some(expected) = first_of(zone, day, from) {
            prop_assert_eq!(instant(day, from, &ahead_in(zone)).as_ms(), expected);
        } else {
            // In a gap: later than its beginning, and the clock shows more than was asked for.
            let found = instant(day, from, &ahead_in(zone));
            let (shown_day, shown) = local(found, ahead_in(zone)(found));
            prop_assert!((shown_day, shown) > (day, from), "{zone} {day} {from}");
        }
    }

    #[test]
    fn quiet_hours_end_within_a_day_at_the_time_that_was_chosen((zone, minutes, from, length) in cases()) {
        let (times, ahead) = (windowed(from, length), ahead_in(zone));
        let now = Timestamp::from_ms(minutes * MINUTE_MS);
        let shown = DateTime::<Utc>::from_timestamp_millis(now.as_ms()).unwrap().with_timezone(&zone);
        let minute = i64::from(shown.hour() * 60 + shown.minute());
        let is_inside = (minute - from).rem_euclid(DAY_MINUTES) < length;
        match times.quiet_until(now, &ahead) {
            None => prop_assert!(!is_inside || ahead(now) < ahead(now.plus_ms(-DAY_MS)), "{zone} {shown}"),
            Some(end) => {
                prop_assert!(is_inside && end > now, "{zone} {shown}");
                // A day, and whatever the clocks are changed by; a whole day is left out where the date line is crossed.
                prop_assert!(end.ms_since(now) <= 2 * DAY_MS + 7_200_000);
                let (day, shown_end) = local(end, ahead(end));
                let wanted = (from + length) % DAY_MINUTES;
                prop_assert!(shown_end == wanted || first_of(zone, local(now, ahead(now)).0, wanted).is_none()
                    || first_of(zone, day, wanted).is_none(), "{zone} {shown} {shown_end} {wanted}");
            }
        }
    }

    #[test]
    fn there_is_a_daily_mail_each_day_and_a_weekly_one_each_week((zone, minutes, hour, _) in cases()) {
        let ahead = ahead_in(zone);
        let now = Timestamp::from_ms(minutes * MINUTE_MS);
        let hour = u8::try_from(hour % 24).unwrap();
        let daily = Times { mails: Rhythm::Daily, hour, ..times(None) };
        let weekly = Times { mails: Rhythm::Weekly, hour, weekday: Some(Weekday::Friday), ..times(None) };
        let next = daily.next_digest(now, &ahead).unwrap();
        prop_assert!(next > now && next.ms_since(now) <= 2 * DAY_MS + 7_200_000, "{zone}");
        let next = weekly.next_digest(now, &ahead).unwrap();
        prop_assert!(next > now && next.ms_since(now) <= 8 * DAY_MS + 7_200_000, "{zone}");
        let shown = DateTime::<Utc>::from_timestamp_millis(next.as_ms()).unwrap().with_timezone(&zone);
        // A Friday that a zone leaves out, as Samoa did, is its Saturday.
        prop_assert!(shown.weekday() == chrono::Weekday::Fri || first_of(zone, local(now, 0).0, 0).is_none() || shown.year() == 2011, "{zone} {shown}");
    }
}

#[test]
fn what_somebody_leaves_open_is_of_the_place_where_they_are() {
    let place = Place { time_zone: TimeZone::parse("Asia/Makassar").unwrap(), week_start: Weekday::Sunday };
    let open = Times { time_zone: None, weekday: None, mails: Rhythm::Weekly, ..times(None) };
    assert!(open.are_left_open());
    let filled = open.clone().at(&place);
    assert!(!filled.are_left_open());
    // Sunday, 7:00 in Makassar.
    let next = filled.next_digest(at("2026-11-26T00:00:00Z"), &ahead_in(chrono_tz::Asia::Makassar));
    assert_eq!(next, Some(at("2026-11-28T23:00:00Z")));

    // What somebody has chosen, no place changes; and who is written to at once, at any hour, needs none.
    let chosen = Times { mails: Rhythm::Weekly, ..times(Some(("22:00", "07:00"))) };
    assert!(!chosen.are_left_open());
    assert_eq!(chosen.clone().at(&place), chosen);
    assert!(!Times::at_any_hour().are_left_open());
    for part in
        [Times { mails: Rhythm::Daily, ..open.clone() }, Times { weekday: Some(Weekday::Friday), ..open.clone() }]
    {
        assert!(part.are_left_open());
    }
    assert!(Times { time_zone: None, ..times(Some(("22:00", "07:00"))) }.are_left_open());
}
