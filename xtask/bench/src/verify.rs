//! Whether both builds say the same: the same calls to each, and their answers side by side. A comparison of two APIs that
//! differ would measure nothing.
//!
//! Request ids are equal on both (the same keys make them), and so is everything that a time or chance does not decide.

use anyhow::{Result, bail};
use serde_json::Value;
use testbed::database;

use crate::Bench;
use crate::assets;
use crate::files;
use crate::http::{Call, Reply};
use crate::routes::{comments, draft, requests};
use crate::side::Side;

/// Fields that a time, chance or a build's own key decides: only whether they are there, and of which type, is compared.
const OWN: [&str; 7] = ["ts", "at", "request_id", "next_cursor", "held_ms", "hash", "duration_ms"];
/// Headers that both must send alike.
const HEADERS: [&str; 10] = [
    "content-type",
    "cache-control",
    "x-content-type-options",
    "strict-transport-security",
    "content-security-policy",
    "location",
    "accept-ranges",
    "content-range",
    "content-disposition",
    "vary",
];

/// Makes the same calls to both; fails with every difference. Must run before anything else gets a number.
pub fn run(bench: &Bench) -> Result<()> {
    let (ours, peer) = (answers(&bench.ours)?, answers(&bench.peer)?);
    let (mut problems, answered) = (Vec::new(), ours.len());
    for ((name, ours), (_, peer)) in ours.iter().zip(&peer) {
        if ours.status != peer.status {
            problems.push(format!("{name}: {} and {}", ours.status, peer.status));
            continue;
        }
        for header in HEADERS.iter().filter(|header| ours.header(header) != peer.header(header)) {
            problems.push(format!("{name}: {header} {:?} and {:?}", ours.header(header), peer.header(header)));
        }
        let (tag, peers) = (tag(ours), tag(peer));
        if tag != peers {
            problems.push(format!("{name}: etag {tag:?} and {peers:?}"));
        }
        if ours.body.is_empty() && peer.body.is_empty() {
            continue;
        }
        if ours.header("content-type").is_none_or(|kind| !kind.ends_with("json")) {
            if ours.body != peer.body {
                problems.push(format!("{name}: {} and {} other bytes", ours.body.len(), peer.body.len()));
            }
            continue;
        }
        compare(name, &ours.json()?, &peer.json()?, &mut problems);
    }
    let (ours, peer) = (read_model(&bench.ours)?, read_model(&bench.peer)?);
    compare("PostgreSQL", &ours, &peer, &mut problems);
    if problems.is_empty() {
        println!("{:<12} {} answers and the rows in PostgreSQL are alike", "verify", answered);
        return Ok(());
    }
    bail!("the builds answer differently:\n  {}", problems.join("\n  "))
}

/// The version in an entity tag, and whether the rest of it is the hash of its own body: bodies differ in times, and so do hashes.
fn tag(reply: &Reply) -> Option<(&str, bool)> {
    let (version, hash) = reply.header("etag")?.split_once('-')?;
    let fnv1a = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let own = reply.body.iter().fold(0xcbf2_9ce4_8422_2325, fnv1a);
    Some((version, hash == format!("{own:016x}\"")))
}

/// What arrived in PostgreSQL.
fn read_model(side: &Side) -> Result<Value> {
    let text: String = database::run(&side.database_url, |client| {
        let row = client.query_one(
            "SELECT jsonb_build_object(
                 'requests', (SELECT jsonb_agg(to_jsonb(r) - 'synced_at' ORDER BY id) FROM requests r),
                 'events', (SELECT jsonb_agg(to_jsonb(e) - 'trace_id' ORDER BY request_id, seq) FROM request_events e),
                 'audit', (SELECT jsonb_agg(to_jsonb(a) - 'seq' ORDER BY id) FROM audit_entries a))::text",
            &[],
        )?;
        Ok(row.get(0))
    })?;
    Ok(serde_json::from_str(&text)?)
}

