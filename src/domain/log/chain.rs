//! The hash chain of the `audit` stream: whoever changes, removes or inserts an entry breaks every link behind it.
//!
//! An entry's link is SHA-256 over the link before it and the entry's public JSON, exactly as it is stored and shown; so
//! an exported stream can be verified without this code. The first entry links to 64 zeros.

use base::hex;
use sha2::{Digest, Sha256};

/// What the first entry links to.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The link of the entry `json` behind `previous`, in hexadecimal.
pub fn link(previous: &str, json: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(previous.as_bytes());
    hash.update(json.as_bytes());
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_hash_of_the_previous_link_and_the_text() {
        // printf '%064d{"seq":1}' 0 | sha256sum
        let first = link(GENESIS, r#"{"seq":1}"#);
        assert_eq!(first, "0a00898550374c41186879d92f30325cd0a550ce8c5da4d9aeef34a95c0b85ea");
        assert_ne!(link(&first, r#"{"seq":2}"#), link(GENESIS, r#"{"seq":2}"#));
    }
}
