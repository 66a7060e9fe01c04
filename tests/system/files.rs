//! Files of requests: what is taken and what is not, how they are served, who sees them, and that nothing is left behind.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use hyper::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testbed::Stack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::stack;
use crate::support::{Client, Reply, demo, eventually, new_user};

/// What is done behind an answer is done at once; the bound is for a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A picture of 16 by 9 pixels, as far as its header says, and so many bytes more.
pub fn png(more: usize) -> Vec<u8> {
    let mut bytes =
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x10\x00\x00\x00\x09\x08\x06\x00\x00\x00".to_vec();
    bytes.extend((0..more).map(|at| u8::try_from(at * 7 % 251).expect("a byte")));
    bytes
}

fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

pub async fn attach(client: &Client, id: &str, query: &str, bytes: &[u8]) -> Reply {
    let path = format!("/api/requests/{id}/attachments?{query}");
    client.call(Method::POST, &path).header("x-cepatedge", "test").untyped(bytes.to_vec()).send().await
}

/// Somebody who has reported something, and the id of that.
pub async fn reported(stack: &Stack) -> (Client, String) {
    let requester = Client::sign_in(stack, &new_user(stack, "requester").email).await;
    let id = requester.report("The sink is blocked").await["id"].as_str().expect("an id").to_owned();
    (requester, id)
}

fn path_of(id: &str, file: &Value) -> String {
    format!("/api/requests/{id}/attachments/{}", file["id"].as_str().expect("an id"))
}

pub async fn kinds(client: &Client, id: &str) -> Vec<String> {
    let events = client.get(&format!("/api/requests/{id}/events?limit=200")).await.expect(200).json();
    let events = events["items"].as_array().expect("events");
    events.iter().map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
}

/// What the sweep finds when it has gone through everything.
pub async fn swept(admin: &Client) -> Value {
    eventually(SOON, async || {
        let state = admin.post("/api/system/files/check", &json!({})).await.expect(200).json();
        if state["going"].is_null() { Ok(state["last"].clone()) } else { Err(state) }
    })
    .await
}

