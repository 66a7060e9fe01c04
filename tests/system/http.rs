//! HTTP as strangers speak it: methods (RFC 9110), preflights, encodings, conditional reads, bodies that do not end, other hosts.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stack;
use crate::support::{Client, draft, new_user};

#[tokio::test]
async fn head_is_answered_as_get_is_but_without_a_body() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let id = admin.report("A lamp flickers").await["id"].as_str().expect("an id").to_owned();
    let record = format!("/api/requests/{id}");
    for path in
        ["/api/health", "/api/openapi.json", "/api/me", "/api/users", "/api/requests", &record, "/api/system/logs"]
    {
        let get = admin.get(path).await.expect(200);
        let head = admin.call(Method::HEAD, path).send().await.expect(200);
        assert_eq!(head.text(), "", "{path}");
        for name in ["content-type", "etag", "cache-control"] {
            if path != "/api/system/logs" {
                assert_eq!(head.header(name), get.header(name), "{path}: {name}");
            }
        }
    }
    admin.call(Method::HEAD, "/api/requests/7").send().await.expect(404);
    admin.call(Method::HEAD, "/api/auth/login").send().await.expect(405);
    Client::anonymous(stack()).call(Method::HEAD, "/api/me").send().await.expect(401);
}

#[tokio::test]
async fn a_path_tells_its_methods() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let reply = admin.call(Method::PUT, "/api/me").json(&json!({})).send().await;
    reply.problem(405, "method_not_allowed");
    assert_eq!(reply.header("allow"), Some("GET, PATCH, HEAD, OPTIONS"));
    let reply = admin.get("/api/auth/login").await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, Some("POST, OPTIONS")));

    let anyone = Client::anonymous(stack());
    let options = anyone.call(Method::OPTIONS, "/api/requests").send().await.expect(204);
    assert_eq!(options.header("allow"), Some("GET, POST, HEAD, OPTIONS"));
    assert_eq!(options.header("access-control-allow-methods"), None, "nobody asked");
    anyone.call(Method::OPTIONS, "/api/nothing").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_page_of_somebody_who_is_not_signed_in_any_more_writes_nothing() {
    let now = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let before = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let report = |author: &str, title: &str| {
        let call = now.call(Method::POST, "/api/requests").header("x-cepatedge", author);
        call.json(&draft(title)).send()
    };
    report(before.id(), "Kept by another").await.problem(409, "other_user");
    assert_eq!(now.get("/api/requests?requester=me").await.expect(200).json()["items"], json!([]));
    report(now.id(), "My own").await.expect(201);
    report("1", "By a program").await.expect(201);
    now.call(Method::GET, "/api/me").header("x-cepatedge", before.id()).send().await.expect(200);
}

#[tokio::test]
async fn a_preflight_is_answered_to_whom_is_on_the_list() {
    let anyone = Client::anonymous(stack());
    // `APP_ORIGINS` lists both names of this machine.
    let app = anyone.base_url().replace("127.0.0.1", "localhost");
    let preflight = |origin: &str| {
        let call = anyone.call(Method::OPTIONS, "/api/requests").header("origin", origin);
        call.header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .send()
    };
    let reply = preflight(&app).await.expect(204);
    assert_eq!(reply.header("access-control-allow-origin"), Some(app.as_str()));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    assert!(reply.header("access-control-allow-methods").is_some_and(|methods| methods.contains("POST")));
    let headers = reply.header("access-control-allow-headers").unwrap_or_default();
    for name in ["content-type", "idempotency-key", "if-match", "x-cepatedge"] {
        assert!(headers.contains(name), "{headers}");
    }
    assert_eq!(reply.header("vary"), Some("origin"));

    for stranger in ["https://evil.example", "null", "http://localhost"] {
        let reply = preflight(stranger).await.expect(204);
        assert_eq!(reply.header("access-control-allow-origin"), None, "{stranger}");
        assert_eq!(reply.header("access-control-allow-methods"), None, "{stranger}");
        assert_eq!(reply.header("vary"), Some("origin"), "a cache tells the two apart");
    }
    let read = anyone.call(Method::GET, "/api/health").header("origin", &app).send().await.expect(200);
    let exposed = read.header("access-control-expose-headers").unwrap_or_default();
    assert!(exposed.contains("etag") && exposed.contains("x-request-id"), "{exposed}");
}

