//! Entity tags (RFC 9110 section 8.8.3): a record's is its version and a hash of what this viewer is shown.
//!
//! Two viewers are shown different actions in the same version, and one viewer another clock a minute later: so `If-None-Match`
//! compares the whole tag. `If-Match` is about the version alone: whoever decides has seen that version, whatever else was shown.

use base::refusal::Refusal;

/// The tag of `body`, a record in this version: `"v7-9f86d081884c7d65"`.
#[must_use]
pub fn of(version: i64, body: &str) -> String {
    format!("\"v{version}-{:016x}\"", fnv1a(body.as_bytes()))
}

/// FNV-1a, 64 bits: it tells bodies apart and protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Whether an `If-None-Match` names `tag`, by the weak comparison of RFC 9110 section 13.1.2; `*` names every one.
#[must_use]
pub fn is_among(tag: &str, if_none_match: &str) -> bool {
    let mut named = if_none_match.split(',').map(str::trim);
    named.any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// The version that an `If-Match` names; none if any will do (`*`).
///
/// # Errors
/// `Invalid` for what is not one tag of this API: `"v7"`, or `"v7-…"` as it was answered.
pub fn version_in(if_match: &str) -> Result<Option<i64>, Refusal> {
    let text = if_match.trim();
    if text == "*" {
        return Ok(None);
    }
    let malformed =
        || Refusal::invalid("If-Match", "malformed", "If-Match must be an ETag of this API, such as \"v7\".");
    let inner = text.strip_prefix("\"v").and_then(|text| text.strip_suffix('"')).ok_or_else(malformed)?;
    let (version, hash) = inner.split_once('-').map_or((inner, None), |(version, hash)| (version, Some(hash)));
    let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    // A tag is compared letter by letter: `"v07"` and `"v+7"` are none of ours.
    let number: Option<i64> = version.parse().ok().filter(|number: &i64| number.to_string() == version);
    match number {
        Some(number) if hash.is_none_or(is_hash) => Ok(Some(number)),
        Some(_) | None => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_in_one_way() {
        assert_eq!(version_in("\"v7\""), Ok(Some(7)));
        assert_eq!(version_in(&of(7, "{}")), Ok(Some(7)));
        assert_eq!(version_in(" * "), Ok(None));
        let others = [
            "\"v07\"",
            "\"v+7\"",
            "\"v\"",
            "v7",
            "W/\"v7\"",
            "\"v7\", \"v8\"",
            "",
            "\"v7-\"",
            "\"v7-00000000000000XX\"",
        ];
        for other in others {
            assert!(version_in(other).is_err(), "{other}");
        }
    }

    #[test]
    fn what_differs_has_another_tag() {
        let tag = of(7, "{\"may_edit\":true}");
        assert_ne!(tag, of(7, "{\"may_edit\":false}"));
        for named in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            assert!(is_among(&tag, &named), "{named}");
        }
        for other in ["", "\"v7\"", "\"other\""] {
            assert!(!is_among(&tag, other), "{other}");
        }
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // The vectors of the reference: http://www.isthe.com/chongo/src/fnv/test_fnv.c
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
