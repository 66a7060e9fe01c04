//! What only wasm can show: timers, randomness and cryptography as they are in the module that is deployed, under Node.
//!
//! `cargo xtask test --only wasm` runs it; the rules themselves are tested natively.

#![cfg(target_arch = "wasm32")]

use std::future::pending;

use base::ids::UserId;
use cepatedge::domain::request::IdSeal;
use cepatedge::domain::user::Role;
use cepatedge::domain::user::password;
use cepatedge::router::http::token::{Claims, Keys, SessionId, issue, verify};
use durable::clock;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_wait_takes_its_time() {
    let began = clock::now();
    clock::pause_ms(30).await;
    let waited_ms = clock::now().ms_since(began);
    assert!(waited_ms >= 29, "{waited_ms} ms");
}

#[wasm_bindgen_test]
async fn work_beyond_its_limit_is_given_up_and_work_within_it_is_not() {
    assert_eq!(clock::within(10, pending::<u8>()).await, None);
    assert_eq!(clock::within(1_000, async { 7 }).await, Some(7));
}

#[wasm_bindgen_test]
fn a_password_is_hashed_and_checked() {
    let hash = password::hash("cepatedge-demo", &[7; 16]).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(password::verify(Some(&hash), "cepatedge-demo"));
    assert!(!password::verify(Some(&hash), "cepatedge-demO"));
    assert!(!password::verify(None, "cepatedge-demo"));
}

/// The examples of RFC 4013, section 3, and a password as a keyboard of decomposed letters types it.
#[wasm_bindgen_test]
fn a_password_for_postgresql_is_prepared_with_what_the_runtime_knows_of_unicode() {
    for (typed, prepared) in [
        ("I\u{AD}X", Some("IX")),
        ("user", Some("user")),
        ("\u{AA}", Some("a")),
        ("\u{2168}", Some("IX")),
        ("cafe\u{301}", Some("caf\u{E9}")),
        ("\u{7}", None),
        ("\u{627}\u{31}", None),
    ] {
        assert_eq!(stringprep::saslprep(typed).ok().as_deref(), prepared, "{typed:?}");
    }
}

#[wasm_bindgen_test]
fn a_token_that_is_signed_here_is_read_here_and_nowhere_else() {
    let keys = |byte: char| {
        let secret: String = std::iter::repeat_n(byte, 43).chain(['=']).collect();
        Keys::parse(&format!(r#"{{"current":"k1","keys":{{"k1":"{secret}"}}}}"#)).unwrap()
    };
    let now_s = clock::now().as_ms() / 1_000;
    let claims = Claims {
        sid: SessionId::random().unwrap(),
        sub: UserId(uuid::Uuid::from_u128(7)),
        org: "default".parse().unwrap(),
        role: Role::Technician,
        name: "Citra Dewi".into(),
        iat: now_s,
        exp: now_s + 60,
    };
    let token = issue(&keys('A'), &claims).unwrap();
    assert_eq!(verify(&keys('A'), &token, now_s), Ok(claims));
    assert!(verify(&keys('E'), &token, now_s).is_err());
    assert!(verify(&keys('A'), &token, now_s + 61).is_err());
}

#[wasm_bindgen_test]
fn a_request_id_is_sealed_as_it_is_natively() {
    let org = "default".parse().unwrap();
    let id = IdSeal::new(&[7; 32]).unwrap().derive(&org, UserId(uuid::Uuid::from_u128(1)), &"k1".parse().unwrap());
    assert_eq!(id.to_string(), "be496a7d-f8cd-8d2d-810e-8b305ebe1a4b");
}

#[wasm_bindgen_test]
fn what_is_random_differs() {
    let (one, other) = (SessionId::random().unwrap(), SessionId::random().unwrap());
    assert_ne!(one.name(), other.name());
    assert_ne!(clock::trace(), clock::trace());
}

/// The test vectors of WebAuthn level 3, section 16.
#[wasm_bindgen_test]
async fn the_signatures_of_the_standard_are_right_and_no_other() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use cepatedge::router::factors::subtle::is_signed;
    use webauthn::{Expected, PublicKey, asserted, registered};

    let all: serde_json::Value =
        serde_json::from_str(include_str!("../crates/webauthn/src/ceremony/vectors.json")).unwrap();
    let bytes = |name: &str, ceremony: &str, field: &str| -> Vec<u8> {
        let text = all[name][ceremony][field].as_str().unwrap();
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    for name in ["none-es256", "packed-rs256", "packed-eddsa"] {
        let part = |ceremony: &str, field: &str| bytes(name, ceremony, field);
        let challenge = |ceremony: &str| URL_SAFE_NO_PAD.encode(part(ceremony, "challenge"));
        let (made, used) = (challenge("registration"), challenge("authentication"));
        let expected = |challenge| Expected { challenge, origins: &["https://example.org"], user_verified: false };
        let client = part("registration", "clientDataJSON");
        let made = registered(&expected(&made), &client, &part("registration", "attestationObject")).unwrap();
        let key = PublicKey::from_cose(&made.cose).unwrap();
        let [client, data, signature] =
            ["clientDataJSON", "authenticatorData", "signature"].map(|field| part("authentication", field));
        let used = asserted(&expected(&used), &client, &data, &signature, &key).unwrap();
        assert!(is_signed(&key, &used.message, &used.signature).await, "{name}");
        let (mut message, mut signature) = (used.message.clone(), used.signature.clone());
        message[0] ^= 1;
        signature[9] ^= 1;
        assert!(!is_signed(&key, &message, &used.signature).await, "{name}");
        assert!(!is_signed(&key, &used.message, &signature).await, "{name}");
        assert!(!is_signed(&key, &used.message, &[]).await, "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_secret_is_read_by_its_account_and_key_alone() {
    use cepatedge::router::factors::subtle::{decrypted, encrypted};

    let (secret, key) = ([9; 20], [7; 32]);
    let (one, two) = (encrypted(&key, "ani", &secret).await.unwrap(), encrypted(&key, "ani", &secret).await.unwrap());
    assert_ne!(one, two);
    assert_eq!(decrypted(&key, "ani", &one).await, Ok(Some(secret.to_vec())));
    for (key, owner, text) in
        [([8; 32], "ani", one.as_str()), (key, "budi", &one), (key, "ani", "id1.AAAA"), (key, "ani", "")]
    {
        assert_eq!(decrypted(&key, owner, text).await, Ok(None));
    }
    assert!(decrypted(&key, "ani", &one.replacen("id1", "id2", 1)).await.is_err());
}
