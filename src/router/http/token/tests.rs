//! Tokens that hold, and a table of those that must not.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

use super::TokenRefusal::*;
use super::*;

const OLD: [u8; 32] = [7; 32];
const NEW: [u8; 40] = [9; 40];
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256","kid":"k1"}"#;
const HEADER_2: &str = r#"{"typ":"JWT","alg":"HS256","kid":"k2"}"#;
const NOW_S: i64 = 1_795_000_000;

fn keys(current: &str) -> Keys {
    let json = json!({"current": current, "keys": {"k1": STANDARD.encode(OLD), "k2": STANDARD.encode(NEW)}});
    Keys::parse(&json.to_string()).unwrap()
}

fn claims() -> Claims {
    Claims {
        sid: SessionId([3; 32]),
        sub: UserId(uuid::Uuid::from_u128(7)),
        org: "default".parse().unwrap(),
        role: Role::Manager,
        name: "Sari \"é\" 中".to_owned(),
        iat: NOW_S - 10,
        exp: NOW_S + 300,
    }
}

fn payload() -> Value {
    json!({
        "iss": "cepatedge", "aud": "cepatedge-session", "sid": URL_SAFE_NO_PAD.encode([3; 32]),
        "sub": "00000000-0000-0000-0000-000000000007", "org": "default", "role": "manager", "name": "Sari \"é\" 中",
        "iat": NOW_S - 10, "exp": NOW_S + 300,
    })
}

/// `payload` with one claim replaced, or taken away by null.
fn with(claim: &str, value: Value) -> Value {
    let mut payload = payload();
    let claims = payload.as_object_mut().unwrap();
    claims.remove(claim);
    if !value.is_null() {
        claims.insert(claim.to_owned(), value);
    }
    payload
}

/// Any header and payload, rightly signed with HMAC-SHA-256 under `secret`.
fn signed(secret: &[u8], header: &str, payload: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&message).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A payload under a header of ours.
fn ours(payload: &Value) -> String {
    signed(&OLD, HEADER, &payload.to_string())
}

/// Our payload under any header.
fn under(header: &str) -> String {
    signed(&OLD, header, &payload().to_string())
}

/// The HMAC of another hash, in base64url.
fn hmac_of<M: Mac + KeyInit>(secret: &[u8], message: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Our payload, rightly signed with the HMAC of another hash.
fn with_hash<M: Mac + KeyInit>(alg: &str) -> String {
    let header = format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"k1"}}"#);
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload().to_string()));
    let signature = hmac_of::<M>(&OLD, &message);
    format!("{message}.{signature}")
}

#[test]
fn a_token_holds_until_it_expires() {
    let keys = keys("k1");
    let token = issue(&keys, &claims()).unwrap();
    assert_eq!(verify(&keys, &token, NOW_S), Ok(claims()));
    let at = |now_s| verify(&keys, &token, now_s);
    assert!(at(NOW_S + 299).is_ok());
    assert_eq!(at(NOW_S + 300), Err(Expired), "no leeway");
    assert!(at(NOW_S - 10 - ISSUED_LEEWAY_S).is_ok(), "issued two hours ahead of our clock");
    assert_eq!(at(NOW_S - 11 - ISSUED_LEEWAY_S), Err(NotYetValid));
}

#[test]
fn a_token_is_golden() {
    let token = issue(&keys("k1"), &claims()).unwrap();
    let parts: Vec<_> = token.split('.').take(2).map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!(parts[0], HEADER.as_bytes());
    assert_eq!(serde_json::from_slice::<Value>(&parts[1]).unwrap(), payload());
}

#[test]
fn keys_rotate_without_ending_a_session() {
    let before = issue(&keys("k1"), &claims()).unwrap();
    let after = issue(&keys("k2"), &claims()).unwrap();
    for keys in [keys("k1"), keys("k2")] {
        assert!(verify(&keys, &before, NOW_S).is_ok());
        assert!(verify(&keys, &after, NOW_S).is_ok());
    }
    let retired = Keys::parse(&json!({"current": "k2", "keys": {"k2": STANDARD.encode(NEW)}}).to_string()).unwrap();
    assert_eq!(verify(&retired, &before, NOW_S), Err(ForeignHeader));
    assert!(verify(&retired, &after, NOW_S).is_ok());
}

