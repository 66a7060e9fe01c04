//! What a cache takes: bounds that keep one namespace small, checked before anything is written.

use base::refusal::Refusal;
use serde_json::value::RawValue;

use crate::objects::cache::api::Put;

/// The largest value, in bytes: 256 KiB.
pub const MAX_VALUE_BYTES: usize = 256 * 1_024;

/// The longest key or tag, in bytes.
pub const MAX_NAME_BYTES: usize = 512;

/// The most tags of one value.
pub const MAX_TAGS: usize = 32;

/// The longest time to live, in milliseconds: 30 days.
pub const MAX_TTL_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Whether `put` may be stored.
///
/// # Errors
/// `TooLarge`, or `Invalid` with the field that is wrong.
pub fn check(put: &Put) -> Result<(), Refusal> {
    if put.value.len() > MAX_VALUE_BYTES {
        return Err(Refusal::TooLarge { limit_bytes: MAX_VALUE_BYTES as u64 });
    }
    if put.tags.len() > MAX_TAGS {
        return Err(Refusal::invalid("tags", "too_many", format!("A value has at most {MAX_TAGS} tags.")));
    }
    let names = [("key", &put.key)].into_iter().chain(put.tags.iter().map(|tag| ("tags", tag)));
    for (field, name) in names {
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            let detail = format!("A key or tag has 1 to {MAX_NAME_BYTES} bytes.");
            return Err(Refusal::invalid(field, "bad_length", detail));
        }
    }
    if !(1..=MAX_TTL_MS).contains(&put.ttl_ms) {
        let detail = format!("A time to live is 1 to {MAX_TTL_MS} ms.");
        return Err(Refusal::invalid("ttl_ms", "out_of_range", detail));
    }
    // It is handed out as JSON unread, so it is read once on its way in.
    match base::json::from_str::<&RawValue>(&put.value) {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::invalid("value", "not_json", "A value is JSON text.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put() -> Put {
        let (value, tags) = (r#"[{"id":1}]"#.into(), vec!["users".into()]);
        Put { key: "technicians".into(), value, ttl_ms: 60_000, tags, as_of: None, version: 0 }
    }

    #[test]
    fn what_is_within_bounds_is_taken() {
        assert_eq!(check(&put()), Ok(()));
        let value = format!("\"{}\"", "x".repeat(MAX_VALUE_BYTES - 2));
        let tags = vec!["t".repeat(MAX_NAME_BYTES); MAX_TAGS];
        let largest =
            Put { key: "k".repeat(MAX_NAME_BYTES), value, ttl_ms: MAX_TTL_MS, tags, as_of: None, version: i64::MAX };
        assert_eq!(check(&largest), Ok(()));
        assert_eq!(check(&Put { tags: Vec::new(), ttl_ms: 1, ..put() }), Ok(()));
    }

    #[test]
    fn what_is_not_is_refused_with_its_field() {
        let field = |put: Put| match check(&put) {
            Err(Refusal::Invalid { field, .. }) => field,
            Err(Refusal::TooLarge { limit_bytes: 262_144 }) => "value is too large".into(),
            other => panic!("{other:?}"),
        };
        let too_large = format!("\"{}\"", "x".repeat(MAX_VALUE_BYTES - 1));
        assert_eq!(field(Put { value: too_large, ..put() }), "value is too large");
        for value in ["", "{", "1 2", "undefined", "{\"a\":1}x", "\"\u{1}\""] {
            assert_eq!(field(Put { value: value.into(), ..put() }), "value", "{value:?}");
        }
        assert_eq!(field(Put { key: String::new(), ..put() }), "key");
        assert_eq!(field(Put { key: "k".repeat(MAX_NAME_BYTES + 1), ..put() }), "key");
        assert_eq!(field(Put { tags: vec![String::new()], ..put() }), "tags");
        assert_eq!(field(Put { tags: vec!["t".into(); MAX_TAGS + 1], ..put() }), "tags");
        for ttl_ms in [0, -1, i64::MIN, MAX_TTL_MS + 1, i64::MAX] {
            assert_eq!(field(Put { ttl_ms, ..put() }), "ttl_ms", "{ttl_ms}");
        }
    }
}