#[tokio::test]
async fn a_body_is_taken_as_it_is() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let report = |encoding: &'static str| {
        requester
            .call(Method::POST, "/api/requests")
            .header("content-encoding", encoding)
            .json(&draft("Encoded"))
            .send()
    };
    for encoding in ["gzip", "br", "deflate", "GZIP", "identity, gzip", "x"] {
        report(encoding).await.problem(415, "unsupported_encoding");
    }
    for encoding in ["identity", "Identity"] {
        report(encoding).await.expect(201);
    }
    let twice = r#"{"title":"One","title":"Two","category":"other","priority":"low"}"#;
    let reply = requester.call(Method::POST, "/api/requests").bytes(twice).send().await;
    let problem = reply.problem(400, "invalid");
    assert_eq!(
        (&problem["errors"][0]["code"], &problem["errors"][0]["field"]),
        (&json!("duplicate_field"), &json!("title"))
    );
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let host = requester.base_url().trim_start_matches("http://").to_owned();
    for length in ["content-length: 200", "transfer-encoding: chunked"] {
        let mut socket = TcpStream::connect(&host).await.expect("a connection");
        let head = format!(
            "POST /api/requests HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\ncontent-type: application/json\r\n{length}\r\n\r\n",
            requester.cookie()
        );
        let began = Instant::now();
        socket.write_all(head.as_bytes()).await.expect("the head is sent");
        socket.write_all(b"5\r\n{\"tit\r\n").await.expect("a part is sent");
        let mut answer = vec![0; 4_096];
        let read = tokio::time::timeout(Duration::from_secs(30), socket.read(&mut answer)).await;
        let read = read.expect("an answer within its time").expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 408"), "{length}: {answer}");
        assert!(answer.contains("timed_out"), "{length}: {answer}");
        assert!(began.elapsed() >= Duration::from_secs(9), "{length}: it was given its time");
    }
}

#[tokio::test]
async fn a_record_that_did_not_change_is_not_sent_again() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = requester.report("The door squeaks").await["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/requests/{id}");
    let etag = async |client: &Client| client.get(&path).await.expect(200).header("etag").expect("an ETag").to_owned();
    let (theirs, ours) = (etag(&requester).await, etag(&manager).await);
    assert_ne!(theirs, ours, "they are shown different actions");
    assert_eq!(etag(&requester).await, theirs, "and each the same as before");

    let unless =
        async |client: &Client, tag: &str| client.call(Method::GET, &path).header("if-none-match", tag).send().await;
    for tag in [theirs.clone(), format!("W/{theirs}"), format!("\"x\", {theirs}"), "*".into()] {
        let reply = unless(&requester, &tag).await.expect(304);
        assert_eq!((reply.text(), reply.header("etag")), (String::new(), Some(theirs.as_str())), "{tag}");
    }
    for tag in [ours.as_str(), "\"v1\"", "\"\""] {
        unless(&requester, tag).await.expect(200);
    }
    manager.act(&id, "approve", &json!({})).await.expect(200);
    unless(&requester, &theirs).await.expect(200);

    // What was answered is what can be acted on.
    let now = etag(&manager).await;
    let cancel = manager.call(Method::POST, &format!("{path}/cancel")).header("if-match", &now);
    cancel.json(&json!({ "reason": "It was oiled." })).send().await.expect(200);
}

#[tokio::test]
async fn an_id_is_the_same_in_upper_case() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let record = requester.report("The tap drips").await;
    let id = record["id"].as_str().expect("an id").to_owned();
    let upper = id.to_uppercase();
    assert_eq!(requester.get(&format!("/api/requests/{upper}")).await.expect(200).json(), record);
    requester.comment(&upper, "Still.", "public").await.expect(201);
    let mine = format!("/api/requests?requester={}", requester.id().to_uppercase());
    assert_eq!(requester.get(&mine).await.expect(200).json()["items"][0]["id"], id);
}

#[tokio::test]
async fn a_query_is_read_in_one_way() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for (query, code) in [("??limit=1", "unknown_parameter"), ("?q=%ff", "invalid_utf8"), ("?q=%C3%28", "invalid_utf8")]
    {
        let problem = admin.get(&format!("/api/requests{query}")).await.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{query}");
    }
    for parameter in
        ["status", "priority", "assignee", "requester", "category", "q", "from", "to", "sort", "limit", "cursor"]
    {
        for value in ["", "=", "=%20"] {
            admin.get(&format!("/api/requests?{parameter}{value}")).await.expect(200);
        }
    }
}

#[tokio::test]
async fn the_api_is_at_the_root_of_its_own_host_and_there_alone() {
    let anyone = Client::anonymous(stack());
    let on_its_host = |path: &'static str| anyone.call(Method::GET, path).header("host", "api.cepatedge.com").send();
    for path in ["/me", "/api/me"] {
        on_its_host(path).await.problem(401, "unauthenticated");
    }
    on_its_host("/requests/7").await.problem(404, "not_found");
    assert_eq!(on_its_host("/health").await.expect(200).json()["status"], "ok");

    // On the app's host those are pages; what probes ask for is not.
    for path in ["/me", "/requests", "/system/logs"] {
        let reply = anyone.get(path).await.expect(200);
        assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path}: {reply}");
    }
    assert_eq!(anyone.get("/health").await.expect(200).json()["status"], "ok");
    assert_eq!(anyone.get("/ready").await.expect(200).json()["ready"], true);
}