/// Everything that becomes of a file, whatever the bucket is.
async fn a_file_lives_its_life(stack: &Stack) {
    let (requester, id) = reported(stack).await;
    let manager = Client::sign_in(stack, &demo("manager")).await;
    let admin = Client::sign_in(stack, &demo("admin")).await;
    let mut live = manager.watch(&format!("/api/requests/{id}/live")).await;
    live.next_of("ready", SOON).await;
    // Larger than what is looked at, so that the rest is streamed.
    let bytes = png(700_000);
    let path = format!("/api/requests/{id}/attachments?filename=..%2Fkran%20bocor.html&mark=before");
    let call =
        requester.call(Method::POST, &path).header("x-cepatedge", "test").header("content-digest", &digest(&bytes));
    let file = call.untyped(bytes.clone()).send().await.expect(201).json();
    let expected = json!({
        "id": file["id"], "filename": "kran bocor.html.png", "content_type": "image/png", "size": bytes.len(),
        "sha256": file["sha256"], "visibility": "public", "mark": "before", "comment": null, "width": 16, "height": 9,
        "thumbnail": false, "by": { "id": requester.id(), "name": requester.name() }, "created_at": file["created_at"],
    });
    assert_eq!(file, expected);
    let event = live.next_event(SOON).await;
    assert_eq!((&event["event"]["kind"], &event["event"]["body"]["attachment"]), (&json!("attached"), &file));
    assert_eq!(event["request"]["attachments"], json!([file]));
    let record = manager.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["attachments"], json!([file]));
    let list = requester.get("/api/requests").await.expect(200).json();
    assert_eq!(list["items"][0]["attachments"], 1);

    // It is served whole, in part, and not at all to who has it.
    let at = path_of(&id, &file);
    let whole = manager.get(&at).await.expect(200);
    assert_eq!(whole.body, bytes);
    let tag = format!("\"{}\"", file["sha256"].as_str().expect("a hash"));
    for (name, value) in [
        ("content-type", "image/png"),
        ("etag", tag.as_str()),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline; filename=\"kran bocor.html.png\""),
        ("content-length", &bytes.len().to_string()),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    assert!(
        whole.header("content-security-policy").is_some_and(|policy| policy.starts_with("sandbox; default-src 'none'"))
    );
    let saved = manager.get(&format!("{at}?download=1")).await.expect(200);
    assert_eq!(saved.header("content-disposition"), Some("attachment; filename=\"kran bocor.html.png\""));
    let head = manager.call(Method::HEAD, &at).send().await.expect(200);
    assert_eq!((head.body.len(), head.header("content-length")), (0, Some(bytes.len().to_string().as_str())));
    let part = |range: &'static str| manager.call(Method::GET, &at).header("range", range).send();
    let middle = part("bytes=100-299").await.expect(206);
    assert_eq!((middle.body.as_slice(), middle.header("content-length")), (&bytes[100..300], Some("200")));
    let range = format!("bytes 100-299/{}", bytes.len());
    assert_eq!(middle.header("content-range"), Some(range.as_str()));
    assert_eq!(part("bytes=-5").await.expect(206).body, bytes[bytes.len() - 5..]);
    assert_eq!(part("bytes=0-0,5-6").await.expect(200).body.len(), bytes.len());
    let beyond = part("bytes=99999999-").await;
    beyond.problem(416, "range_not_satisfiable");
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", bytes.len()).as_str()));
    let known = manager.call(Method::GET, &at).header("if-none-match", &tag).send().await.expect(304);
    assert_eq!((known.body.len(), known.header("etag")), (0, Some(tag.as_str())));
    let other =
        manager.call(Method::GET, &at).header("range", "bytes=0-9").header("if-range", "\"other\"").send().await;
    assert_eq!(other.expect(200).body.len(), bytes.len());

    // Who attached it gives it a small picture, and nobody else does.
    let small = png(500);
    let draw = |client: &Client, bytes: &[u8]| {
        client
            .clone()
            .with_header("x-cepatedge", "test")
            .call(Method::PUT, &format!("{at}/thumbnail"))
            .untyped(bytes.to_vec())
            .send_owned()
    };
    manager.get(&format!("{at}/thumbnail")).await.expect(404);
    draw(&manager, &small).await.expect(403);
    draw(&requester, &png(64 * 1024)).await.problem(413, "file_too_large");
    draw(&requester, b"%PDF-1.7").await.problem(415, "unsupported_file");
    draw(&requester, &small).await.expect(204);
    assert_eq!(live.next_of("ready", SOON).await["request"]["attachments"][0]["thumbnail"], true);
    let drawn = manager.get(&format!("{at}/thumbnail")).await.expect(200);
    assert_eq!((drawn.body.as_slice(), drawn.header("content-type")), (small.as_slice(), Some("image/png")));
    // The first one stays.
    draw(&requester, &png(600)).await.expect(204);
    assert_eq!(manager.get(&format!("{at}/thumbnail")).await.expect(200).body, small);

    // It is marked, and marked no more.
    let marked = manager.patch(&at, &json!({ "mark": "after" })).await.expect(200).json();
    assert_eq!((&marked["mark"], &marked["thumbnail"]), (&json!("after"), &json!(true)));
    assert_eq!(manager.patch(&at, &json!({ "mark": "after" })).await.expect(200).json(), marked);
    assert_eq!(manager.patch(&at, &json!({ "mark": null })).await.expect(200).json()["mark"], Value::Null);
    manager.patch(&at, &json!({})).await.problem(400, "invalid");
    manager.patch(&at, &json!({ "mark": "during" })).await.problem(400, "invalid");

    // What lies in the bucket is what the request and PostgreSQL know.
    let found = eventually(SOON, async || {
        let found = swept(&admin).await;
        if found["rows"] == 1 { Ok(found) } else { Err(found) }
    })
    .await;
    let told = ["objects", "files", "thumbnails", "rows", "pending", "orphans", "missing", "unsynced"]
        .map(|name| &found[name]);
    assert_eq!(
        told,
        [&json!(2), &json!(1), &json!(1), &json!(1), &json!(0), &json!(0), &json!(0), &json!(0)],
        "{found}"
    );
    assert_eq!(
        (&found["bytes"], &found["largest"][0]["size"]),
        (&json!(bytes.len() + small.len()), &json!(bytes.len()))
    );

    // Its end is an event, and takes the bytes with it.
    requester.delete(&at).await.expect(204);
    requester.delete(&at).await.expect(404);
    manager.get(&at).await.expect(404);
    manager.get(&format!("{at}/thumbnail")).await.expect(404);
    assert_eq!(kinds(&manager, &id).await, ["created", "attached", "marked", "marked", "detached"]);
    let list = requester.get("/api/requests").await.expect(200).json();
    assert_eq!(list["items"][0]["attachments"], 0);
    eventually(SOON, async || {
        let found = swept(&admin).await;
        if found["objects"] == 0 && found["rows"] == 0 && found["missing"] == 0 { Ok(()) } else { Err(found) }
    })
    .await;
}