fn answers(side: &Side) -> Result<Vec<(String, Reply)>> {
    let mut all = Vec::new();
    let ids = requests(side, "verify", 3)?;
    let id = ids.first().map_or("", String::as_str);
    comments(side, id, 4)?;
    let user =
        |role: &str| testbed::seed::DEMO_USERS.iter().find(|user| user.role == role).map(|user| user.id().to_string());
    let (tech, requester) = (user("technician").unwrap_or_default(), user("requester").unwrap_or_default());
    let post = |action: &str, body: &str| Call::post(&format!("/api/requests/{id}/{action}"), body);
    let two = ids[1].clone();
    let post2 = |action: &str, body: &str| Call::post(&format!("/api/requests/{two}/{action}"), body);
    let get = |path: &str| Call::get(&path.replace(":id", id));
    let key = |call: Call, key: &str| call.with("idempotency-key", key);
    let calls: Vec<(&'static str, Call)> = vec![
        ("manager", get("/api/me")),
        ("requester", key(Call::post("/api/requests", draft("The same")), "same")),
        ("requester", key(Call::post("/api/requests", draft("The same")), "same")),
        ("requester", key(Call::post("/api/requests", draft("Another")), "same")),
        ("requester", Call::post("/api/requests", r#"{"title":"","category":"x","priority":"high"}"#)),
        ("requester", Call::post("/api/requests", "{")),
        ("requester", get("/api/requests/:id")),
        ("requester", post("approve", "{}")),
        ("manager", post("start", "{}")),
        ("manager", post("approve", "{}").with("if-match", "\"v99\"")),
        ("manager", key(post("approve", "{}").with("if-match", "\"v5\""), "a")),
        ("manager", key(post("approve", "{}").with("if-match", "\"v5\""), "a")),
        ("manager", post("assign", &format!(r#"{{"assignee_id":"{requester}"}}"#))),
        ("manager", post("assign", &format!(r#"{{"assignee_id":"{tech}"}}"#))),
        ("tech", post("start", "{}")),
        ("tech", post("hold", r#"{"reason":"waits"}"#)),
        ("manager", get("/api/requests/:id")),
        ("tech", post("resume", "{}")),
        ("tech", post("comments", r#"{"body":"among us","visibility":"internal"}"#)),
        ("tech", post("complete", r#"{"resolution":"New seal."}"#)),
        ("requester", post("close", r#"{"rating":4}"#)),
        ("requester", post("reopen", r#"{"reason":"drips again"}"#)),
        ("requester", get("/api/requests/:id")),
        ("requester", get("/api/requests/:id/events?limit=4")),
        ("manager", get("/api/requests/:id/events?limit=200")),
        ("manager", get("/api/requests/:id/events?after=3&limit=2")),
        ("manager", get("/api/requests?limit=2")),
        ("manager", get("/api/requests?status=submitted&limit=2")),
        ("manager", get("/api/requests?status=submitted,in_progress&priority=high&sort=-updated&limit=2")),
        ("requester", get("/api/requests?q=drips&limit=2")),
        ("requester", get("/api/requests?q=MR-000002")),
        ("requester", get("/api/requests?unknown=1")),
        (
            "requester",
            key(
                Call::post(
                    "/api/requests",
                    r#"{"title":" Kabel  terbuka\u00e9 ","category":"Power","priority":"urgent","contact":" ext. 12 ","hazard":true}"#,
                ),
                "h",
            ),
        ),
        ("requester", Call::post("/api/requests", r#"{"title":"x","category":"x","priority":"high","hazard":"yes"}"#)),
        ("requester", Call::post("/api/requests", r#"{"title":"x","category":"x","priority":"high","hazard":null}"#)),
        ("requester", Call::post("/api/requests", r#"{"title":"x","category":"x","priority":"high","contact":7}"#)),
        (
            "requester",
            key(Call::post("/api/requests", r#"{"title":"x","category":"x","priority":"high","contact":null}"#), "n"),
        ),
        (
            "requester",
            key(Call::post("/api/requests", r#"{"title":"x","category":"x","priority":"high","contact":" "}"#), "e"),
        ),
        ("manager", get("/api/requests?hazard=true")),
        ("manager", get("/api/requests?hazard=false&limit=2&sort=-updated")),
        ("manager", get("/api/requests?hazard=maybe")),
        ("manager", get("/api/requests?category=POWER&hazard=true&q=TERBUKAE")),
        ("manager", get("/api/requests?q=kabel%20terbuka%C3%89")),
        ("requester", post("release", r#"{"reason":"no"}"#)),
        ("tech", post("release", r#"{"reason":"no"}"#)),
        ("tech", post("hold", r#"{"reason":"waits"}"#)),
        ("tech", post("comments", r#"{"body":"among us","visibility":"internal"}"#)),
        ("tech", post("comments", r#"{"body":"among us again","visibility":"internal"}"#)),
        ("requester", get("/api/requests/:id")),
        ("requester", get("/api/requests?limit=3&sort=-updated")),
        ("requester", get("/api/requests?limit=3&sort=-updated&priority=high")),
        ("requester", get("/api/requests?limit=3")),
        ("tech", get("/api/requests?limit=3&sort=-updated")),
        ("requester", get("/api/requests/:id").with("if-none-match", "\"v1\"")),
        ("requester", get("/api/requests/:id").with("if-none-match", "\"x\", *")),
        ("tech", post("resume", "{}").with("if-match", "\"v15\"")),
        ("tech", post("resume", "{}").with("if-match", "\"v017\"")),
        ("tech", post("resume", "{}").with("if-match", "\"v17-00112233445566xx\"")),
        ("tech", post("resume", "{}").with("if-match", "\"v17-0011223344556677\"")),
        ("requester", get("/api/requests/:id")),
        ("manager", post("complete", r#"{"resolution":"once more"}"#)),
        ("manager", post("reopen", r#"{"reason":"once more"}"#)),
        ("manager", post("assign", &format!(r#"{{"assignee_id":"{}"}}"#, user("manager").unwrap_or_default()))),
        ("tech", post("assign", &format!(r#"{{"assignee_id":"{tech}"}}"#))),
        ("tech", post("assign", &format!(r#"{{"assignee_id":"{tech}","take_over":true}}"#))),
        ("tech", post("assign", &format!(r#"{{"assignee_id":"{tech}","take_over":true}}"#))),
        ("manager", get("/api/requests/:id")),
        ("manager", post2("approve", "{}")),
        ("manager", post2("assign", &format!(r#"{{"assignee_id":"{tech}"}}"#))),
        ("requester", post2("release", r#"{"reason":"no"}"#)),
        ("tech", post2("release", "{}")),
        ("tech", post2("release", r#"{"reason":"no time"}"#)),
        ("tech", get("/api/requests?limit=9&sort=-updated")),
        ("manager", get("/api/requests/:id/events?limit=200")),
        ("requester", get("/api/requests?cursor=AAAA")),
        ("requester", get("/api/system/logs/audit")),
        ("manager", get("/api/requests/0190a5b8-0000-8000-8000-000000000001")),
    ];
    let mut wire = side.connect()?;
    for (index, (who, call)) in calls.into_iter().enumerate() {
        let reply = wire.call(&side.signed(who, call.clone()))?;
        all.push((format!("call {index} as {who}"), reply));
    }
    all.extend(files::answers(side, ids.get(2).map_or("", String::as_str))?);
    assets::fill(side)?;
    for path in ["/api/assets?limit=50", "/api/assets?limit=3", "/api/assets?unknown=1"] {
        all.push((path.to_owned(), wire.call(&side.signed("requester", Call::get(path)))?));
    }
    side.rest()?;
    for path in
        ["/api/system/logs/audit?limit=90", "/api/system/logs/requests?level=warn", "/api/system/logs/http?limit=3"]
    {
        all.push((path.to_owned(), wire.call(&side.signed("admin", Call::get(path)))?));
    }
    Ok(all)
}

fn compare(path: &str, ours: &Value, peer: &Value, problems: &mut Vec<String>) {
    match (ours, peer) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
            for name in names {
                let inner = format!("{path}.{name}");
                match (left.get(name), right.get(name)) {
                    (Some(ours), Some(peer)) => compare(&inner, ours, peer, problems),
                    (ours, _) => {
                        problems.push(format!("{inner} only {}", if ours.is_some() { "ours" } else { "the peer's" }))
                    }
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (ours, peer)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}[{index}]"), ours, peer, problems);
            }
        }
        (ours, peer) if is_own(path) && std::mem::discriminant(ours) == std::mem::discriminant(peer) => {}
        (ours, peer) if ours != peer => problems.push(format!("{path}: {ours} and {peer}")),
        _ => {}
    }
}

fn is_own(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    // Words for people are each build's own; programs read codes.
    let is_prose = (name == "detail" || name == "title") && !path.contains(".record") && !path.contains("items");
    OWN.contains(&name)
        || name.ends_with("_at")
        || name == "held_since"
        || path.ends_with("session.id")
        // The id of a file is random.
        || (name == "id" && path.contains("attachment"))
        || is_prose
        // The id of an HTTP request's entry begins with its trace, and its route is spelled by each framework.
        || (path.starts_with("/api/system/logs/") && !path.contains("audit") && ["id", "message", "route"].contains(&name))
}
