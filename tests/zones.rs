//! Time zones: what an ECMA-402 `Intl` says, as `src/objects/zones.rs` asks it, is what `chrono-tz` says, by which the properties of
//! quiet hours go. The `Intl` is that of Node.js, which has the zone data of the same library as workerd.

use std::process::Command;

use cepatedge::domain::Timestamp;
use cepatedge::domain::notify::times::ahead_ms;
use chrono::{DateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Places with and without summer time, with half and quarter hours, north and south, and one that crossed the date line.
const ZONES: [&str; 16] = [
    "UTC",
    "Asia/Jakarta",
    "Asia/Makassar",
    "Asia/Jayapura",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Nairobi",
];

/// Every eleven days and some hours from 2005 on: each hour of a day, each part of a year.
fn instants() -> impl Iterator<Item = i64> {
    (0..700).map(|step| 1_104_537_600_000 + step * (11 * 24 + 5) * 3_600_000)
}

#[test]
fn what_the_platform_says_of_a_zone_is_what_the_tests_go_by() {
    let script = "const [zones, instants] = process.argv.slice(1).map(JSON.parse);
        console.log(JSON.stringify(zones.map((timeZone) => {
            const { format } = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
            return instants.map((at) => format(at));
        })));";
    let instants: Vec<i64> = instants().collect();
    let arguments = ["-e", script, &serde_json::json!(ZONES).to_string(), &serde_json::json!(instants).to_string()];
    let output = Command::new("node").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    for (zone, texts) in ZONES.iter().zip(said) {
        let tz: Tz = zone.parse().unwrap();
        for (at, text) in instants.iter().zip(texts) {
            let utc = DateTime::<Utc>::from_timestamp_millis(*at).unwrap().naive_utc();
            let expected = i64::from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000;
            let found = text.rsplit(", ").next().and_then(ahead_ms);
            assert_eq!(found, Some(expected), "{zone} at {}: {text}", Timestamp::from_ms(*at).rfc3339());
        }
    }
}
