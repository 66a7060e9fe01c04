//! A code becomes a token: who the client is, whether the code is theirs, and what is signed.

use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::http::{Answer, Call, decoded};
use super::page::Grant;
use super::shape::Shape;
use super::{CLIENT_ID, CLIENT_SECRET, Flaw, Shared, lock};

/// The token endpoint.
pub(super) fn answer(shared: &Shared, shape: Shape, call: &Call) -> Answer {
    let refused =
        |status, error: &str| Answer::json(status, &json!({ "error": error, "error_description": "AADSTS: no" }));
    if !is_the_client(shared, shape, call) {
        return refused("401 Unauthorized", "invalid_client");
    }
    let field = |name: &str| call.form.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "authorization_code" {
        return refused("400 Bad Request", "unsupported_grant_type");
    }
    // A code is good once.
    let Some(grant) = lock(&shared.grants).remove(field("code")) else {
        return refused("400 Bad Request", "invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier").as_bytes()));
    let is_verifier = (43..=128).contains(&field("code_verifier").len());
    if grant.shape != shape
        || grant.redirect_uri != field("redirect_uri")
        || challenge != grant.challenge
        || !is_verifier
    {
        return refused("400 Bad Request", "invalid_grant");
    }
    let token = signed(shared, shape, &grant);
    let access = format!("access-{}", field("code"));
    lock(&shared.grants).insert(access.clone(), grant);
    Answer::json(
        "200 OK",
        &json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300, "scope": "openid email profile", "id_token": token }),
    )
}

fn is_the_client(shared: &Shared, shape: Shape, call: &Call) -> bool {
    let in_form = |name: &str| call.form.get(name).cloned();
    let basic = call.headers.get("authorization").and_then(|value| value.strip_prefix("Basic "));
    if shared.is_public.load(Ordering::Relaxed) {
        return basic.is_none()
            && in_form("client_secret").is_none()
            && in_form("client_id").as_deref() == Some(CLIENT_ID);
    }
    let (id, secret) = match basic {
        Some(basic) if shape.takes_basic() => {
            let text = STANDARD.decode(basic).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            let (id, secret) = text.split_once(':').unwrap_or_default();
            (Some(decoded(id)), Some(decoded(secret)))
        }
        Some(_) => return false,
        None => (in_form("client_id"), in_form("client_secret")),
    };
    id.as_deref() == Some(CLIENT_ID) && secret.as_deref() == Some(CLIENT_SECRET)
}

/// What it says of somebody beside the token.
pub(super) fn userinfo(shared: &Shared, call: &Call) -> Answer {
    let access = call.headers.get("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let Some(grant) = lock(&shared.grants).get(access).cloned() else {
        return Answer::json("401 Unauthorized", &json!({ "error": "invalid_token" }));
    };
    let mut said = Shape::userinfo(&grant.person);
    if shared.flaw() == Flaw::OtherInUserinfo {
        said.insert("sub".to_owned(), json!("somebody-else"));
    }
    Answer::json("200 OK", &Value::Object(said))
}

fn signed(shared: &Shared, shape: Shape, grant: &Grant) -> String {
    let flaw = shared.flaw();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut claims = shape.claims(&grant.person);
    for (name, value) in [
        ("iss", json!(shape.issuer(&shared.base_url))),
        ("aud", json!(CLIENT_ID)),
        ("sub", json!(grant.person.subject)),
        ("nonce", json!(grant.nonce)),
        ("iat", json!(now)),
        ("exp", json!(now + 300)),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if shape.tells_auth_time(grant.is_proof) {
        set("auth_time", json!(if flaw == Flaw::OldSession { now - 3_600 } else { now }));
    }
    match flaw {
        Flaw::Issuer => drop(set("iss", json!("https://evil.example"))),
        Flaw::Audience => drop(set("aud", json!("somebody-else"))),
        Flaw::AuthorizedParty => {
            set("aud", json!([CLIENT_ID, "somebody-else"]));
            set("azp", json!("somebody-else"));
        }
        Flaw::Nonce => drop(set("nonce", json!("0".repeat(43)))),
        Flaw::NoNonce => drop(set("nonce", Value::Null)),
        Flaw::Expired => {
            set("iat", json!(now - 7_200));
            set("exp", json!(now - 3_600));
        }
        Flaw::NotYet => drop(set("iat", json!(now + 3_600))),
        _ => {}
    }
    let (algorithm, key) = match (flaw, shape) {
        (Flaw::Unsigned, _) => ("none", shared.keys.name()),
        (Flaw::PublicKeyAsSecret, _) => ("HS256", shared.keys.name()),
        (Flaw::UnknownKey, _) => ("RS256", "nobody-knows".to_owned()),
        (_, Shape::Lean) => ("ES256", "ec-1".to_owned()),
        _ => ("RS256", shared.keys.name()),
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "typ": "JWT", "alg": algorithm, "kid": key });
    let message = format!("{}.{}", part(&header), part(&Value::Object(claims.clone())));
    let signature = match (flaw, algorithm) {
        (_, "none") => Vec::new(),
        (_, "HS256") => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, shared.keys.modulus().as_bytes());
            hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
        }
        (_, "ES256") => shared.keys.es256(&message),
        (Flaw::ForeignKey | Flaw::UnknownKey, _) => shared.keys.rs256(&message, false),
        _ => shared.keys.rs256(&message, true),
    };
    let message = if flaw == Flaw::Changed {
        claims.insert("email".to_owned(), json!("admin@cepatedge.test"));
        format!("{}.{}", part(&header), part(&Value::Object(claims)))
    } else {
        message
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