#[tokio::test]
async fn a_file_lives_its_life_in_r2() {
    let stack = Stack::builder().start().expect("a system");
    a_file_lives_its_life(&stack).await;
}

#[tokio::test]
async fn a_file_lives_its_life_on_a_server_of_s3() {
    let stack = Stack::builder().s3().start().expect("a system");
    a_file_lives_its_life(&stack).await;
    let state = Client::sign_in(&stack, &demo("admin")).await.get("/api/system/files").await.expect(200).json();
    assert_eq!(state["store"], "s3");
}

#[tokio::test]
async fn what_is_not_taken_is_refused_in_words_and_leaves_nothing() {
    let (requester, id) = reported(stack()).await;
    let jpeg_bomb = b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00".as_slice();
    for (query, bytes, status, code) in [
        ("filename=page.html", b"<!DOCTYPE html><script>alert(1)</script>".as_slice(), 415, "unsupported_file"),
        ("filename=photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "unsupported_file"),
        ("filename=setup.exe", b"MZ\x90\x00\x03\x00\x00\x00", 415, "unsupported_file"),
        ("filename=42.zip", b"PK\x03\x04\x14\x00\x00\x00\x08\x00", 415, "unsupported_file"),
        ("filename=cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", 415, "unsupported_file"),
        ("filename=bomb.jpg", jpeg_bomb, 415, "too_many_pixels"),
        ("", b"Text.", 400, "invalid"),
        ("filename=", b"Text.", 400, "invalid"),
        ("filename=..%2F", b"Text.", 400, "invalid"),
        ("filename=a%00.txt", b"Text.", 400, "invalid"),
        ("filename=%E2%80%AE", b"Text.", 400, "invalid"),
        ("filename=a.txt&size=1", b"Text.", 400, "invalid"),
        ("filename=a.txt&mark=after", b"Text.", 400, "invalid"),
        ("filename=a.txt&mark=during", b"Text.", 400, "invalid"),
        ("filename=a.txt&comment=1", b"Text.", 400, "invalid"),
        ("filename=a.txt&comment=99", b"Text.", 400, "invalid"),
        ("filename=a.txt&visibility=internal", b"Text.", 403, "forbidden"),
        ("filename=a.txt", b"", 411, "length_required"),
    ] {
        attach(&requester, &id, query, bytes).await.problem(status, code);
    }
    let path = format!("/api/requests/{id}/attachments?filename=a.txt");
    let call = || requester.call(Method::POST, &path).header("x-cepatedge", "test");
    call().untyped("Text.").chunked().send().await.problem(411, "length_required");
    call().untyped("Text.").header("content-encoding", "gzip").send().await.problem(415, "unsupported_encoding");
    call().header("content-length", "0").send().await.problem(400, "invalid");
    let wrong = call().untyped("Text.").header("content-digest", &digest(b"Another.")).send().await;
    assert_eq!(wrong.problem(400, "invalid")["errors"][0]["code"], "digest_mismatch");
    let none = call().untyped("Text.").header("content-digest", "sha-256=:AAAA:").send().await;
    assert_eq!(none.problem(400, "invalid")["errors"][0]["code"], "malformed");
    // A page of another site cannot send one, and a stranger neither.
    requester.call(Method::POST, &path).untyped("Text.").send().await.problem(403, "forbidden");
    let stranger = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    attach(&stranger, &id, "filename=a.txt", b"Text.").await.problem(404, "not_found");
    let unknown = "0190a5b8-0000-7000-8000-00000000dead";
    attach(&requester, unknown, "filename=a.txt", b"Text.").await.problem(404, "not_found");
    assert_eq!(kinds(&requester, &id).await, ["created"]);
    // Nor can one be attached to what is over.
    requester.act(&id, "cancel", &json!({ "reason": "A duplicate." })).await.expect(200);
    let over = attach(&requester, &id, "filename=a.txt", b"Text.").await;
    assert_eq!(over.problem(409, "invalid_transition")["record"]["status"], "cancelled");
}

#[tokio::test]
async fn the_same_key_attaches_once_and_is_answered_alike() {
    let (requester, id) = reported(stack()).await;
    let path = format!("/api/requests/{id}/attachments?filename=a.png");
    let bytes = png(50_000);
    let call = |key: &str, path: &str, bytes: &[u8]| {
        let client = requester.clone().with_header("idempotency-key", key).with_header("x-cepatedge", "test");
        client.call(Method::POST, path).untyped(bytes.to_vec()).send_owned()
    };
    let (first, second) = futures::join!(call("one", &path, &bytes), call("one", &path, &bytes));
    let first = first.expect(201).json();
    assert_eq!(second.expect(201).json(), first);
    assert_eq!(call("one", &path, &bytes).await.expect(201).json(), first);
    call("one", &path, &png(50_001)).await.problem(422, "idempotency_key_reused");
    call("one", &path.replace("a.png", "b.png"), &bytes).await.problem(422, "idempotency_key_reused");
    assert_ne!(call("two", &path, &bytes).await.expect(201).json()["id"], first["id"]);
    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["attachments"].as_array().map(Vec::len), Some(2));
    // Of the two that came at once one was not wanted: its bytes are gone, too.
    let admin = Client::sign_in(stack(), &demo("admin")).await;
    let inspected = eventually(SOON, async || {
        let held = admin.get(&format!("/api/system/requests/{id}/inspect")).await.expect(200).json();
        let of_object = &held["object"]["snapshot"]["attachments"];
        if of_object.as_array().map(Vec::len) == Some(2) { Ok(held) } else { Err(held) }
    })
    .await;
    assert_eq!(inspected["object"]["snapshot"]["attachments"][0]["thumbnail"], false);
}

