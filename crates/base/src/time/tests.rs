//! Times as integers in storage and as RFC 3339 in the API.

use super::*;

#[test]
fn a_time_is_written_in_utc_with_milliseconds() {
    let text = "2026-11-24T05:46:02.123Z";
    let time = Timestamp::parse_rfc3339(text).unwrap();
    assert_eq!(time.as_ms(), 1_795_499_162_123);
    assert_eq!(time.rfc3339(), text);
    assert_eq!(Timestamp::from_ms(0).rfc3339(), "1970-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::parse_rfc3339("2026-11-24T12:46:02.1239+07:00"), Ok(time));
}

#[test]
fn times_beyond_four_digit_years_become_the_nearer_bound() {
    assert_eq!(Timestamp::MIN.rfc3339(), "0001-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::MAX.rfc3339(), "9999-12-31T23:59:59.999Z");
    assert_eq!(Timestamp::from_ms(i64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MAX.plus_ms(i64::MAX), Timestamp::MAX);
    assert_eq!(serde_json::from_str::<Timestamp>("9223372036854775807").unwrap().rfc3339(), Timestamp::MAX.rfc3339());
    assert!(Timestamp::parse_rfc3339("0000-12-31T23:59:59.999Z").is_err());
    assert!(Timestamp::parse_rfc3339("9999-12-31T23:59:59.999-00:01").is_err());
}

#[test]
fn what_is_not_a_date_and_time_is_refused() {
    for stranger in ["", "now", "2026-11-24", "1795499162123", "2026-02-30T00:00:00Z", "2026-11-24T05:46:02.123", "\0"]
    {
        assert_eq!(Timestamp::parse_rfc3339(stranger), Err(InvalidTime), "{stranger:?}");
    }
}

#[test]
fn the_field_modules_write_text_and_null() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(with = "rfc3339")]
        at: Timestamp,
        #[serde(with = "rfc3339::option", default)]
        done: Option<Timestamp>,
    }
    let round_trip = |times: &Times| serde_json::from_str::<Times>(&serde_json::to_string(times).unwrap()).unwrap();
    let at = Timestamp::from_ms(5);
    for times in [Times { at, done: None }, Times { at, done: Some(at) }] {
        assert_eq!(round_trip(&times), times);
    }
    let json = r#"{"at":"1970-01-01T00:00:00.005Z"}"#;
    assert_eq!(serde_json::from_str::<Times>(json).unwrap(), Times { at, done: None });
    assert!(serde_json::from_str::<Times>(r#"{"at":5}"#).is_err());
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_time_survives_rfc3339(ms in Timestamp::MIN.as_ms()..=Timestamp::MAX.as_ms()) {
            let time = Timestamp::from_ms(ms);
            prop_assert_eq!(time.rfc3339().len(), 24);
            prop_assert_eq!(Timestamp::parse_rfc3339(&time.rfc3339()), Ok(time));
        }

        #[test]
        fn text_orders_as_time_does(a in any::<i64>(), b in any::<i64>()) {
            let [a, b] = [a, b].map(Timestamp::from_ms);
            prop_assert_eq!(a.cmp(&b), a.rfc3339().cmp(&b.rfc3339()));
        }

        #[test]
        fn any_text_and_any_integer_is_handled(text in any::<String>(), ms in any::<i64>(), by in any::<i64>()) {
            let _ = Timestamp::parse_rfc3339(&text);
            let stored: Timestamp = serde_json::from_str(&ms.to_string()).unwrap();
            prop_assert_eq!(stored.rfc3339().len(), 24);
            let _ = (stored.plus_ms(by), stored.ms_since(Timestamp::from_ms(by)));
        }
    }
}
