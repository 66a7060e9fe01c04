//! Refusals cross between actors and between versions: their JSON is golden.

use serde_json::json;

use crate::domain::golden::assert_golden;
use crate::domain::{Action, Refusal, Status};

pub(crate) fn one_of_each() -> Vec<Refusal> {
    let transition = Refusal::InvalidTransition {
        status: Status::Approved.word(),
        allowed: vec![Action::Assign.word()],
        record: None,
    };
    let stale = Refusal::Stale { version: 7, record: None };
    vec![
        Refusal::NotFound,
        Refusal::Unauthenticated,
        Refusal::Forbidden { action: Some(Action::Approve.word()) },
        Refusal::Forbidden { action: None },
        Refusal::SecondFactorRequired,
        Refusal::ReauthenticationRequired,
        transition.clone(),
        transition.with_record(json!({"version": 7})),
        stale.clone(),
        stale.with_record(json!({"version": 7})),
        Refusal::IdempotencyKeyReused,
        Refusal::invalid("title", "too_long", "title may have at most 200 characters."),
        Refusal::InvalidCursor,
        Refusal::TooManyAttempts { retry_after_s: 30 },
        Refusal::InvalidCredentials,
        Refusal::InvalidKey,
        Refusal::InsufficientScope { needs: Some("work".into()) },
        Refusal::InsufficientScope { needs: None },
        Refusal::unavailable("database", 5),
        Refusal::TooLarge { limit_bytes: 262_144 },
        Refusal::FileTooLarge { limit_bytes: 26_214_400 },
        Refusal::unsupported("unsupported_file", "This file is none of those that are taken."),
        Refusal::LengthRequired,
        Refusal::conflict("already_exists", "This request exists already."),
    ]
}

#[test]
fn every_refusal_crosses_unchanged() {
    assert_golden("refusals.json", &one_of_each());
    for refusal in one_of_each() {
        let json = serde_json::to_string(&refusal).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal);
    }
}

#[test]
fn a_refusal_of_an_older_version_still_parses() {
    let forbidden = r#"{"refusal":"forbidden"}"#;
    assert_eq!(serde_json::from_str::<Refusal>(forbidden).unwrap(), Refusal::Forbidden { action: None });
    let newer = r#"{"refusal":"stale","version":7,"something":"new"}"#;
    assert_eq!(serde_json::from_str::<Refusal>(newer).unwrap(), Refusal::Stale { version: 7, record: None });
}

#[test]
fn every_refusal_has_a_code_and_whole_sentences() {
    for refusal in one_of_each() {
        assert!(refusal.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{refusal:?}");
        assert!(refusal.to_string().ends_with('.'), "{refusal:?}");
        assert!(!refusal.title().is_empty(), "{refusal:?}");
    }
}

#[test]
fn only_what_passes_by_itself_names_a_time_to_retry() {
    let retried: Vec<Refusal> = one_of_each().into_iter().filter(|refusal| refusal.retry_after_s().is_some()).collect();
    let expected = [Refusal::TooManyAttempts { retry_after_s: 30 }, Refusal::unavailable("database", 5)];
    assert_eq!(retried, expected);
}