#[tokio::test]
async fn the_limits_are_settings() {
    let stack = Stack::builder().env("SETTINGS_KEPT_S", "0").start().expect("a system");
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    for (key, value) in [("max_file_mb", 1), ("max_files", 2), ("max_files_mb", 1)] {
        let path = format!("/api/system/settings/{key}");
        admin.call(Method::PUT, &path).json(&json!({ "value": value })).send().await.expect(200);
    }
    let (requester, id) = reported(&stack).await;
    let too_large = attach(&requester, &id, "filename=a.png", &png(1_048_576)).await.problem(413, "file_too_large");
    assert_eq!(too_large["limit_bytes"], 1_048_576);
    attach(&requester, &id, "filename=a.png", &png(800_000)).await.expect(201);
    let together = attach(&requester, &id, "filename=a.png", &png(300_000)).await.problem(409, "files_too_large");
    assert_eq!(together["record"]["id"], id.as_str());
    attach(&requester, &id, "filename=a.png", &png(1_000)).await.expect(201);
    attach(&requester, &id, "filename=a.png", &png(1_000)).await.problem(409, "too_many_files");
}

#[tokio::test]
async fn a_file_is_not_there_for_a_stranger() {
    let (requester, id) = reported(stack()).await;
    let (stranger, own) = reported(stack()).await;
    let file = attach(&requester, &id, "filename=a.png", &png(100)).await.expect(201).json();
    let foreign = file["id"].as_str().expect("an id");
    // Neither under its request, nor under one of their own.
    for request in [&id, &own] {
        let at = format!("/api/requests/{request}/attachments/{foreign}");
        stranger.get(&at).await.problem(404, "not_found");
        stranger.get(&format!("{at}/thumbnail")).await.problem(404, "not_found");
        stranger.patch(&at, &json!({ "mark": "after" })).await.problem(404, "not_found");
        let draw =
            stranger.call(Method::PUT, &format!("{at}/thumbnail")).header("x-cepatedge", "test").untyped(png(50));
        draw.send().await.problem(404, "not_found");
        stranger.delete(&at).await.problem(404, "not_found");
    }
    requester.get(&path_of(&id, &file)).await.expect(200);
}

