//! The platform under the sign-in: one bounded call of a provider, and its signatures by SubtleCrypto, which knows RSA and the curves
//! already.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::domain::identity::token::{TokenFault, Unverified};

/// The longest answer of a provider, in bytes. Microsoft's keys are 15 kB; lists of groups make tokens long.
const LONGEST_ANSWER: u32 = 200_000;

/// How long one answer is waited for, in milliseconds: a sign-in asks three times at most, and twice what is cached.
const PATIENCE_MS: u32 = 3_000;

#[wasm_bindgen]
extern "C" {
    /// The status and the answer, a line apart, or a word; `platform.js`.
    #[wasm_bindgen(js_name = cepatedge_ask_provider)]
    fn ask_provider(url: &str, head: &str, body: &str, limit_ms: u32, largest: u32) -> Promise;
    /// Whether a signature holds.
    #[wasm_bindgen(js_name = cepatedge_is_signed)]
    fn is_signed(algorithm: &str, key: &str, message: &str, signature: &Uint8Array) -> Promise;
}

/// What a provider answered.
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub text: String,
}

/// Asks a provider, with a body or without; nothing where it did not answer in time, or with too much.
pub async fn call(url: &str, headers: &[(&str, &str)], body: &str) -> Option<Answered> {
    let head: Vec<String> = headers.iter().map(|(name, value)| format!("{name}\n{value}")).collect();
    let answer = JsFuture::from(ask_provider(url, &head.join("\n"), body, PATIENCE_MS, LONGEST_ANSWER)).await;
    let answer = answer.ok()?.as_string()?;
    let (status, text) = answer.split_once('\n')?;
    Some(Answered { status: status.parse().ok()?, text: text.to_owned() })
}

/// Whether a token is signed with a key, which is JSON.
///
/// # Errors
/// `UnusableKey`, `Signature`.
pub async fn check_signature(token: &Unverified<'_>, key: &str) -> Result<(), TokenFault> {
    let signature = Uint8Array::from(token.signature.as_slice());
    let checked = JsFuture::from(is_signed(token.algorithm.as_str(), key, token.message, &signature)).await;
    match checked {
        Ok(holds) if holds.as_bool() == Some(true) => Ok(()),
        Ok(_) => Err(TokenFault::Signature),
        Err(_) => Err(TokenFault::UnusableKey),
    }
}
