//! Who sends a message: the signature that a push service asks for (RFC 8292, RFC 7515).

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

/// A signature may hold for so long, in seconds (RFC 8292, 2).
const LONGEST_S: u64 = 24 * 60 * 60;

/// Whether `authorization` is signed for the service at `origin` by whoever has the key that the browser has subscribed with; gives its
/// subject.
pub(super) fn check(authorization: &str, origin: &str, subscribed: &str) -> Result<String> {
    let parts = authorization.strip_prefix("vapid ").context("no vapid")?;
    let part = |name: &str| {
        let named = parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        named.with_context(|| format!("no {name}"))
    };
    let (token, key) = (part("t")?, part("k")?);
    ensure!(key == subscribed, "another key than the browser has subscribed with");
    let mut texts = token.split('.');
    let (head, claims, signature) = (texts.next(), texts.next(), texts.next());
    let (head, claims, signature) =
        (head.context("no head")?, claims.context("no claims")?, signature.context("no signature")?);
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).context("no base64url");
    let verifier = VerifyingKey::from_sec1_bytes(&decoded(key)?).context("the key is no point")?;
    let signature = Signature::from_slice(&decoded(signature)?).context("the signature is none")?;
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
    verifier.verify(signed.as_bytes(), &signature).context("the signature does not hold")?;
    let (head, claims): (Value, Value) =
        (serde_json::from_slice(&decoded(head)?)?, serde_json::from_slice(&decoded(claims)?)?);
    ensure!(head["alg"] == "ES256" && head["typ"] == "JWT", "the head is {head}");
    ensure!(claims["aud"] == origin, "it is signed for {}", claims["aud"]);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let ends = claims["exp"].as_u64().context("no exp")?;
    ensure!(ends > now && ends <= now + LONGEST_S, "it holds from {now} to {ends}");
    let subject = claims["sub"].as_str().context("no sub")?;
    ensure!(subject.starts_with("mailto:") || subject.starts_with("https://"), "nobody is reached at {subject}");
    Ok(subject.to_owned())
}