#[tokio::test]
async fn a_portrait_comes_in_three_sizes_and_goes_with_its_bytes() {
    let stack = Stack::builder().start().expect("a system");
    let somebody = Client::sign_in(&stack, &demo("requester")).await;
    let other = Client::sign_in(&stack, &demo("requester2")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let square = |pixels: u8, more: usize| {
        let mut bytes = png(more);
        let side = u32::from(pixels) * 64;
        bytes[16..20].copy_from_slice(&side.to_be_bytes());
        bytes[20..24].copy_from_slice(&side.to_be_bytes());
        bytes
    };
    let put = |query: String, bytes: Vec<u8>| {
        let path = format!("/api/me/avatar?{query}");
        somebody.call(Method::PUT, &path).header("x-cepatedge", "test").untyped(bytes).send_owned()
    };
    let portrait = async |more: usize| {
        let avatar = put("size=512".into(), square(8, more)).await.expect(200).json()["avatar"]
            .as_str()
            .expect("one")
            .to_owned();
        put(format!("size=64&avatar={avatar}"), square(1, more)).await.problem(409, "sizes_missing");
        put(format!("size=192&avatar={avatar}"), square(3, more)).await.expect(200);
        put(format!("size=64&avatar={avatar}"), square(1, more)).await.expect(200);
        avatar
    };
    for (query, bytes, status) in [
        ("size=512", png(10), 400),
        ("size=500", square(8, 10), 400),
        ("size=192", square(3, 10), 400),
        ("size=512", b"GIF89a\x00\x02\x00\x02\xf7\x00\x00".to_vec(), 415),
        ("size=512", square(8, 200_000), 413),
    ] {
        put(query.into(), bytes).await.expect(status);
    }
    let first = portrait(1_000).await;
    let second = portrait(2_000).await;
    let listed = other.get("/api/avatars").await.expect(200).json();
    assert_eq!(listed["items"], json!([{ "id": somebody.id(), "avatar": second }]));
    let at = |avatar: &str, size: u32| format!("/api/users/{}/avatar/{avatar}/{size}", somebody.id());
    for (size, sides) in [(512, 8), (192, 3), (64, 1)] {
        let reply = other.get(&at(&second, size)).await.expect(200);
        assert_eq!((reply.body, reply.headers["content-type"].to_str().unwrap()), (square(sides, 2_000), "image/png"));
        assert_eq!(reply.headers["cache-control"], "private, max-age=31536000, immutable");
        other.get(&at(&first, size)).await.expect(404);
    }
    Client::anonymous(&stack).get(&at(&second, 64)).await.expect(401);
    let found = swept(&admin).await;
    assert_eq!((&found["avatars"], &found["objects"], &found["orphans"]), (&json!(3), &json!(3), &json!(0)), "{found}");
    somebody.delete("/api/me/avatar").await.expect(204);
    assert_eq!(other.get("/api/avatars").await.expect(200).json()["items"], json!([]));
    assert_eq!(swept(&admin).await["objects"], 0);
}

#[tokio::test]
async fn a_category_can_want_a_picture_of_how_it_is_now() {
    let stack = Stack::builder().env("SETTINGS_KEPT_S", "0").start().expect("a system");
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let list =
        json!([{ "name": "Plumbing", "colour": "blue", "after_picture": true }, { "name": "lift", "colour": "grey" }]);
    let path = "/api/system/settings/categories";
    let set = admin.call(Method::PUT, path).json(&json!({ "value": list })).send().await.expect(200).json();
    assert_eq!((&set["value"][0]["after_picture"], &set["value"][1]["after_picture"]), (&json!(true), &Value::Null));
    let (requester, id) = reported(&stack).await;
    for (action, body) in
        [("approve", json!({})), ("assign", json!({ "assignee_id": manager.id() })), ("start", json!({}))]
    {
        manager.act(&id, action, &body).await.expect(200);
    }
    let done = json!({ "resolution": "Unblocked." });
    let file = attach(&requester, &id, "filename=a.png&mark=before", &png(10)).await.expect(201).json();
    let lacking = manager.act(&id, "complete", &done).await.problem(409, "after_picture_required");
    assert_eq!(lacking["record"]["status"], "in_progress");
    manager.patch(&path_of(&id, &file), &json!({ "mark": "after" })).await.expect(200);
    manager.act(&id, "complete", &done).await.expect(200);
}

#[tokio::test]
async fn an_internal_file_is_not_there_for_the_requester() {
    let (requester, id) = reported(stack()).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let path = format!("/api/requests/{id}");
    let before = requester.get(&path).await.expect(200);
    let list = requester.get("/api/requests").await.expect(200).text();
    let mut live = requester.watch(&format!("{path}/live")).await;
    live.next_of("ready", SOON).await;

    let seq = technician.comment(&id, "The old valve.", "internal").await.expect(201).json()["seq"].clone();
    // Whatever is said of it, it is as internal as its comment.
    let query = format!("filename=valve.png&visibility=public&comment={seq}");
    let file = attach(&technician, &id, &query, &png(100)).await.expect(201).json();
    assert_eq!((&file["visibility"], &file["comment"]), (&json!("internal"), &seq));
    let at = path_of(&id, &file);
    let draw = technician.call(Method::PUT, &format!("{at}/thumbnail")).header("x-cepatedge", "test").untyped(png(50));
    draw.send().await.expect(204);
    technician.patch(&at, &json!({ "mark": "before" })).await.expect(200);

    for path in [at.clone(), format!("{at}/thumbnail")] {
        requester.get(&path).await.problem(404, "not_found");
        technician.get(&path).await.expect(200);
    }
    requester.patch(&at, &json!({ "mark": null })).await.problem(404, "not_found");
    requester.delete(&at).await.problem(404, "not_found");
    let after = requester.get(&path).await.expect(200);
    assert_eq!((after.header("etag"), after.text()), (before.header("etag"), before.text()));
    assert_eq!(requester.get("/api/requests").await.expect(200).text(), list);
    assert_eq!(kinds(&requester, &id).await, ["created"]);
    technician.delete(&at).await.expect(204);
    assert_eq!(requester.get(&path).await.expect(200).text(), before.text());
    // And the first that they are told of is what they may see.
    technician.comment(&id, "It is done.", "public").await.expect(201);
    assert_eq!(live.next(SOON).await["event"]["body"]["body"], "It is done.");
}

/// An upload by hand: its head, and what of its body is sent.
pub async fn by_hand(client: &Client, id: &str, length: u64) -> TcpStream {
    let host = client.base_url().trim_start_matches("http://");
    let mut socket = TcpStream::connect(host).await.expect("a connection");
    let head = format!(
        "POST /api/requests/{id}/attachments?filename=a.png HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\nx-cepatedge: test\r\n\
         content-length: {length}\r\n\r\n",
        client.cookie()
    );
    socket.write_all(head.as_bytes()).await.expect("written");
    socket
}

/// What is answered on such a connection.
pub async fn answer(mut socket: TcpStream, within: Duration) -> String {
    let mut said = vec![0; 64 * 1024];
    let read = timeout(within, socket.read(&mut said)).await.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&said[..read]).into_owned()
}