#[test]
fn a_bad_token_is_refused() {
    let good = ours(&payload());
    let [header, body, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let message = format!("{header}.{body}");
    let hs512 = hmac_of::<Hmac<Sha512>>(&OLD, &message);
    let none = |alg: &str| {
        format!("{}.{body}.", URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","kid":"k1","typ":"JWT"}}"#)))
    };
    let table = [
        // The algorithm is not the token's to choose.
        ("alg none", none("none"), ForeignHeader),
        ("alg None", none("None"), ForeignHeader),
        ("alg NONE", none("NONE"), ForeignHeader),
        ("alg none, signed all the same", under(r#"{"alg":"none","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("alg empty", under(r#"{"alg":"","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("alg null", under(r#"{"alg":null,"kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("alg missing", under(r#"{"kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("alg hs256", under(r#"{"alg":"hs256","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("alg list", under(r#"{"alg":["HS256"],"kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("alg twice", under(r#"{"alg":"HS256","alg":"none","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("HS384", with_hash::<Hmac<Sha384>>("HS384"), ForeignHeader),
        ("HS512", with_hash::<Hmac<Sha512>>("HS512"), ForeignHeader),
        ("RS256 with an HMAC", under(r#"{"alg":"RS256","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("ES256 with an HMAC", under(r#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        ("EdDSA with an HMAC", under(r#"{"alg":"EdDSA","kid":"k1","typ":"JWT"}"#), ForeignHeader),
        // Nor is the key.
        ("kid missing", under(r#"{"typ":"JWT","alg":"HS256"}"#), ForeignHeader),
        ("kid unknown", under(r#"{"typ":"JWT","alg":"HS256","kid":"k3"}"#), ForeignHeader),
        ("kid empty", under(r#"{"typ":"JWT","alg":"HS256","kid":""}"#), ForeignHeader),
        (
            "kid a path",
            signed(b"", r#"{"typ":"JWT","alg":"HS256","kid":"../../dev/null"}"#, &payload().to_string()),
            ForeignHeader,
        ),
        ("kid a number", under(r#"{"alg":"HS256","kid":1,"typ":"JWT"}"#), ForeignHeader),
        ("kid null", under(r#"{"alg":"HS256","kid":null,"typ":"JWT"}"#), ForeignHeader),
        ("kid of the other key", signed(&OLD, HEADER_2, &payload().to_string()), BadSignature),
        ("another key", signed(&[8; 32], HEADER, &payload().to_string()), BadSignature),
        ("the empty key", signed(b"", HEADER, &payload().to_string()), BadSignature),
        ("the key as base64", signed(STANDARD.encode(OLD).as_bytes(), HEADER, &payload().to_string()), BadSignature),
        ("HS512 under our header", format!("{header}.{body}.{hs512}"), BadSignature),
        // The header says nothing else.
        ("jwk", under(r#"{"alg":"HS256","kid":"k1","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}"#), ForeignHeader),
        ("jku", under(r#"{"alg":"HS256","kid":"k1","typ":"JWT","jku":"https://evil.example"}"#), ForeignHeader),
        ("x5u", under(r#"{"alg":"HS256","kid":"k1","typ":"JWT","x5u":"https://evil.example"}"#), ForeignHeader),
        ("x5c", under(r#"{"alg":"HS256","kid":"k1","typ":"JWT","x5c":[]}"#), ForeignHeader),
        ("crit", under(r#"{"alg":"HS256","kid":"k1","typ":"JWT","crit":["b64"],"b64":false}"#), ForeignHeader),
        ("zip", under(r#"{"alg":"HS256","kid":"k1","typ":"JWT","zip":"DEF"}"#), ForeignHeader),
        ("typ missing", under(r#"{"alg":"HS256","kid":"k1"}"#), ForeignHeader),
        ("typ at+jwt", under(r#"{"alg":"HS256","kid":"k1","typ":"at+jwt"}"#), ForeignHeader),
        ("typ jwt", under(r#"{"alg":"HS256","kid":"k1","typ":"jwt"}"#), ForeignHeader),
        ("header in another order", under(r#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#), ForeignHeader),
        ("header with a space", under(r#"{"alg":"HS256","kid":"k1", "typ":"JWT"}"#), ForeignHeader),
        ("header a list", under(r#"["HS256","k1","JWT"]"#), ForeignHeader),
        ("header not JSON", under("x"), ForeignHeader),
        ("header empty", under(""), ForeignHeader),
        // Made for another purpose, or for another time.
        ("iss other", ours(&with("iss", json!("evil"))), ForeignPurpose),
        ("iss of another case", ours(&with("iss", json!("CepatEdge"))), ForeignPurpose),
        ("iss missing", ours(&with("iss", Value::Null)), Malformed),
        ("iss a list", ours(&with("iss", json!(["cepatedge"]))), Malformed),
        ("aud other", ours(&with("aud", json!("cepatedge-reset"))), ForeignPurpose),
        ("aud a list", ours(&with("aud", json!(["cepatedge-session"]))), Malformed),
        ("aud missing", ours(&with("aud", Value::Null)), Malformed),
        ("expired long ago", ours(&with("exp", json!(0))), Expired),
        ("expires now", ours(&with("exp", json!(NOW_S))), Expired),
        ("exp negative", ours(&with("exp", json!(i64::MIN))), Expired),
        ("exp missing", ours(&with("exp", Value::Null)), Malformed),
        ("exp a text", ours(&with("exp", json!("9999999999"))), Malformed),
        ("exp a fraction", ours(&with("exp", json!(9_999_999_999.5))), Malformed),
        ("exp past all bounds", ours(&with("exp", json!(u64::MAX))), Malformed),
        ("iat in the future", ours(&with("iat", json!(NOW_S + ISSUED_LEEWAY_S + 1))), NotYetValid),
        ("iat far in the future", ours(&with("iat", json!(i64::MAX))), NotYetValid),
        ("iat missing", ours(&with("iat", Value::Null)), Malformed),
        ("nbf in the future", ours(&with("nbf", json!(NOW_S + 61))), NotYetValid),
        // Claims that are not what they should be.
        ("sid missing", ours(&with("sid", Value::Null)), Malformed),
        ("sid short", ours(&with("sid", json!(URL_SAFE_NO_PAD.encode([3; 31])))), Malformed),
        ("sid long", ours(&with("sid", json!(URL_SAFE_NO_PAD.encode([3; 33])))), Malformed),
        ("sid not base64url", ours(&with("sid", json!("../../../../../../../../../../../../../../x"))), Malformed),
        ("sub not a UUID", ours(&with("sub", json!("admin"))), Malformed),
        ("sub missing", ours(&with("sub", Value::Null)), Malformed),
        ("org with a slash", ours(&with("org", json!("default/x"))), Malformed),
        ("role unknown", ours(&with("role", json!("root"))), Malformed),
        ("role missing", ours(&with("role", Value::Null)), Malformed),
        ("name missing", ours(&with("name", Value::Null)), Malformed),
        ("payload null", ours(&Value::Null), Malformed),
        ("payload a list", ours(&json!([])), Malformed),
        ("payload not JSON", signed(&OLD, HEADER, "x"), Malformed),
        // Not a token.
        ("empty", String::new(), Malformed),
        ("one dot", ".".into(), Malformed),
        ("two dots", "..".into(), ForeignHeader),
        ("a word", "token".into(), Malformed),
        ("no signature", format!("{header}.{body}"), Malformed),
        ("an empty signature", format!("{header}.{body}."), BadSignature),
        ("no payload", format!("{header}..{signature}"), BadSignature),
        ("no header", format!(".{body}.{signature}"), ForeignHeader),
        ("four parts", format!("{good}.{signature}"), Malformed),
        ("a part in front", format!("{header}.{good}"), Malformed),
        ("half a signature", format!("{header}.{body}.{}", &signature[..20]), BadSignature),
        ("padding", format!("{good}="), Malformed),
        ("a space behind", format!("{good} "), Malformed),
        ("a space in front", format!(" {good}"), ForeignHeader),
        ("a line break", format!("{header}.\n{body}.{signature}"), BadSignature),
        ("quotes", format!("\"{good}\""), ForeignHeader),
        ("not ASCII", format!("{header}.{body}.é"), Malformed),
        ("the standard alphabet", format!("{header}.{body}.{}+/", &signature[..41]), Malformed),
        ("a NUL", format!("{good}\0"), Malformed),
        ("huge", ours(&with("name", json!("x".repeat(1_000_000)))), Malformed),
        ("nothing but dots", ".".repeat(3_800), ForeignHeader),
        ("deep JSON", under(&"[".repeat(2_000)), ForeignHeader),
    ];
    let keys = keys("k1");
    assert_eq!(verify(&keys, &good, NOW_S), Ok(claims()), "the table varies a token that holds");
    for (what, token, refusal) in table {
        assert_eq!(verify(&keys, &token, NOW_S), Err(refusal), "{what}");
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let keys = keys("k1");
    let good = issue(&keys, &claims()).unwrap();
    for index in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[index] ^= 1 << bit;
            let flipped = String::from_utf8_lossy(&bytes);
            assert!(verify(&keys, &flipped, NOW_S).is_err(), "bit {bit} of byte {index}");
        }
        assert!(verify(&keys, &good[..index], NOW_S).is_err(), "the first {index} bytes");
        assert!(verify(&keys, &good[index + 1..], NOW_S).is_err(), "from byte {index} on");
    }
}

#[test]
fn a_claim_that_a_newer_router_adds_is_no_obstacle() {
    assert_eq!(verify(&keys("k1"), &ours(&with("locale", json!("id"))), NOW_S), Ok(claims()));
}

#[test]
fn a_token_that_was_genuine_once_still_expires_and_its_memory_is_bounded() {
    let keys = keys("k1");
    let token = issue(&keys, &claims()).unwrap();
    for _ in 0..2 {
        assert_eq!(verify(&keys, &token, NOW_S), Ok(claims()));
        assert_eq!(verify(&keys, &token, NOW_S + 300), Err(Expired));
        assert_eq!(verify(&keys, &token, NOW_S - 11 - ISSUED_LEEWAY_S), Err(NotYetValid));
        assert!(verify(&keys, &format!("{token}A"), NOW_S).is_err());
    }
    for second in 0..3_000 {
        let token = issue(&keys, &Claims { exp: NOW_S + 300 + second, ..claims() }).unwrap();
        assert!(verify(&keys, &token, NOW_S).is_ok());
    }
    assert!(keys.remembered() <= 1_024, "{}", keys.remembered());
    // What one set of keys found genuine says nothing about another.
    let others = Keys::parse(&json!({"current": "k1", "keys": {"k1": STANDARD.encode(NEW)}}).to_string()).unwrap();
    assert_eq!(verify(&others, &token, NOW_S), Err(BadSignature));
}

#[test]
fn a_token_that_no_cookie_holds_is_not_issued() {
    let keys = keys("k1");
    let named = |name: String| issue(&keys, &Claims { name, ..claims() });
    assert_eq!(named("x".repeat(3_000)), Err(TokenTooLong));
    let longest_name = named("中".repeat(200)).unwrap();
    assert!(verify(&keys, &longest_name, NOW_S).is_ok());
}

#[test]
fn broken_keys_are_refused_without_telling_them() {
    let secret = STANDARD.encode([0x5a; 31]);
    let key = STANDARD.encode(OLD);
    let bad = [
        String::new(),
        "null".into(),
        json!(secret).to_string(),
        json!({"current": "k1"}).to_string(),
        json!({"keys": {"k1": key}}).to_string(),
        json!({"current": "k1", "keys": {}}).to_string(),
        json!({"current": "k2", "keys": {"k1": key}}).to_string(),
        json!({"current": "k1", "keys": {"k1": secret}}).to_string(),
        json!({"current": "k1", "keys": {"k1": secret}, "more": 1}).to_string(),
        json!({"current": "k1", "keys": {"k1": [secret]}}).to_string(),
        json!({"current": "k1", "keys": {"k1": secret.replace('W', "?")}}).to_string(),
        json!({"current": "k1", "keys": {"k1": key, "": key}}).to_string(),
        json!({"current": "k1", "keys": {"k1": key, "k 2": key}}).to_string(),
        json!({"current": "k1", "keys": {"k1": key, "k".repeat(33): key}}).to_string(),
    ];
    for json in bad {
        let error = Keys::parse(&json).expect_err(&json).to_string();
        assert!(!error.contains(&secret) && !error.contains("WlpaWlpa"), "{error}");
    }
}

#[test]
fn neither_keys_nor_session_ids_show_themselves() {
    let id = SessionId([0x5a; 32]);
    let shown = format!("{:?} {:?} {:?}", keys("k1"), id, Claims { sid: id.clone(), ..claims() });
    assert!(!shown.contains(&String::from(id.clone())) && !shown.contains("WlpaWlpa"), "{shown}");
    assert!(shown.contains(id.name().as_str()), "{shown}");
    assert!(!shown.contains(&STANDARD.encode(OLD)) && !shown.contains("7, 7"), "{shown}");
}

#[test]
fn session_ids_do_not_repeat_and_survive_the_trip() {
    let ids: std::collections::HashSet<String> = (0..10_000).map(|_| SessionId::random().unwrap().into()).collect();
    assert_eq!(ids.len(), 10_000);
    let text = ids.into_iter().next().unwrap();
    assert_eq!(text.len(), 43);
    let id = SessionId::try_from(text.clone()).unwrap();
    assert_eq!(String::from(id), text);
}

#[test]
fn a_session_is_named_by_the_sha_256_of_its_id() {
    // SHA-256 of 32 zero bytes.
    let name = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
    assert_eq!(SessionId([0; 32]).name().as_str(), name);
}
