//! What an identity provider says, and what is entered about one.
//!
//! A description that is taken is the one of the issuer that was asked, and names nothing but https at a host with a name; a token that is taken
//! is for us, of this attempt and of now; a key that is taken is public, and long enough; a path on which somebody goes on leads nowhere but into
//! the app; what was entered and kept is kept the same when it is entered again.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepatedge::domain::identity::issuer::{Reach, checked, path_of_ours};
use cepatedge::domain::identity::provider::Provider;
use cepatedge::domain::identity::token::{CLOCK_LEEWAY_S, Expected, choose, parse, userinfo};
use cepatedge::domain::identity::{checked_client_id, checked_domains, checked_name};
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const ISSUER: &str = "https://id.example.com";
const CLIENT: &str = "cepatedge";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW_S: i64 = 1_795_000_000;

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 6 {
        0 => a_description_is_the_issuers(&input.rest()),
        1 => a_token_is_for_us_now(&input.rest()),
        2 => a_key_is_public_and_long(&input.rest()),
        3 => nobody_is_led_out(&input.rest()),
        4 => what_is_entered_has_one_form(&input.rest()),
        _ => {
            let text = input.rest();
            let _any = parse(&text).map(|token| token.claims(&expected()));
            if let Ok(claims) = userinfo(&text, "s") {
                assert_eq!(claims.subject, "s");
            }
        }
    }
});

fn expected() -> Expected<'static> {
    Expected { issuer: ISSUER, client_id: CLIENT, nonce: NONCE, now_s: NOW_S, proved_since_s: None }
}

fn a_description_is_the_issuers(text: &str) {
    let Ok(provider) = Provider::read(text, ISSUER, Reach::Public) else { return };
    assert_eq!(provider.issuer, ISSUER);
    let addresses = [&provider.authorization, &provider.token, &provider.keys];
    for address in addresses.into_iter().chain(provider.userinfo.iter()) {
        assert!(address.trim().to_ascii_lowercase().starts_with("https:"), "{address:?}");
    }
    assert!(provider.answers(Some(ISSUER)) && !provider.answers(Some("https://evil.example")));
}

fn token(header: &str, payload: &str) -> String {
    format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

fn a_token_is_for_us_now(payload: &str) {
    let token = token(r#"{"alg":"RS256","kid":"k"}"#, payload);
    let Ok(unverified) = parse(&token) else { return };
    let Ok(claims) = unverified.claims(&expected()) else { return };
    let json: Value = serde_json::from_str(payload).unwrap();
    assert_eq!([&json["iss"], &json["nonce"], &json["sub"]], [ISSUER, NONCE, claims.subject.as_str()]);
    let is_us = |value: &Value| value == CLIENT;
    assert!(is_us(&json["aud"]) || json["aud"].as_array().is_some_and(|list| list.iter().any(is_us)));
    assert!(json["azp"].is_null() || is_us(&json["azp"]));
    assert!(
        json["exp"].as_i64().unwrap() > NOW_S - CLOCK_LEEWAY_S
            && json["iat"].as_i64().unwrap() <= NOW_S + CLOCK_LEEWAY_S
    );
    assert!(!claims.subject.is_empty());
    // As a proof it is taken only if it says that they proved who they are just now.
    let proof = Expected { proved_since_s: Some(NOW_S), ..expected() };
    let is_now = json["auth_time"].as_i64().is_some_and(|at| at.abs_diff(NOW_S) <= CLOCK_LEEWAY_S.unsigned_abs());
    assert_eq!(unverified.claims(&proof).is_ok(), is_now);
}

fn a_key_is_public_and_long(keys: &str) {
    for (header, kind) in [(r#"{"alg":"RS256"}"#, "RSA"), (r#"{"alg":"ES256","kid":"k"}"#, "EC")] {
        let token = token(header, "{}");
        let Ok(key) = choose(keys, &parse(&token).unwrap()) else { continue };
        let key: Value = serde_json::from_str(&key).unwrap();
        assert_eq!(key["kty"], kind);
        assert!(key.get("d").is_none() && key.get("k").is_none());
        if kind == "RSA" {
            assert!(URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap().len() >= 256);
        }
    }
}

fn nobody_is_led_out(to: &str) {
    let path = path_of_ours(Some(to));
    assert!(path == "/" || path == to);
    assert!(path.starts_with('/') && !path[1..].starts_with(['/', '\\']));
    assert!(!path.contains(char::is_whitespace) && !path.contains(char::is_control));
}

fn what_is_entered_has_one_form(text: &str) {
    for check in [checked, checked_client_id, checked_domains, checked_name] {
        if let Ok(kept) = check(text) {
            assert_eq!(check(&kept).as_deref(), Ok(kept.as_str()));
        }
    }
}