#[tokio::test]
async fn ten_gigabytes_are_refused_before_they_come() {
    let (requester, id) = reported(stack()).await;
    let socket = by_hand(&requester, &id, 10_000_000_000).await;
    // It waits a while for a sender that would not hear it otherwise.
    let said = answer(socket, Duration::from_secs(30)).await;
    assert!(said.contains(" 413 ") && said.contains("file_too_large"), "{said}");
}

#[tokio::test]
async fn an_upload_that_stalls_is_given_up_and_one_that_breaks_leaves_nothing() {
    let stack = Stack::builder().start().expect("a system");
    let (requester, id) = reported(&stack).await;
    let bytes = png(600_000);
    let mut stalled = by_hand(&requester, &id, bytes.len() as u64).await;
    stalled.write_all(&bytes[..400_000]).await.expect("written");
    let mut broken = by_hand(&requester, &id, bytes.len() as u64).await;
    broken.write_all(&bytes[..500_000]).await.expect("written");
    drop(broken);
    // Others are not kept waiting.
    attach(&requester, &id, "filename=b.png", &png(1_000)).await.expect(201);
    let said = answer(stalled, Duration::from_secs(60)).await;
    assert!(said.contains(" 408 ") && said.contains("timed_out"), "{said}");
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    eventually(SOON, async || {
        let found = swept(&admin).await;
        let is_clean = found["objects"] == 1 && found["files"] == 1 && found["orphans"] == 0 && found["pending"] == 0;
        if is_clean { Ok(()) } else { Err(found) }
    })
    .await;
    assert_eq!(kinds(&requester, &id).await, ["created", "attached"]);
}

