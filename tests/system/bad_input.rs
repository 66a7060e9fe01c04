//! Input that breaks a rule: told precisely, never a fault of ours, and nothing is written.

use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Reply, new_user};

/// What is sent, and the code and field of the problem that it makes.
type Case = (Vec<u8>, &'static str, &'static str);

fn text(body: impl Into<String>, code: &'static str, field: &'static str) -> Case {
    (body.into().into_bytes(), code, field)
}

/// A good report with one field replaced.
fn with(field: &str, value: Value) -> String {
    let mut body = json!({ "title": "A door squeaks", "description": "", "category": "doors", "priority": "low" });
    body[field] = value;
    body.to_string()
}

fn without(field: &str) -> String {
    let mut body: Value = serde_json::from_str(&with("title", json!("t"))).expect("JSON");
    body.as_object_mut().expect("an object").remove(field);
    body.to_string()
}

/// What no body may be, whatever it is for.
fn nonsense() -> Vec<Case> {
    let mut cases = vec![
        text("{", "malformed_json", "body"),
        text("{\"title\":", "malformed_json", "body"),
        text("{'title':'x'}", "malformed_json", "body"),
        text("title=x&category=y", "malformed_json", "body"),
        text("{} {}", "malformed_json", "body"),
        text("\u{feff}{}", "malformed_json", "body"),
        text("\"text\"", "wrong_type", "body"),
        text("7", "wrong_type", "body"),
        text("true", "wrong_type", "body"),
        text("null", "wrong_type", "body"),
        text("[]", "wrong_type", "body"),
        text("[\"A door squeaks\", \"\", \"doors\", \"low\", null]", "wrong_type", "body"),
        text("[".repeat(100_000), "malformed_json", "body"),
        text("{\"a\":".repeat(20_000), "malformed_json", "body"),
        text("{\"__proto__\":{}}", "unknown_field", "__proto__"),
    ];
    cases.push((b"{\"title\":\"\xff\xfe\"}".to_vec(), "invalid_utf8", "body"));
    cases.push((b"\xf0\x9f\x94".to_vec(), "invalid_utf8", "body"));
    cases.push((b"{\"title\":\"\xed\xa0\x80\"}".to_vec(), "invalid_utf8", "body"));
    cases
}

fn bad_reports() -> Vec<Case> {
    let mut cases = vec![
        text("", "malformed_json", "body"),
        text("{\"title\":\"\\ud800\"}", "malformed_json", "body"),
        text("{\"title\":\"a\u{0007}b\"}", "malformed_json", "body"),
        text("{}", "required", "title"),
        text(without("title"), "required", "title"),
        text(without("category"), "required", "category"),
        text(without("priority"), "required", "priority"),
        text(with("titel", json!("x")), "unknown_field", "titel"),
        text(with("status", json!("closed")), "unknown_field", "status"),
        text(with("id", json!("x")), "unknown_field", "id"),
        text(with("title", json!("")), "required", "title"),
        text(with("title", json!(" \t ")), "required", "title"),
        text(with("title", json!("t".repeat(201))), "too_long", "title"),
        text(with("title", json!("é".repeat(201))), "too_long", "title"),
        text(with("title", json!("t".repeat(200_000))), "too_long", "title"),
        text(with("description", json!("d".repeat(10_001))), "too_long", "description"),
        text(with("category", json!("")), "required", "category"),
        text(with("category", json!("c".repeat(61))), "too_long", "category"),
        text(with("priority", json!("")), "unknown_value", "priority"),
        text(with("priority", json!("HIGH")), "unknown_value", "priority"),
        text(with("priority", json!("asap")), "unknown_value", "priority"),
        text(with("priority", json!("low\0")), "unknown_value", "priority"),
        text(with("requester_id", json!("me")), "unknown_value", "requester_id"),
        text(with("requester_id", json!("")), "unknown_value", "requester_id"),
        text(with("requester_id", json!("0190a5b8-0000-7000-8000-00000000dead")), "unknown_user", "requester_id"),
        text(with("requester_id", json!(["x"])), "wrong_type", "requester_id"),
    ];
    for control in ["a\0b", "a\u{7}b", "a\u{1b}[31mb", "a\u{85}b", "a\u{7f}b"] {
        cases.push(text(with("title", json!(control)), "control_character", "title"));
        cases.push(text(with("description", json!(control)), "control_character", "description"));
        cases.push(text(with("category", json!(control)), "control_character", "category"));
    }
    for broken in ["a\nb", "a\tb", "a\u{2028}b"] {
        cases.push(text(with("title", json!(broken)), "control_character", "title"));
    }
    for field in ["title", "description", "category", "priority"] {
        for value in [json!(7), json!(null), json!(true), json!([]), json!({}), json!(["x"])] {
            cases.push(text(with(field, value), "wrong_type", field));
        }
    }
    cases
}

