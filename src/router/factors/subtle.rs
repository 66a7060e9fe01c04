//! The platform's cryptography (Web Cryptography): signatures of passkeys, and the encryption of the secrets of authenticator apps.
//!
//! A secret is AES-256-GCM with a random nonce, bound to its account, under a key that follows from `ID_KEY`. In front stands which key:
//! another one may come beside it, and what the old one has encrypted is read on.

use base::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use webauthn::PublicKey;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["globalThis", "crypto", "subtle"], js_name = importKey)]
    async fn import_key(
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        uses: Vec<String>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["globalThis", "crypto", "subtle"], js_name = verify)]
    async fn verify_by(
        algorithm: &JsValue,
        key: &JsValue,
        signature: &Uint8Array,
        message: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["globalThis", "crypto", "subtle"], js_name = encrypt)]
    async fn encrypt_by(algorithm: &JsValue, key: &JsValue, bytes: &Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["globalThis", "crypto", "subtle"], js_name = decrypt)]
    async fn decrypt_by(algorithm: &JsValue, key: &JsValue, bytes: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// The key that follows from `ID_KEY`, as it stands in front of what it has encrypted.
const KEY_ID: &str = "id1";

/// Bytes of a nonce of AES-GCM (NIST SP 800-38D, section 8.2).
const NONCE: usize = 12;

/// Whether the signature over the message is this key's. A key that the platform does not take has signed nothing.
pub async fn is_signed(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let verified = async {
        let jwk = serde_json::to_string(&key.jwk()).map_err(|_| JsValue::NULL)?;
        let jwk = js_sys::JSON::parse(&jwk)?;
        let (import, verify) = match key {
            PublicKey::Es256 { .. } => (
                object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])?,
                object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())])?,
            ),
            PublicKey::EdDsa { .. } => (object(&[("name", "Ed25519".into())])?, object(&[("name", "Ed25519".into())])?),
            PublicKey::Rs256 { .. } => {
                let name = ("name", JsValue::from("RSASSA-PKCS1-v1_5"));
                (object(&[name.clone(), ("hash", "SHA-256".into())])?, object(&[name])?)
            }
        };
        let key = import_key("jwk", &jwk, &import, false, vec!["verify".into()]).await?;
        verify_by(&verify, &key, &Uint8Array::from(signature), &Uint8Array::from(message)).await
    };
    let verified: Result<JsValue, JsValue> = verified.await;
    verified.is_ok_and(|verified| verified.is_truthy())
}

/// Encrypts a secret for an account.
///
/// # Errors
/// `Internal` when the platform cannot.
pub async fn encrypted(key: &[u8; 32], owner: &str, secret: &[u8]) -> Result<String, Refusal> {
    let nonce: [u8; NONCE] = durable::clock::random()?;
    let encrypted = async {
        let (key, algorithm) = aes(key, "encrypt", owner, &nonce).await?;
        encrypt_by(&algorithm, &key, &Uint8Array::from(secret)).await
    };
    let encrypted: Result<JsValue, JsValue> = encrypted.await;
    let encrypted = Uint8Array::new(&encrypted.map_err(|_| Refusal::Internal)?).to_vec();
    Ok(format!("{KEY_ID}.{}", URL_SAFE_NO_PAD.encode([&nonce[..], &encrypted].concat())))
}

/// What was encrypted for this account; `None` for what was not.
///
/// # Errors
/// `Unavailable` for a key of a newer release.
pub async fn decrypted(key: &[u8; 32], owner: &str, text: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let Some((key_id, text)) = text.split_once('.') else { return Ok(None) };
    if key_id != KEY_ID {
        return Err(Refusal::unavailable("second factor", 60));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let Some((nonce, bytes)) = bytes.split_first_chunk::<NONCE>() else { return Ok(None) };
    let decrypted = async {
        let (key, algorithm) = aes(key, "decrypt", owner, nonce).await?;
        decrypt_by(&algorithm, &key, &Uint8Array::from(bytes)).await
    };
    let decrypted: Result<JsValue, JsValue> = decrypted.await;
    Ok(decrypted.ok().map(|bytes| Uint8Array::new(&bytes).to_vec()))
}

async fn aes(key: &[u8; 32], to: &str, owner: &str, nonce: &[u8; NONCE]) -> Result<(JsValue, JsValue), JsValue> {
    let raw = Uint8Array::from(&key[..]);
    let key = import_key("raw", &raw, &JsValue::from_str("AES-GCM"), false, vec![to.to_owned()]).await?;
    let algorithm = object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(&nonce[..]).into()),
        ("additionalData", Uint8Array::from(owner.as_bytes()).into()),
    ])?;
    Ok((key, algorithm))
}

fn object(fields: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    Ok(object.into())
}
