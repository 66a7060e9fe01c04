//! The keys that a provider publishes (RFC 7517), and the one of them that a token is signed with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{Algorithm, TokenFault, Unverified};

/// The shortest RSA modulus, in bytes: 2048 bits (RFC 7518 section 3.3).
const MIN_MODULUS_BYTES: usize = 256;

/// One of a provider's keys, as it publishes them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

/// Whether it is a set with at least one key that could sign.
#[must_use]
pub fn are_keys(keys: &str) -> bool {
    let is_one = |key: &Key| [Algorithm::Rs256, Algorithm::Es256].iter().any(|algorithm| fits(key, *algorithm));
    read_keys(keys).is_some_and(|keys| keys.iter().any(is_one))
}

/// A kind of key that is not known here is none of those that are looked for.
fn read_keys(text: &str) -> Option<Vec<Key>> {
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<Box<RawValue>>,
    }
    let Keys { keys } = base::json::from_str(text).ok()?;
    Some(keys.iter().filter_map(|key| base::json::from_str(key.get()).ok()).collect())
}

fn fits(key: &Key, algorithm: Algorithm) -> bool {
    let kind = match algorithm {
        Algorithm::Rs256 => "RSA",
        Algorithm::Es256 => "EC",
    };
    key.kty == kind
        && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
        && key.alg.as_deref().is_none_or(|alg| alg == algorithm.as_str())
}

/// The key of a provider that a token names, as JSON with what is needed of it and nothing else. A token that names none is signed with
/// the only one that could be meant.
///
/// # Errors
/// `UnknownKey`, for which the keys may be asked for once more; `UnusableKey`.
pub fn choose(keys: &str, token: &Unverified<'_>) -> Result<String, TokenFault> {
    let keys = read_keys(keys).ok_or(TokenFault::UnusableKey)?;
    let is_meant = |key: &&Key| fits(key, token.algorithm) && (token.key.is_none() || key.kid == token.key);
    let mut fitting = keys.iter().filter(is_meant);
    let (first, second) = (fitting.next(), fitting.next());
    match (first, second) {
        (Some(key), None) => usable(key, token.algorithm).ok_or(TokenFault::UnusableKey),
        // Two of one name: which of them is meant, nobody knows.
        (Some(_), Some(_)) | (None, _) => Err(TokenFault::UnknownKey),
    }
}

fn usable(key: &Key, algorithm: Algorithm) -> Option<String> {
    let length = |part: &str| URL_SAFE_NO_PAD.decode(part).ok().map(|bytes| bytes.len());
    let key = match algorithm {
        Algorithm::Rs256 => {
            let (n, e) = (key.n.as_deref()?, key.e.as_deref()?);
            if length(n)? < MIN_MODULUS_BYTES {
                return None;
            }
            json!({ "kty": "RSA", "n": n, "e": e })
        }
        Algorithm::Es256 => {
            if key.crv.as_deref() != Some("P-256") {
                return None;
            }
            json!({ "kty": "EC", "crv": "P-256", "x": key.x.as_deref()?, "y": key.y.as_deref()? })
        }
    };
    Some(key.to_string())
}
