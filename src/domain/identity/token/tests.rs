//! Tokens that hold, and a table of those that must not.

use serde_json::{Value, from_str, json};

use super::*;

const ISSUER: &str = "https://id.example.com";
const CLIENT: &str = "cepatedge";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW_S: i64 = 1_795_000_000;

fn expected() -> Expected<'static> {
    Expected { issuer: ISSUER, client_id: CLIENT, nonce: NONCE, now_s: NOW_S, proved_since_s: None }
}

fn payload() -> Value {
    json!({
        "iss": ISSUER, "sub": "24400320", "aud": CLIENT, "exp": NOW_S + 300, "iat": NOW_S - 5, "nonce": NONCE,
        "email": "Maya@Melati.example", "email_verified": true, "name": "Maya Cooper",
    })
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn token(header: &Value, payload: &Value) -> String {
    format!("{}.{}.{}", part(header), part(payload), URL_SAFE_NO_PAD.encode([7; 256]))
}

fn rs256() -> Value {
    json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
}

/// The claims of `payload` with one changed, or taken away by null.
fn with(claim: &str, value: Value) -> Result<Claims, TokenFault> {
    let mut payload = payload();
    let claims = payload.as_object_mut().unwrap();
    claims.remove(claim);
    if !value.is_null() {
        claims.insert(claim.to_owned(), value);
    }
    parse(&token(&rs256(), &payload)).unwrap().claims(&expected())
}

fn fault(claim: &str, value: Value) -> Option<TokenFault> {
    with(claim, value).err()
}

#[test]
fn a_token_that_is_what_it_must_be_says_who_somebody_is() {
    let claims = with("x", Value::Null).unwrap();
    assert_eq!((claims.subject.as_str(), claims.verified), ("24400320", Verified::Yes));
    assert_eq!(claims.email.unwrap().as_str(), "maya@melati.example");
    assert_eq!(claims.name.unwrap().as_str(), "Maya Cooper");
}

#[test]
fn a_proof_is_of_the_time_since_somebody_was_sent_for_it() {
    let began_s = NOW_S - 30;
    let proved = |auth_time: Value| {
        let mut payload = payload();
        payload["auth_time"] = auth_time;
        let expected = Expected { proved_since_s: Some(began_s), ..expected() };
        parse(&token(&rs256(), &payload)).unwrap().claims(&expected).map(|claims| claims.auth_time_s)
    };
    for fine in [NOW_S, began_s, began_s - CLOCK_LEEWAY_S, NOW_S + CLOCK_LEEWAY_S] {
        assert_eq!(proved(json!(fine)), Ok(Some(fine)));
    }
    for old in [began_s - CLOCK_LEEWAY_S - 1, NOW_S + CLOCK_LEEWAY_S + 1, 1, 0, -1, i64::MAX, i64::MIN] {
        assert_eq!(proved(json!(old)).err(), Some(TokenFault::OldAuthTime), "{old}");
    }
    for unsaid in [Value::Null, json!(NOW_S.to_string()), json!(true), json!([NOW_S]), json!(1.5)] {
        assert_eq!(proved(unsaid.clone()).err(), Some(TokenFault::NoAuthTime), "{unsaid}");
    }
    // Whoever only signs in may have been there for long; it is known when.
    assert_eq!(with("auth_time", json!(1)).unwrap().auth_time_s, Some(1));
    assert_eq!(with("auth_time", Value::Null).unwrap().auth_time_s, None);
}

#[test]
fn the_algorithm_is_not_the_tokens_to_choose() {
    for alg in
        ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES384", "EdDSA", "rs256"]
    {
        assert_eq!(
            parse(&token(&json!({ "alg": alg, "kid": "k1" }), &payload())).err(),
            Some(TokenFault::Algorithm),
            "{alg}"
        );
    }
    for header in [json!({}), json!({ "alg": null }), json!({ "alg": ["RS256"] }), json!([]), json!("RS256")] {
        assert_eq!(parse(&token(&header, &payload())).err(), Some(TokenFault::Malformed), "{header}");
    }
    let critical = json!({ "alg": "RS256", "kid": "k1", "crit": ["b64"], "b64": false });
    assert_eq!(parse(&token(&critical, &payload())).err(), Some(TokenFault::Critical));
    let twice = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","alg":"none"}"#));
    assert_eq!(parse(&twice).err(), Some(TokenFault::Malformed));
}

#[test]
fn what_is_no_token_is_refused() {
    let good = token(&rs256(), &payload());
    let long = format!("{good}{}", "A".repeat(MAX_TOKEN_BYTES));
    for text in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "e30.e30",
        &format!("{good}="),
        &format!("{good}.AA"),
        &format!(" {good}"),
        &long,
    ] {
        assert_eq!(parse(text).err(), Some(TokenFault::Malformed), "{text:.40}");
    }
}

