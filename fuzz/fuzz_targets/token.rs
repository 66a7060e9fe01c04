//! The session token and `JWT_KEYS`.
//!
//! A text that verifies is one that was issued; a damaged one does not verify. What is rightly signed, by a key of
//! ours, verifies only under a header of ours, byte for byte, with our issuer and audience and within its times; it
//! then says what its JSON says, and says it again when it is issued anew.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cepatedge::domain::{Role, UserId};
use cepatedge::router::http::token::{
    CLOCK_LEEWAY_S, Claims, ISSUED_LEEWAY_S, Keys, SessionId, TokenRefusal, issue, verify,
};
use cepatedge_fuzz::{Input, begin, damaged};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

const NOW_S: i64 = 1_795_000_000;
const SECRETS: [(&str, &[u8; 32]); 2] = [("k1", &[7; 32]), ("k2", &[9; 32])];

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 6 {
        0 => assert!(verify(&keys("k1"), &input.rest(), NOW_S).is_err()),
        1 => damage_is_noticed(&mut input),
        2 => says_what_its_json_says(&input.rest()),
        3 => only_our_header_counts(&input.rest()),
        4 => only_three_parts_count(&input.rest()),
        _ => keys_work_or_are_refused(&input.rest()),
    }
});

fn keys(current: &str) -> Keys {
    let secrets: Value =
        SECRETS.iter().map(|(kid, secret)| ((*kid).to_owned(), json!(STANDARD.encode(secret)))).collect();
    Keys::parse(&json!({ "current": current, "keys": secrets }).to_string()).unwrap()
}

fn header(kid: &str) -> String {
    format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{kid}"}}"#)
}

fn claims() -> Claims {
    Claims {
        sid: SessionId::try_from(URL_SAFE_NO_PAD.encode([3; 32])).unwrap(),
        sub: UserId(Uuid::from_u128(7)),
        org: "default".parse().unwrap(),
        role: Role::Manager,
        name: "Sari".to_owned(),
        iat: NOW_S - 10,
        exp: NOW_S + 300,
    }
}

/// `message` with the signature that the key makes of it.
fn signed(secret: &[u8], message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn part(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn damage_is_noticed(input: &mut Input<'_>) {
    let kid = SECRETS[input.below(2)].0;
    let token = issue(&keys(kid), &claims()).unwrap();
    let damaged = damaged(&token, input);
    let keys = keys("k1");
    let is_genuine = |text: &str| verify(&keys, text, NOW_S).is_ok();
    assert_eq!(is_genuine(&damaged), damaged == token);
    // Also by who remembers the genuine one.
    assert!(is_genuine(&token));
    assert_eq!(is_genuine(&damaged), damaged == token);
}

fn says_what_its_json_says(payload: &str) {
    let (kid, secret) = SECRETS[0];
    let token = signed(secret, &format!("{}.{}", part(&header(kid)), part(payload)));
    let keys = keys("k2");
    let outcome = verify(&keys, &token, NOW_S);
    assert_eq!(verify(&keys, &token, NOW_S), outcome, "asked again");
    let Ok(claims) = outcome else { return };

    let json: Value = serde_json::from_str(payload).unwrap();
    assert_eq!([&json["iss"], &json["aud"]], ["cepatedge", "cepatedge-session"]);
    assert_eq!(json["sub"].as_str().map(Uuid::parse_str), Some(Ok(claims.sub.0)));
    assert_eq!(json["org"], claims.org.as_str());
    assert_eq!(json["role"], claims.role.as_str());
    assert_eq!(json["name"], claims.name);
    assert_eq!([&json["iat"], &json["exp"]], [&json!(claims.iat), &json!(claims.exp)]);
    assert!(claims.exp > NOW_S && claims.iat <= NOW_S + ISSUED_LEEWAY_S);
    assert!(json["nbf"].as_i64().is_none_or(|nbf| nbf <= NOW_S + CLOCK_LEEWAY_S));
    assert_eq!(verify(&keys, &token, claims.exp), Err(TokenRefusal::Expired));
    if let Ok(again) = issue(&keys, &claims) {
        assert_eq!(verify(&keys, &again, NOW_S), Ok(claims));
    }
}

fn only_our_header_counts(written: &str) {
    let payload = issue(&keys("k1"), &claims()).unwrap();
    let payload = payload.split('.').nth(1).unwrap();
    for (kid, secret) in SECRETS {
        let token = signed(secret, &format!("{}.{payload}", part(written)));
        assert_eq!(verify(&keys("k1"), &token, NOW_S).is_ok(), written == header(kid));
    }
}

/// A message of any shape, rightly signed: only `header.payload` without a further dot can be one of ours.
fn only_three_parts_count(message: &str) {
    let message = message.replace("HEADER", &part(&header("k1")));
    let token = signed(SECRETS[0].1, &message);
    if verify(&keys("k1"), &token, NOW_S).is_ok() {
        let (header_part, payload) = message.split_once('.').unwrap();
        assert_eq!(header_part, part(&header("k1")));
        let json = URL_SAFE_NO_PAD.decode(payload).unwrap();
        assert!(serde_json::from_slice::<Value>(&json).unwrap().is_object());
        assert_eq!(URL_SAFE_NO_PAD.encode(json), payload);
    }
}

fn keys_work_or_are_refused(json: &str) {
    match Keys::parse(json) {
        Ok(keys) => {
            let token = issue(&keys, &claims()).unwrap();
            assert_eq!(verify(&keys, &token, NOW_S), Ok(claims()));
            assert!(format!("{keys:?}").len() < 20);
        }
        Err(error) => assert!(error.to_string().len() < 200),
    }
}