#[tokio::test]
async fn a_bad_report_is_refused_with_its_field() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    for (body, code, field) in nonsense().into_iter().chain(bad_reports()) {
        let reply = manager.call(Method::POST, "/api/requests").bytes(body.clone()).send().await;
        refused(&reply, code, field, &body);
    }
    let twice = "{\"title\":\"a\",\"title\":\"b\",\"category\":\"c\",\"priority\":\"low\"}";
    let reply = manager.call(Method::POST, "/api/requests").bytes(twice).send().await;
    reply.problem(400, "invalid");
    let mine = manager.get(&format!("/api/requests?requester={}", manager.id())).await.expect(200).json();
    assert_eq!(mine["items"], json!([]), "nothing was written");
}

#[tokio::test]
async fn a_title_of_a_megabyte_is_too_large_with_a_length_or_without() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let body = with("title", json!("t".repeat(1 << 20)));
    let reply = manager.post("/api/requests", &serde_json::from_str(&body).expect("JSON")).await;
    reply.problem(413, "too_large");
    let chunked = manager.call(Method::POST, "/api/requests").bytes(body).chunked().send().await;
    chunked.problem(413, "too_large");
    let mine = manager.get(&format!("/api/requests?requester={}", manager.id())).await.expect(200).json();
    assert_eq!(mine["items"], json!([]), "nothing was written");
    // A small body without a length is taken.
    let small = manager.call(Method::POST, "/api/requests").bytes(with("title", json!("t"))).chunked().send().await;
    small.expect(201);
}

#[tokio::test]
async fn what_is_just_within_the_rules_is_taken_as_it_is() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let title = "🔧".repeat(200);
    let description = format!("Zeile 1\r\nZeile 2\tTab\n{}", "é".repeat(9_970));
    let body = json!({ "title": title, "description": description, "category": "c".repeat(60), "priority": "urgent" });
    let record = manager.post("/api/requests", &body).await.expect(201).json();
    let record =
        manager.get(&format!("/api/requests/{}", record["id"].as_str().expect("an id"))).await.expect(200).json();
    assert_eq!(record["title"], title);
    assert_eq!(record["description"], description.replace("\r\n", "\n"));
    for (sent, kept) in [
        ("  trimmed  ", "trimmed"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'; DROP TABLE requests; --", "'; DROP TABLE requests; --"),
        ("\u{202e}gnp.exe", "gnp.exe"),
    ] {
        let record = manager.report(sent).await;
        assert_eq!(record["title"], kept);
    }
}

