//! What is an id and what is not, and which ids follow from what.

use super::*;

#[test]
fn a_uuid_is_the_same_in_either_case() {
    let text = "7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001";
    for spelling in [text, "7D7C9C3A-53EA-5B0E-9D9A-64A8F1F0A001", "7D7C9C3A-53ea-5b0e-9d9a-64a8f1f0a001"] {
        assert_eq!(spelling.parse::<UserId>().unwrap().to_string(), text);
        assert_eq!(spelling.parse::<TraceId>().unwrap().as_str(), text);
    }
    let strangers = [
        "",
        "7d7c9c3a53ea5b0e9d9a64a8f1f0a001",
        "{7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001}",
        "urn:uuid:7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001",
        "7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a00g",
        "../../etc/passwd-53ea-5b0e-9d9a-64a8",
    ];
    for stranger in strangers {
        assert_eq!(stranger.parse::<UserId>(), Err(InvalidId { kind: "user id" }), "{stranger:?}");
    }
}

#[test]
fn nothing_that_could_leave_an_actors_name_is_a_text_id() {
    for stranger in ["", "a/b", "a b", "a\nb", "a\0", "ä", "..", &"a".repeat(300)] {
        assert!(stranger.parse::<OrgId>().is_err(), "{stranger:?}");
        assert!(stranger.parse::<EntryId>().is_err(), "{stranger:?}");
        assert!(stranger.parse::<TraceId>().is_err(), "{stranger:?}");
        assert!(stranger.parse::<SessionName>().is_err(), "{stranger:?}");
    }
    assert!("default".parse::<OrgId>().is_ok());
    assert!("-default".parse::<OrgId>().is_err());
    assert!("Default".parse::<OrgId>().is_err());
    assert!("A".repeat(64).parse::<SessionName>().is_err());
}

#[test]
fn a_message_cannot_smuggle_an_invalid_id_in() {
    assert!(serde_json::from_str::<OrgId>("\"default\"").is_ok());
    assert!(serde_json::from_str::<OrgId>("\"a/b\"").is_err());
    assert!(serde_json::from_str::<IdempotencyKey>("\"two words\"").is_err());
}

#[test]
fn a_session_is_named_by_the_hash_of_its_id() {
    let name = SessionName::of(&[0; 32]);
    assert_eq!(name.as_str(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    assert_eq!(name.as_str().parse(), Ok(name.clone()));
}

#[test]
fn ids_that_are_made_are_ids_that_parse() {
    let trace = TraceId::new(Timestamp::from_ms(1_795_499_162_123), &[7; 10]);
    assert_eq!(trace.as_str().parse(), Ok(trace.clone()));
    assert_eq!(trace.as_str().parse::<UserId>().unwrap().0.get_version_num(), 7);
    for entry in [EntryId::of_trace(&trace, u32::MAX), EntryId::of_event(Uuid::max(), i64::MAX, i64::MAX)] {
        assert_eq!(entry.as_str().parse(), Ok(entry.clone()));
    }
}