#[tokio::test]
async fn a_kill_in_the_middle_leaves_no_file_and_what_was_answered_stays() {
    let stack = Stack::builder().start().expect("a system");
    let (requester, id) = reported(&stack).await;
    let kept = attach(&requester, &id, "filename=kept.png", &png(5_000)).await.expect(201).json();
    let bytes = png(3_000_000);
    let mut socket = by_hand(&requester, &id, bytes.len() as u64).await;
    socket.write_all(&bytes[..1_500_000]).await.expect("written");
    tokio::time::sleep(Duration::from_millis(300)).await;
    stack.runtime.kill9().expect("killed");
    stack.runtime.start().expect("started");
    let requester = requester.reconnected();
    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["attachments"], json!([kept]));
    assert_eq!(requester.get(&path_of(&id, &kept)).await.expect(200).body, png(5_000));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let found = eventually(SOON, async || {
        let found = swept(&admin).await;
        if found["rows"] == 1 { Ok(found) } else { Err(found) }
    })
    .await;
    // What had come of the other one is known to its request, or was never there.
    assert_eq!((&found["files"], &found["orphans"], &found["missing"]), (&json!(1), &json!(0), &json!(0)), "{found}");
}

#[tokio::test]
async fn while_the_bucket_is_away_nothing_is_lost_and_removals_wait() {
    let stack = Stack::builder().s3().start().expect("a system");
    let (requester, id) = reported(&stack).await;
    let file = attach(&requester, &id, "filename=a.png", &png(5_000)).await.expect(201).json();
    let endpoint = stack.s3.as_ref().expect("a server").vars()["FILES_S3_ENDPOINT"].clone();
    stack.runtime.set_var("FILES_S3_ENDPOINT", "http://127.0.0.1:9");
    stack.runtime.restart().expect("restarted");
    let requester = requester.reconnected();
    attach(&requester, &id, "filename=b.png", &png(400_000)).await.problem(503, "unavailable");
    requester.get(&path_of(&id, &file)).await.problem(503, "unavailable");
    // What needs no bytes works.
    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(record["attachments"], json!([file]));
    requester.delete(&path_of(&id, &file)).await.expect(204);
    requester.comment(&id, "Still here.", "public").await.expect(201);
    stack.runtime.set_var("FILES_S3_ENDPOINT", &endpoint);
    stack.runtime.restart().expect("restarted");
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    eventually(Duration::from_secs(60), async || {
        let found = swept(&admin).await;
        if found["objects"] == 0 { Ok(()) } else { Err(found) }
    })
    .await;
    assert_eq!(kinds(&requester.reconnected(), &id).await, ["created", "attached", "detached", "commented"]);
}