#[tokio::test]
async fn a_bad_step_comment_or_edit_is_refused_with_its_field() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let requester = new_user(stack(), "requester");
    let id = manager.report("A door squeaks").await["id"].as_str().expect("an id").to_owned();

    let reason_cases = || {
        vec![
            text("", "required", "reason"),
            text("{}", "required", "reason"),
            text(json!({ "reason": " " }).to_string(), "required", "reason"),
            text(json!({ "reason": "r".repeat(2_001) }).to_string(), "too_long", "reason"),
            text(json!({ "reason": "a\0b" }).to_string(), "control_character", "reason"),
            text(json!({ "reason": 7 }).to_string(), "wrong_type", "reason"),
            text(json!({ "reason": "r", "rating": 5 }).to_string(), "unexpected", "rating"),
            text(json!({ "reason": "r", "why": "x" }).to_string(), "unknown_field", "why"),
        ]
    };
    let rating = |value: Value| json!({ "rating": value }).to_string();
    let assignee = |value: Value| json!({ "assignee_id": value }).to_string();
    let tables: Vec<(&str, Vec<Case>)> = vec![
        ("reject", reason_cases()),
        ("hold", reason_cases()),
        ("reopen", reason_cases()),
        ("cancel", reason_cases()),
        (
            "approve",
            vec![
                text(json!({ "reason": "r" }).to_string(), "unexpected", "reason"),
                text(json!({ "resolution": "r" }).to_string(), "unexpected", "resolution"),
                text(rating(json!(5)), "unexpected", "rating"),
                text(json!({ "force": true }).to_string(), "unknown_field", "force"),
            ],
        ),
        (
            "assign",
            vec![
                text("{}", "required", "assignee_id"),
                text(assignee(json!("nobody")), "unknown_value", "assignee_id"),
                text(assignee(json!(7)), "wrong_type", "assignee_id"),
                text(assignee(json!("0190a5b8-0000-7000-8000-00000000dead")), "unknown_user", "assignee_id"),
                text(assignee(json!(requester.id)), "not_assignable", "assignee_id"),
            ],
        ),
        (
            "complete",
            vec![
                text("{}", "required", "resolution"),
                text(json!({ "resolution": "r".repeat(5_001) }).to_string(), "too_long", "resolution"),
                text(json!({ "resolution": "a\u{7}" }).to_string(), "control_character", "resolution"),
            ],
        ),
        (
            "close",
            vec![
                text(rating(json!(0)), "out_of_range", "rating"),
                text(rating(json!(6)), "out_of_range", "rating"),
                text(rating(json!(-1)), "out_of_range", "rating"),
                text(rating(json!(257)), "out_of_range", "rating"),
                text(rating(json!(i64::MIN)), "out_of_range", "rating"),
                text(rating(json!(4.5)), "wrong_type", "rating"),
                text(rating(json!("5")), "wrong_type", "rating"),
                text(rating(json!(u64::MAX)), "wrong_type", "rating"),
                text("{\"rating\":1e999}", "malformed_json", "body"),
            ],
        ),
        (
            "comments",
            vec![
                text("", "malformed_json", "body"),
                text("{}", "required", "body"),
                text(json!({ "body": "" }).to_string(), "required", "body"),
                text(json!({ "body": "b".repeat(10_001) }).to_string(), "too_long", "body"),
                text(json!({ "body": "a\0b" }).to_string(), "control_character", "body"),
                text(json!({ "body": ["x"] }).to_string(), "wrong_type", "body"),
                text(json!({ "body": "b", "visibility": "secret" }).to_string(), "unknown_value", "visibility"),
                text(json!({ "body": "b", "visibility": 1 }).to_string(), "wrong_type", "visibility"),
                text(json!({ "body": "b", "author": "x" }).to_string(), "unknown_field", "author"),
            ],
        ),
    ];
    for (step, cases) in tables {
        for (body, code, field) in nonsense().into_iter().chain(cases) {
            let call = manager.call(Method::POST, &format!("/api/requests/{id}/{step}")).bytes(body.clone());
            refused(&call.send().await, code, field, &body);
        }
    }
    let edits = vec![
        text("", "malformed_json", "body"),
        text("{}", "no_change", "body"),
        text(json!({ "title": "A door squeaks" }).to_string(), "no_change", "body"),
        text(json!({ "title": "" }).to_string(), "required", "title"),
        text(json!({ "title": "t".repeat(201) }).to_string(), "too_long", "title"),
        text(json!({ "title": "a\nb" }).to_string(), "control_character", "title"),
        text(json!({ "title": 7 }).to_string(), "wrong_type", "title"),
        text(json!({ "priority": "asap" }).to_string(), "unknown_value", "priority"),
        text(json!({ "category": "" }).to_string(), "required", "category"),
        text(json!({ "description": "a\0" }).to_string(), "control_character", "description"),
        text(json!({ "status": "closed" }).to_string(), "unknown_field", "status"),
        text(json!({ "assignee_id": "x" }).to_string(), "unknown_field", "assignee_id"),
    ];
    for (body, code, field) in edits {
        let call = manager.call(Method::PATCH, &format!("/api/requests/{id}")).bytes(body.clone());
        refused(&call.send().await, code, field, &body);
    }

    let record = manager.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!((&record["version"], &record["status"]), (&json!(1), &json!("submitted")), "nothing was written");
    let events = manager.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_bad_query_is_refused_with_its_parameter() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let id = admin.report("A door squeaks").await["id"].as_str().expect("an id").to_owned();
    let lists = ["/api/requests".to_owned(), format!("/api/requests/{id}/events"), "/api/system/logs/http".into()];
    for list in &lists {
        for (limit, code) in [
            ("0", "out_of_range"),
            ("-1", "out_of_range"),
            ("201", "out_of_range"),
            ("-9223372036854775808", "out_of_range"),
            ("99999999999999999999999", "out_of_range"),
            ("all", "malformed"),
            ("1e2", "malformed"),
            ("5.0", "malformed"),
            ("%2B5", "malformed"),
            ("0x10", "malformed"),
            ("%D9%A5", "malformed"),
        ] {
            refused_query(&admin, &format!("{list}?limit={limit}"), code, "limit").await;
        }
        refused_query(&admin, &format!("{list}?offset=10"), "unknown_parameter", "offset").await;
        refused_query(&admin, &format!("{list}?Limit=10"), "unknown_parameter", "Limit").await;
        refused_query(&admin, &format!("{list}?limit=5&limit=5"), "duplicate_parameter", "limit").await;
        refused_query(&admin, &format!("{list}?limit=5&__proto__=1"), "unknown_parameter", "__proto__").await;
    }
    let long = "q".repeat(101);
    for (query, code, field) in [
        ("status=open", "unknown_value", "status"),
        ("status=submitted,open", "unknown_value", "status"),
        ("status=Submitted", "unknown_value", "status"),
        ("priority=asap", "unknown_value", "priority"),
        ("assignee=nobody", "unknown_value", "assignee"),
        ("requester=1'%20OR%20'1'='1", "unknown_value", "requester"),
        ("category=a%00b", "control_character", "category"),
        ("q=a%00b", "control_character", "q"),
        (&format!("q={long}"), "too_long", "q"),
        ("from=yesterday", "malformed", "from"),
        ("from=2026-13-01T00:00:00Z", "malformed", "from"),
        ("from=2026-02-30T00:00:00Z", "malformed", "from"),
        ("to=2026-11-24", "malformed", "to"),
        ("to=1795000000000", "malformed", "to"),
        ("to=2026-11-24T05:46:02", "malformed", "to"),
        ("sort=up", "unknown_value", "sort"),
        ("sort=title", "unknown_value", "sort"),
        ("sort=created%3B%20DROP%20TABLE", "unknown_value", "sort"),
    ] {
        refused_query(&admin, &format!("/api/requests?{query}"), code, field).await;
    }
    for (query, code, field) in [
        ("after=-1", "malformed", "after"),
        ("after=x", "malformed", "after"),
        ("after=9007199254740992", "malformed", "after"),
        ("after=99999999999999999999", "malformed", "after"),
    ] {
        refused_query(&admin, &format!("/api/requests/{id}/events?{query}"), code, field).await;
    }
    for (query, code, field) in [
        ("level=loud", "unknown_value", "level"),
        ("actor=me2", "unknown_value", "actor"),
        ("request_id=7", "unknown_value", "request_id"),
        ("from=now", "malformed", "from"),
        ("to=later", "malformed", "to"),
        ("q=a%0Ab", "control_character", "q"),
    ] {
        refused_query(&admin, &format!("/api/system/logs/http?{query}"), code, field).await;
    }
    refused_query(&admin, "/api/users?role=boss", "unknown_value", "role").await;
    refused_query(&admin, "/api/users?name=x", "unknown_parameter", "name").await;
    refused_query(&admin, "/api/requests?q=%FF%FE%FD", "invalid_utf8", "query").await;
}

