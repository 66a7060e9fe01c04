//! How a key is shown to the gate: which headers are one, what is said to the others, and who tries too often.

use hyper::Method;
use serde_json::json;

use super::{make, program, secret, somebody, wrong};
use crate::stack;
use crate::support::{Client, draft};

/// Guesses count by network address: each test has one of its own.
fn anonymous(address: &str) -> Client {
    Client::anonymous(stack()).with_header("cf-connecting-ip", address)
}

#[tokio::test]
async fn the_header_is_read_as_rfc_6750_and_9110_write_it() {
    let (_, manager) = somebody(stack(), "manager").await;
    let made = make(&manager, &["read"]).await;
    let key = secret(&made);
    for (header, status) in [
        (format!("Bearer {key}"), 200),
        (format!("bearer {key}"), 200),
        (format!("BEARER   {key}  "), 200),
        (format!("Bearer\t{key}"), 200),
        (format!("Bearer {}", key.to_uppercase()), 401),
        (format!("Bearer {key}0"), 401),
        (format!("Bearer {} {}", &key[..40], &key[40..]), 401),
        ("Bearer".to_owned(), 401),
        // Other schemes are a proxy's: for us nobody is signed in.
        (format!("Token {key}"), 401),
        (key.to_owned(), 401),
        ("Basic YTpi".to_owned(), 401),
    ] {
        let caller = anonymous("192.0.2.1").with_header("authorization", &header);
        let reply = caller.get("/api/requests").await;
        assert_eq!(reply.status, status, "{header}: {reply}");
        if status == 401 {
            assert!(reply.header("www-authenticate").is_some_and(|told| told.starts_with("Bearer ")), "{header}");
        }
    }
    let nobody = anonymous("192.0.2.2");
    let twice = nobody.call(Method::GET, "/api/requests").header("authorization", &format!("Bearer {key}"));
    twice.header("authorization", &format!("Bearer {key}")).send().await.problem(401, "invalid_token");
    anonymous("192.0.2.2").get("/api/requests").await.problem(401, "unauthenticated");
    // In an address it is nothing but an unknown parameter of somebody who is not signed in.
    anonymous("192.0.2.2").get(&format!("/api/requests?access_token={key}")).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_key_beside_a_cookie_is_refused_and_beside_another_cookie_not() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (program, _) = program(&manager, &["read"]).await;
    let both = program.with_cookie(Some(manager.cookie()));
    let problem = both.get("/api/requests").await.problem(400, "invalid");
    assert_eq!(wrong(&problem), ("Authorization", "two_credentials"));
    program.with_cookie(Some("theme=dark")).get("/api/requests").await.expect(200);
    // A proxy's own credential goes along with a cookie.
    manager.with_header("authorization", "Basic YTpi").get("/api/me").await.expect(200);
}

#[tokio::test]
async fn a_write_with_a_key_needs_no_origin_and_keeps_its_idempotency() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (program, _) = program(&manager, &["report"]).await;
    let create = async |text: &str| {
        let call = program.call(Method::POST, "/api/requests").untyped(draft(text).to_string());
        call.header("idempotency-key", "k-1").header("origin", "https://elsewhere.example").send().await
    };
    let first = create("Tap drips").await.expect(201);
    assert_eq!(first.header("access-control-allow-origin"), None, "no page elsewhere may read it");
    assert_eq!(create("Tap drips").await.expect(201).json()["id"], first.json()["id"]);
    create("Another").await.problem(422, "idempotency_key_reused");
    // A page elsewhere is not told that it may send one: a preflight has no such header.
    let page = anonymous("192.0.2.3");
    let preflight = page.call(Method::OPTIONS, "/api/requests").header("origin", "https://elsewhere.example");
    let reply = preflight.header("access-control-request-headers", "authorization").send().await;
    assert_eq!(reply.header("access-control-allow-headers"), None);
}

#[tokio::test]
async fn a_live_connection_opens_with_a_key_that_may_read() {
    let (_, manager) = somebody(stack(), "manager").await;
    let (reader, _) = program(&manager, &["read"]).await;
    let (writer, _) = program(&manager, &["report"]).await;
    let mut live = match reader.try_watch("/api/requests/live", None).await {
        Ok(live) => live,
        Err(refusal) => panic!("{refusal}"),
    };
    let record = writer.report("The pump hums").await;
    loop {
        let message = live.next(std::time::Duration::from_secs(20)).await;
        if message.to_string().contains(record["id"].as_str().expect("an id")) {
            break;
        }
    }
    let refused = writer.try_watch("/api/requests/live", None).await.expect_err("a refusal");
    refused.problem(403, "insufficient_scope");
    assert_eq!(
        refused.header("www-authenticate"),
        Some("Bearer realm=\"cepatedge\", error=\"insufficient_scope\", scope=\"read\"")
    );
}

#[tokio::test]
async fn guesses_are_throttled_and_keys_that_hold_are_not() {
    let (_, manager) = somebody(stack(), "manager").await;
    let made = make(&manager, &["read"]).await;
    let mut last = 0;
    for turn in 0..12 {
        let guess = format!("cek_{turn:016x}_{}", "0".repeat(72));
        last = anonymous("192.0.2.9").with_key(&guess).get("/api/requests").await.status.as_u16();
    }
    assert_eq!(last, 429);
    let guess = format!("cek_{:016x}_{}", 1, "0".repeat(72));
    let reply = anonymous("192.0.2.9").with_key(&guess).get("/api/requests").await;
    reply.problem(429, "too_many_attempts");
    assert!(reply.header("retry-after").is_some());
    // The same address, with a key that holds.
    anonymous("192.0.2.9").with_key(secret(&made)).get("/api/requests").await.expect(200);
    // A key that was ended is told so, however often: it is no guess.
    let key = made["key"]["id"].as_str().expect("an id");
    manager.delete(&format!("/api/keys/{key}")).await.expect(204);
    for _ in 0..8 {
        anonymous("192.0.2.9").with_key(secret(&made)).get("/api/requests").await.problem(401, "invalid_token");
    }
    // The sign-in of people from there is their accounts' own matter.
    manager.log_in("nobody@cepatedge.test", "x").await.problem(401, "invalid_credentials");
    manager.post("/api/keys", &json!({ "name": "A", "scopes": ["read"] })).await.expect(201);
}
