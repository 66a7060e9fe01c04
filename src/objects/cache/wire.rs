//! The bytes of the cache's contract. A changed line here is a changed format: fields are added with defaults, and never
//! renamed.

use serde_json::value::RawValue;
use serde_json::{Value, from_value, json, to_value};

use super::api::{Cache, CacheKey, CacheStats, Cached, Forget, Get, Inbox, Put, Stats};
use crate::objects::protocol::{Key, Message};

fn is_golden(message: impl Message<To = Cache>, golden: &Value) {
    assert_eq!(&to_value(message.into_inbox()).unwrap(), golden);
    let read: Inbox = from_value(golden.clone()).unwrap();
    assert_eq!(&to_value(&read).unwrap(), golden);
}

#[test]
fn messages_are_golden() {
    let put = Put { key: "k".into(), value: "[1]".into(), ttl_ms: 60_000, tags: vec!["users".into()] };
    is_golden(Get { key: "k".into() }, &json!({"get": {"key": "k"}}));
    is_golden(put, &json!({"put": {"key": "k", "value": "[1]", "ttl_ms": 60_000, "tags": ["users"]}}));
    is_golden(Forget { tag: Some("users".into()) }, &json!({"forget": {"tag": "users"}}));
    is_golden(Forget { tag: None }, &json!({"forget": {"tag": null}}));
    is_golden(Stats {}, &json!({"stats": {}}));
    assert!(from_value::<Inbox>(json!({"forget": {}})).is_ok(), "a tag may be left out");
}

#[test]
fn replies_are_golden() {
    let value = RawValue::from_string(r#"{"b":1, "a":[]}"#.into()).unwrap();
    let text = serde_json::to_string(&Cached { value, fresh: false }).unwrap();
    assert_eq!(text, r#"{"value":{"b":1, "a":[]},"fresh":false}"#, "the value passes as it was stored");
    assert_eq!(serde_json::from_str::<Cached>(&text).unwrap().value.get(), r#"{"b":1, "a":[]}"#);

    let stats = CacheStats { namespace: "users".into(), entries: 1, hits: 2, misses: 3, stale: 4, storage_bytes: 5 };
    let golden = json!({"namespace": "users", "entries": 1, "hits": 2, "misses": 3, "stale": 4, "storage_bytes": 5});
    assert_eq!(to_value(stats).unwrap(), golden);
    assert!(from_value::<CacheStats>(golden).is_ok());
}

#[test]
fn a_cache_is_named_by_organisation_and_namespace() {
    assert_eq!(CacheKey::parse("default/users").unwrap().name(), "default/users");
    for foreign in ["", "users", "/users", "De fault/users"] {
        assert!(CacheKey::parse(foreign).is_none(), "{foreign:?}");
    }
}