#[tokio::test]
async fn a_bad_sign_in_is_refused_with_its_field() {
    let anyone = Client::anonymous(stack());
    let login = |email: Value, password: Value| json!({ "email": email, "password": password }).to_string();
    let cases = vec![
        text("", "malformed_json", "body"),
        text("{}", "required", "email"),
        text("{\"email\":\"a@b.example\"}", "required", "password"),
        text(login(json!(7), json!("p")), "wrong_type", "email"),
        text(login(json!("a@b.example"), json!(7)), "wrong_type", "password"),
        text(login(json!("a@b.example"), json!(null)), "wrong_type", "password"),
        text(login(json!(""), json!("p")), "required", "email"),
        text(login(json!("no body"), json!("p")), "malformed", "email"),
        text(login(json!("b"), json!("p")), "malformed", "email"),
        text(login(json!("a@b"), json!("p")), "malformed", "email"),
        text(login(json!("a\0@b.example"), json!("p")), "malformed", "email"),
        text(login(json!("a@b.example, c@d.example"), json!("p")), "malformed", "email"),
        text(login(json!(format!("{}@b.example", "a".repeat(300))), json!("p")), "malformed", "email"),
        text(login(json!({ "$ne": null }), json!({ "$ne": null })), "wrong_type", "email"),
        text(json!({ "email": "a@b.example", "password": "p", "role": "admin" }).to_string(), "unknown_field", "role"),
    ];
    for (body, code, field) in nonsense().into_iter().chain(cases) {
        let reply = anyone.call(Method::POST, "/api/auth/login").bytes(body.clone()).send().await;
        refused(&reply, code, field, &body);
        assert_eq!(reply.header("set-cookie"), None, "{reply}");
    }
    // A password may be anything, and this one is too long to be anybody's.
    for password in ["", "a\0b", &"p".repeat(129), &"p".repeat(100_000)] {
        anyone.log_in(&format!("no{}@b.example", password.len()), password).await.problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_not_found() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let id = admin.report("A door squeaks").await["id"].as_str().expect("an id").to_owned();
    let long = format!("/api/{}", "a".repeat(8_000));
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/requests/7",
        "/api/requests/%00",
        "/api/requests/..%2F..%2Fetc%2Fpasswd",
        "/api/requests/0190a5b8000070008000000000000001",
        "/api/requests/{0190a5b8-0000-7000-8000-000000000001}",
        "/api/system/logs/secrets",
        "/api/system/logs/%2e%2e",
        "/api/system/requests/7/inspect",
        "/api//requests",
        &long,
        &format!("/api/requests/{id}/explode"),
        &format!("/api/requests/{id}/events/1"),
    ] {
        admin.get(path).await.problem(404, "not_found");
    }
    admin.act(&id, "explode", &json!({})).await.problem(404, "not_found");
    admin.act(&id, "APPROVE", &json!({})).await.problem(404, "not_found");
    admin.get("/api/requests/0190a5b8-0000-7000-8000-000000000001").await.problem(404, "not_found");
    for (method, path) in [
        (Method::DELETE, "/api/requests".to_owned()),
        (Method::PUT, format!("/api/requests/{id}")),
        (Method::GET, format!("/api/requests/{id}/approve")),
        (Method::PUT, "/api/me".into()),
        (Method::GET, "/api/auth/login".into()),
    ] {
        admin.call(method, &path).json(&json!({})).send().await.problem(405, "method_not_allowed");
    }
}

#[track_caller]
fn refused(reply: &Reply, code: &str, field: &str, body: &[u8]) {
    let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    assert_eq!(reply.status, 400, "{shown}: {reply}");
    let problem = reply.problem(400, "invalid");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1), "{shown}: {reply}");
    let error = &problem["errors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)), "{shown}: {reply}");
    assert!(error["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{shown}: {reply}");
}

async fn refused_query(client: &Client, path: &str, code: &str, field: &str) {
    refused(&client.get(path).await, code, field, path.as_bytes());
}