#[test]
fn another_issuer_audience_nonce_or_subject_is_refused() {
    for iss in ["https://id.example.com/", "https://ID.example.com", "https://evil.example", "id.example.com", ""] {
        assert_eq!(fault("iss", json!(iss)), Some(TokenFault::Issuer), "{iss}");
    }
    for aud in [json!("other"), json!([]), json!(["other"]), json!({}), json!(1), json!([CLIENT, "other"])] {
        assert_eq!(fault("aud", aud.clone()), Some(TokenFault::Audience), "{aud}");
    }
    assert!(with("aud", json!([CLIENT])).is_ok());
    assert_eq!(fault("azp", json!("other")), Some(TokenFault::Audience));
    assert!(with("azp", json!(CLIENT)).is_ok());
    let mut many = payload();
    many["aud"] = json!([CLIENT, "account"]);
    many["azp"] = json!(CLIENT);
    assert!(parse(&token(&rs256(), &many)).unwrap().claims(&expected()).is_ok());
    for nonce in [Value::Null, json!(""), json!("n-0S6_WzA2M"), json!("N-0S6_WZA2MJ")] {
        assert_eq!(fault("nonce", nonce.clone()), Some(TokenFault::Nonce), "{nonce}");
    }
    for sub in [json!(""), json!("x".repeat(256)), json!("a\nb")] {
        assert_eq!(fault("sub", sub), Some(TokenFault::Subject));
    }
    for claim in ["iss", "sub", "aud", "exp", "iat"] {
        assert_eq!(fault(claim, Value::Null), Some(TokenFault::Malformed), "{claim}");
    }
}

#[test]
fn a_clock_may_be_a_minute_off_and_no_more() {
    assert!(with("exp", json!(NOW_S - 59)).is_ok());
    for exp in [NOW_S - 60, 0, i64::MIN] {
        assert_eq!(fault("exp", json!(exp)), Some(TokenFault::Expired), "{exp}");
    }
    assert!(with("iat", json!(NOW_S + 60)).is_ok());
    for iat in [NOW_S + 61, i64::MAX] {
        assert_eq!(fault("iat", json!(iat)), Some(TokenFault::NotYetValid), "{iat}");
    }
    assert_eq!(fault("nbf", json!(NOW_S + 61)), Some(TokenFault::NotYetValid));
    for exp in [json!("9999999999"), json!(9_999_999_999.5), json!(u64::MAX)] {
        assert_eq!(fault("exp", exp.clone()), Some(TokenFault::Malformed), "{exp}");
    }
}

#[test]
fn an_address_is_somebodys_only_when_the_provider_says_so() {
    let verified = |value: Value| with("email_verified", value).unwrap().verified;
    for yes in [json!(true), json!("true"), json!(1)] {
        assert_eq!(verified(yes), Verified::Yes);
    }
    for no in [json!(false), json!("false"), json!(0), json!("0")] {
        assert_eq!(verified(no), Verified::No);
    }
    for unsaid in [Value::Null, json!("yes"), json!("TRUE"), json!([true]), json!({}), json!("")] {
        assert_eq!(verified(unsaid), Verified::Unsaid);
    }
    let microsoft = |edov: Value, said: Value| {
        let mut payload = payload();
        payload["xms_edov"] = edov;
        payload["email_verified"] = said;
        parse(&token(&rs256(), &payload)).unwrap().claims(&expected()).unwrap().verified
    };
    assert_eq!(microsoft(json!("1"), Value::Null), Verified::Yes);
    assert_eq!(microsoft(json!(true), json!(false)), Verified::No, "an explicit no counts");
    assert_eq!(microsoft(json!(false), Value::Null), Verified::Unsaid);
}

