//! Tokens that are not ours, or no longer, or not for this: all of them are 401.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

use crate::stack;
use crate::support::{Client, draft, new_user};

const COOKIE: &str = "__Host-ce_session";

#[tokio::test]
async fn a_token_that_does_not_hold_is_no_session_on_any_path() {
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let other = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let id = technician.report("A lamp is dark").await["id"].as_str().expect("an id").to_owned();
    let genuine = token(&technician);
    let (kid, secret) = signing_key();
    let claims = claims_of(&genuine);
    let now_s = claims["iat"].as_i64().expect("iat");
    let sign = |header: Value, claims: &Value| signed(&secret, &in_order(&header), &claims.to_string());
    let ours = || json!({ "alg": "HS256", "kid": kid, "typ": "JWT" });
    let ours_again = technician.with_cookie(Some(&format!("{COOKIE}={}", sign(ours(), &claims))));
    ours_again.get("/api/me").await.expect(200);
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        sign(ours(), &claims)
    };

    let mut bad: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("no token", "hello".into()),
        ("another key", signed(&[7; 32], &in_order(&ours()), &claims.to_string())),
        ("no signature", genuine.rsplit_once('.').expect("three parts").0.to_owned() + "."),
        ("half a token", genuine[..genuine.len() / 2].to_owned()),
        ("something behind it", format!("{genuine}A")),
        ("a part more", format!("{genuine}.e30")),
        ("alg none", unsigned(&json!({ "alg": "none", "typ": "JWT" }), &claims, "")),
        ("alg none with our kid", unsigned(&json!({ "alg": "none", "kid": kid, "typ": "JWT" }), &claims, "")),
        ("alg NONE, signed", sign(json!({ "alg": "NONE", "kid": kid, "typ": "JWT" }), &claims)),
        (
            "alg none before our signature",
            unsigned(&json!({ "alg": "none", "kid": kid, "typ": "JWT" }), &claims, signature_of(&genuine)),
        ),
        ("another kid", sign(json!({ "alg": "HS256", "kid": "k2", "typ": "JWT" }), &claims)),
        ("a kid that is a path", sign(json!({ "alg": "HS256", "kid": "../../dev/null", "typ": "JWT" }), &claims)),
        ("no kid", sign(json!({ "alg": "HS256", "typ": "JWT" }), &claims)),
        (
            "a key that it brings along",
            sign(json!({ "alg": "HS256", "kid": kid, "typ": "JWT", "jwk": { "kty": "oct", "k": "AAAA" } }), &claims),
        ),
        ("a critical header", sign(json!({ "alg": "HS256", "kid": kid, "typ": "JWT", "crit": ["exp"] }), &claims)),
        ("HS512 with our key", with_hs512(&kid, &secret, &claims)),
        ("expired a second ago", with("exp", json!(now_s - 1))),
        ("expired long ago", with("exp", json!(1))),
        ("not valid yet", with("nbf", json!(now_s + 3_600))),
        ("issued in the future", with("iat", json!(now_s + 3 * 3_600))),
        ("another issuer", with("iss", json!("somebody"))),
        ("another audience", with("aud", json!("cepatedge-mail"))),
        ("another organisation", with("org", json!("another"))),
        ("a higher role", with("role", json!("admin"))),
        ("another user", with("sub", claims_of(&token(&other))["sub"].clone())),
        ("another user's session", with("sid", claims_of(&token(&other))["sid"].clone())),
        ("a session that never was", with("sid", json!(URL_SAFE_NO_PAD.encode([9; 32])))),
        ("a session id of another form", with("sid", json!("1"))),
        ("claims that are no object", signed(&secret, &in_order(&ours()), "[]")),
        ("endless", format!("{genuine}{}", "A".repeat(5_000))),
    ];
    // The claims of an admin under the signature of a technician.
    let raised = {
        let mut claims = claims.clone();
        claims["role"] = json!("admin");
        claims
    };
    bad.push(("changed claims", unsigned(&ours(), &raised, signature_of(&genuine))));

    for (what, token) in bad {
        let forger = technician.with_cookie(Some(&format!("{COOKIE}={token}")));
        for path in ["/api/me".into(), format!("/api/requests/{id}"), "/api/requests".into(), "/api/system/logs".into()]
        {
            let reply = forger.get(&path).await;
            assert_eq!(reply.status, 401, "{what}: {reply}");
            reply.problem(401, "unauthenticated");
        }
        let write = forger.post("/api/requests", &draft("Forged")).await;
        assert_eq!(write.status, 401, "{what}: {write}");
        let upgrade = forger.try_watch("/api/requests/live", Some(forger.base_url())).await;
        upgrade.expect_err(what).problem(401, "unauthenticated");
    }
    let none = technician.with_cookie(None);
    none.get("/api/me").await.problem(401, "unauthenticated");
    let elsewhere = technician.with_cookie(Some(&format!("ce_session={genuine}")));
    elsewhere.get("/api/me").await.problem(401, "unauthenticated");

    // The genuine one still holds, also among other cookies.
    let among = technician.with_cookie(Some(&format!("theme=dark; {COOKIE}={genuine}; lang=id")));
    among.get("/api/me").await.expect(200);
    let mine = technician.get(&format!("/api/requests?requester={}", technician.id())).await.expect(200).json();
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(1), "nothing forged was written");
}

fn token(client: &Client) -> String {
    let (name, token) = client.cookie().split_once('=').expect("a pair");
    assert_eq!(name, COOKIE);
    token.to_owned()
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

fn signature_of(token: &str) -> &str {
    token.rsplit('.').next().expect("three parts")
}

/// The system's own current key.
fn signing_key() -> (String, Vec<u8>) {
    let keys: Value = serde_json::from_str(&stack().secrets.jwt_keys).expect("JSON");
    let kid = keys["current"].as_str().expect("a key").to_owned();
    let secret = STANDARD.decode(keys["keys"][&kid].as_str().expect("a key")).expect("base64");
    (kid, secret)
}

fn signed(secret: &[u8], header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length").chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{signature}", part(in_order(header)), part(claims.to_string()))
}

fn with_hs512(kid: &str, secret: &[u8], claims: &Value) -> String {
    let header = in_order(&json!({ "typ": "JWT", "alg": "HS512", "kid": kid }));
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mac = Hmac::<Sha512>::new_from_slice(secret).expect("any length").chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A header's JSON with the fields in the order in which the Worker writes them, then whatever else it has.
fn in_order(header: &Value) -> String {
    let fields = header.as_object().expect("an object");
    let known = ["typ", "alg", "kid"].into_iter().filter_map(|name| fields.get_key_value(name));
    let others = fields.iter().filter(|(name, _)| !["typ", "alg", "kid"].contains(&name.as_str()));
    let pairs: Vec<_> = known
        .map(|(name, value)| (name.as_str(), value))
        .chain(others.map(|(name, value)| (name.as_str(), value)))
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}
