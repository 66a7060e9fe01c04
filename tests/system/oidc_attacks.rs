//! Identity providers, and people between them and us, who do what they must not: nobody comes in, nothing is linked, and it is told why.

use std::time::{Duration, Instant};

use serde_json::json;
use testbed::oidc::{Flaw, Person, Shape};

use crate::support::{Client, Desk, demo, eventually, outcome};

/// What is wrong with the token or the answer, what the app says, and what the log is told.
const OF_TOKENS: [(Flaw, &str, &str); 17] = [
    (Flaw::Issuer, "bad_token", "the token is of another issuer"),
    (Flaw::Audience, "bad_token", "the token is for somebody else"),
    (Flaw::AuthorizedParty, "bad_token", "the token is for somebody else"),
    (Flaw::Nonce, "bad_token", "the token is of another attempt"),
    (Flaw::NoNonce, "bad_token", "the token is of another attempt"),
    (Flaw::Expired, "bad_token", "the token has expired"),
    (Flaw::NotYet, "bad_token", "the token is not valid yet"),
    (Flaw::Unsigned, "bad_token", "the token's algorithm is not taken"),
    (Flaw::PublicKeyAsSecret, "bad_token", "the token's algorithm is not taken"),
    (Flaw::ForeignKey, "bad_token", "the token's signature does not hold"),
    (Flaw::UnknownKey, "bad_token", "the token's key is not the provider's"),
    (Flaw::Changed, "bad_token", "the token's signature does not hold"),
    (Flaw::OtherInAnswer, "bad_token", "the answer is of another provider"),
    (Flaw::NoneInAnswer, "bad_token", "the answer is of another provider"),
    (Flaw::TokenFails, "provider_away", "the provider did not answer"),
    (Flaw::TokenStalls, "provider_away", "the provider did not answer"),
    (Flaw::None, "", ""),
];

#[tokio::test]
async fn a_token_that_is_not_what_it_must_be_lets_nobody_in() {
    let desk = Desk::with(Shape::Keycloak).await;
    let citra = Person::new(&demo("tech"), "Citra");
    for (flaw, problem, why) in OF_TOKENS {
        desk.provider().set_flaw(flaw);
        let began = Instant::now();
        let outcome = desk.arrive(&citra).await;
        assert!(began.elapsed() < Duration::from_secs(8), "{flaw:?} took {:?}", began.elapsed());
        if problem.is_empty() {
            assert!(outcome.is_ok(), "the table varies a provider that lets people in");
            continue;
        }
        assert_eq!(outcome.err().as_deref(), Some(problem), "{flaw:?}");
        assert_eq!(desk.count("user_identities"), 0, "{flaw:?}");
        eventually(Duration::from_secs(5), async || {
            let log = desk.admin.get("/api/system/logs/auth?limit=1").await.expect(200).json();
            let fields = log["items"][0]["fields"].clone();
            let told = json!({ "method": "oidc", "problem": problem, "why": why });
            let is_told = told.as_object().is_some_and(|told| told.iter().all(|(name, value)| fields[name] == *value));
            if is_told { Ok(()) } else { Err(format!("{flaw:?}: {log}")) }
        })
        .await;
    }
}

#[tokio::test]
async fn nobody_is_sent_to_a_provider_that_is_not_the_one_that_was_set() {
    let desk = Desk::with(Shape::Google).await;
    desk.set("cache_identity", json!(false)).await;
    for (flaw, problem) in [
        (Flaw::OtherDescription, "misconfigured"),
        (Flaw::PageAsDescription, "misconfigured"),
        (Flaw::Redirects, "misconfigured"),
        (Flaw::Endless, "provider_away"),
        (Flaw::Fails, "provider_away"),
    ] {
        desk.provider().set_flaw(flaw);
        let browser = Client::anonymous(&desk.stack);
        let reply = browser.get("/api/auth/oidc/start").await;
        assert_eq!(outcome(&browser, &reply).err().as_deref(), Some(problem), "{flaw:?}");
    }
    desk.provider().set_flaw(Flaw::None);
    desk.shape(Shape::MicrosoftCommon).await;
    let browser = Client::anonymous(&desk.stack);
    let reply = browser.get("/api/auth/oidc/start").await;
    assert_eq!(outcome(&browser, &reply).err().as_deref(), Some("misconfigured"));
}

#[tokio::test]
async fn a_second_word_about_somebody_else_is_not_taken() {
    let desk = Desk::with(Shape::Lean).await;
    desk.provider().set_flaw(Flaw::OtherInUserinfo);
    assert_eq!(desk.problem(&Person::new(&demo("admin"), "Ayu")).await, "bad_token");
    assert_eq!(desk.count("user_identities"), 0);
}

#[tokio::test]
async fn a_wrong_secret_is_the_administrators_to_put_right() {
    let stack =
        testbed::Stack::builder().identity().env("SETTINGS_KEPT_S", "0").env("OIDC_CLIENT_SECRET", "wrong").start();
    let stack = stack.expect("a system");
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let desk = Desk { stack, admin };
    desk.set("oidc_client_id", json!(testbed::oidc::CLIENT_ID)).await;
    desk.set("oidc_on", json!(true)).await;
    for shape in [Shape::Keycloak, Shape::Microsoft] {
        desk.shape(shape).await;
        assert_eq!(desk.problem(&Person::new(&demo("tech"), "Citra")).await, "misconfigured", "{shape:?}");
        let test = desk.admin.post("/api/system/identity/test", &json!({})).await.expect(200).json();
        assert_eq!(test["fault"], json!("client"), "{shape:?}");
    }
}