#[test]
fn what_no_account_can_have_is_not_there() {
    for email in [json!("maya"), json!(""), json!(7), json!(["maya@melati.example"]), json!("maya@m\u{e9}lati.example")]
    {
        assert_eq!(with("email", email.clone()).unwrap().email, None, "{email}");
    }
    for name in [json!(""), json!("x".repeat(101)), json!(7)] {
        assert_eq!(with("name", name).unwrap().name, None);
    }
}

fn rsa(kid: &str, bytes: usize) -> Value {
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": URL_SAFE_NO_PAD.encode(vec![0xc1; bytes]), "e": "AQAB", "x5c": ["MII"] })
}

fn chosen(keys: &[Value], header: &Value) -> Result<Value, TokenFault> {
    let token = token(header, &payload());
    choose(&json!({ "keys": keys }).to_string(), &parse(&token).unwrap()).map(|key| from_str(&key).unwrap())
}

#[test]
fn a_key_is_of_the_providers_set_of_its_kind_and_long_enough() {
    let (k1, k2) = (rsa("k1", 256), rsa("k2", 256));
    let key = chosen(&[k2.clone(), k1.clone()], &rs256()).unwrap();
    assert_eq!(key, json!({ "kty": "RSA", "n": k1["n"], "e": "AQAB" }), "nothing else of it goes on");
    assert_eq!(chosen(std::slice::from_ref(&k2), &rs256()), Err(TokenFault::UnknownKey));
    assert_eq!(chosen(&[], &rs256()), Err(TokenFault::UnknownKey));
    assert_eq!(chosen(&[k1.clone(), k1.clone()], &rs256()), Err(TokenFault::UnknownKey), "two of one name");
    assert_eq!(chosen(&[rsa("k1", 128)], &rs256()), Err(TokenFault::UnusableKey), "1024 bits");

    // One without a name is the only one that could be meant, or none.
    let nameless = json!({ "alg": "RS256" });
    assert!(chosen(std::slice::from_ref(&k1), &nameless).is_ok());
    assert_eq!(chosen(&[k1.clone(), k2], &nameless), Err(TokenFault::UnknownKey));

    // Keys of other kinds and purposes are none of them, and do no harm.
    let mut encrypts = k1.clone();
    encrypts["use"] = json!("enc");
    let ec = json!({ "kty": "EC", "kid": "k1", "crv": "P-256", "x": "AA", "y": "AA" });
    let octets = json!({ "kty": "oct", "kid": "k1", "k": "c2VjcmV0" });
    let odd = json!({ "kty": 7, "kid": ["k1"] });
    assert!(chosen(&[encrypts.clone(), ec.clone(), octets.clone(), odd, k1], &rs256()).is_ok());
    assert_eq!(chosen(&[encrypts, ec, octets], &rs256()), Err(TokenFault::UnknownKey));
    let es256 = json!({ "alg": "ES256", "kid": "k1" });
    let curve = |crv: &str| json!({ "kty": "EC", "kid": "k1", "crv": crv, "x": "AA", "y": "AA" });
    assert!(chosen(&[curve("P-256")], &es256).is_ok());
    assert_eq!(chosen(&[curve("P-384")], &es256), Err(TokenFault::UnusableKey));
    for text in ["", "{}", "[]", r#"{"keys":{}}"#] {
        let token = token(&rs256(), &payload());
        assert_eq!(choose(text, &parse(&token).unwrap()), Err(TokenFault::UnusableKey), "{text}");
    }
}

#[test]
fn the_other_word_is_about_the_same_person_or_it_is_not_taken() {
    let said = json!({ "sub": "24400320", "email": "maya@melati.example", "email_verified": "true" }).to_string();
    assert_eq!(userinfo(&said, "24400320").unwrap().verified, Verified::Yes);
    assert_eq!(userinfo(&said, "24400321").err(), Some(TokenFault::Subject));
    assert_eq!(userinfo("eyJ.e30.AA", "24400320").err(), Some(TokenFault::Malformed), "a signed one is not asked for");
}
