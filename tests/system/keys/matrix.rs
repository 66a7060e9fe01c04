//! Who may use what, made from the URL table itself: every route with every kind of caller, and every object with somebody else.
//!
//! What is expected follows from a route's permission and from what it needs of a key. A new route is in here by being in the table.
//! Bodies are broken on purpose, so that a call that passes the gate does nothing.

use std::net::Ipv6Addr;
use std::sync::atomic::{AtomicU16, Ordering};

use cepatedge::domain::key::Scope;
use cepatedge::router::path::Parameter;
use cepatedge::router::route::{Kind, Permission, Route};
use cepatedge::router::routes::ROUTES;
use cepatedge::router::scopes::{Needs, needs};
use futures::future::join_all;
use serde_json::{Value, json};

use super::{make, program, secret, somebody};
use crate::stack;
use crate::support::{Client, Reply};

/// How somebody calls.
struct Caller {
    name: String,
    client: Client,
    holds: Holds,
}

/// What they hold.
#[derive(Clone, Copy)]
enum Holds {
    /// Nothing that says who they are.
    Nothing,
    /// A session cookie, of somebody in this role.
    Cookie(&'static str),
    /// A key with these scopes, of somebody in this role.
    Key(&'static str, &'static [Scope]),
    /// A key, or what looks like one, that does not hold.
    NoKey,
}

/// What the gate says: the code of its refusal, or nothing where it lets the call pass.
fn expected(route: &Route, holds: Holds) -> Option<&'static str> {
    let permits = |role: &str| match route.permission {
        Permission::Public | Permission::SignedIn | Permission::Enrolling => true,
        Permission::Staff => role != "requester",
        Permission::Managers => matches!(role, "manager" | "admin"),
        Permission::Operators => role == "admin",
    };
    if route.permission == Permission::Public {
        return None;
    }
    match holds {
        Holds::Nothing => Some("unauthenticated"),
        Holds::NoKey => Some("invalid_token"),
        Holds::Cookie(role) => (!permits(role)).then_some("forbidden"),
        Holds::Key(role, scopes) => match needs(route.method, route.pattern).expect("a rule") {
            Needs::Nothing => panic!("{} {} needs a key and reads none", route.method, route.pattern),
            Needs::Person => Some("insufficient_scope"),
            Needs::Scope(scope) if !scopes.contains(&scope) => Some("insufficient_scope"),
            Needs::Scope(_) | Needs::AnyKey => (!permits(role)).then_some("forbidden"),
        },
    }
}

/// A network address of its own for each call: guesses count by address.
fn address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(1);
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, NEXT.fetch_add(1, Ordering::Relaxed)).to_string()
}

async fn everybody() -> Vec<Caller> {
    const SETS: [&[Scope]; 5] = [&[Scope::Read], &[Scope::Report], &[Scope::Work], &[Scope::Operate], Scope::ALL];
    let nobody = Client::anonymous(stack());
    let mut all = vec![Caller { name: "nobody".into(), client: nobody.clone(), holds: Holds::Nothing }];
    let (_, admin) = somebody(stack(), "admin").await;
    let mut keep = |name: &str, client: Client, holds| all.push(Caller { name: name.to_owned(), client, holds });
    for role in ["requester", "technician", "manager", "admin"] {
        let (_, client) = somebody(stack(), role).await;
        if matches!(role, "manager" | "admin") {
            for scopes in SETS {
                let scopes: &'static [Scope] = if role == "manager" && scopes.len() > 1 {
                    &[Scope::Read, Scope::Report, Scope::Work]
                } else {
                    scopes
                };
                if role == "manager" && scopes.contains(&Scope::Operate) {
                    continue;
                }
                let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
                let (program, _) = program(&client, &words).await;
                keep(&format!("{role}'s key for {}", words.join(", ")), program, Holds::Key(role, scopes));
            }
        }
        keep(&format!("{role} with a cookie"), client, Holds::Cookie(role));
    }
    let made = make(&admin, &["read", "operate"]).await;
    admin.delete(&format!("/api/keys/{}", super::id(&made))).await.expect(204);
    keep("an ended key", nobody.with_key(secret(&made)), Holds::NoKey);
    let made = make(&admin, &["read", "operate"]).await;
    let path = format!("/api/keys/{}/rotate", super::id(&made));
    admin.post(&path, &json!({ "overlap_hours": 0 })).await.expect(200);
    keep("a key that was rotated", nobody.with_key(secret(&made)), Holds::NoKey);
    // What lets somebody in by a mail's link is no credential of the API, whichever way it is shown.
    let invite = json!({ "email": format!("matrix-{}@cepatedge.test", std::process::id()), "role": "admin" });
    let link =
        admin.post("/api/users", &invite).await.expect(201).json()["token"].as_str().expect("a token").to_owned();
    keep("a mail's link as a key", nobody.with_key(&link), Holds::NoKey);
    let cookie = format!("__Host-ce_session={link}");
    keep("a mail's link as a cookie", nobody.with_cookie(Some(&cookie)), Holds::Nothing);
    // A key is no cookie, and a cookie no key.
    let cookie = format!("__Host-ce_session={}", secret(&make(&admin, &["read"]).await));
    keep("a key as a cookie", nobody.with_cookie(Some(&cookie)), Holds::Nothing);
    let token = admin.cookie().split_once('=').expect("a cookie").1.to_owned();
    keep("a cookie as a key", nobody.with_key(&token), Holds::NoKey);
    all
}

/// The route's path with ids that nobody has, but for the request.
fn path(route: &Route, request: &str) -> String {
    let mut path = route.pattern.to_owned();
    for kind in route.parameters {
        let value = match kind {
            Parameter::Request => request.to_owned(),
            Parameter::Attachment => "0b8a5f5e-1b54-4d4e-8a5b-2f6f0a3c9d10".to_owned(),
            Parameter::Action => "approve".to_owned(),
            Parameter::User => "0190a5b8-0000-7000-8000-00000000dead".to_owned(),
            Parameter::Session => "0".repeat(64),
            Parameter::Stream => "audit".to_owned(),
            Parameter::Entry => "no-such-entry".to_owned(),
            Parameter::Draft => "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
            Parameter::Setting => "technicians_take_over".to_owned(),
            Parameter::Cache => "users".to_owned(),
            Parameter::Key => "0123456789abcdef".to_owned(),
            Parameter::Passkey => "AQID".to_owned(),
            Parameter::Device => "0123456789abcdef".to_owned(),
            Parameter::Place | Parameter::Asset => "0190a5b8-0000-7000-8000-00000000dead".to_owned(),
            Parameter::Label => "7K3M-9QXT".to_owned(),
            Parameter::Avatar => format!("w{}", "0".repeat(32)),
            Parameter::AvatarSize => "64".to_owned(),
            Parameter::Delivery => "0000-1_0190a5b8-0000-7000-8000-00000000dead_mail".to_owned(),
        };
        let (before, rest) = path.split_once('{').expect("a parameter");
        let (_, after) = rest.split_once('}').expect("its end");
        path = format!("{before}{value}{after}");
    }
    path
}

async fn call(client: &Client, route: &Route, path: &str, body: &str) -> Reply {
    let call = client.call(route.method.parse().expect("a method"), path).header("cf-connecting-ip", &address());
    match route.kind {
        Kind::Read | Kind::OfSession => call.send().await,
        // Without the upgrade it is told that it wants one, once it has passed the gate.
        Kind::Socket => call.header("origin", client.base_url()).send().await,
        Kind::Write | Kind::FreshWrite | Kind::WriteNaming | Kind::OneClick => call.bytes(body.to_owned()).send().await,
    }
}

/// The refusal of the gate, if it is one.
fn refusal(reply: &Reply) -> Option<String> {
    let of_the_gate = ["unauthenticated", "invalid_token", "forbidden", "insufficient_scope", "too_many_attempts"];
    let code = serde_json::from_slice::<Value>(&reply.body).ok()?["code"].as_str()?.to_owned();
    of_the_gate.contains(&code.as_str()).then_some(code)
}

#[tokio::test]
async fn every_route_with_every_kind_of_caller() {
    let callers = everybody().await;
    let (_, requester) = somebody(stack(), "requester").await;
    let request = requester.report("The sink is blocked").await["id"].as_str().expect("an id").to_owned();
    let mut calls = 0;
    for route in ROUTES {
        // It works for everybody, and would end the sessions that the rest goes on with.
        if route.pattern == "/api/auth/logout" {
            continue;
        }
        let path = path(route, &request);
        let replies = join_all(callers.iter().map(|caller| call(&caller.client, route, &path, "{"))).await;
        for (caller, reply) in callers.iter().zip(replies) {
            let mut said = refusal(&reply);
            // Whoever may not see this request is told by its object, which is behind the gate.
            let is_decided_there = route.permission == Permission::SignedIn;
            if is_decided_there
                && route.pattern.starts_with("/api/requests/{id}")
                && said.as_deref() == Some("forbidden")
            {
                said = None;
            }
            assert_eq!(said.as_deref(), expected(route, caller.holds), "{}: {reply}", caller.name);
            assert!(reply.status.as_u16() != 500, "{}: {reply}", caller.name);
            calls += 1;
        }
    }
    println!("{calls} calls: {} routes, {} kinds of callers", ROUTES.len() - 1, callers.len());
}

#[test]
fn what_a_key_needs_keeps_to_what_was_decided() {
    for route in ROUTES {
        let line = format!("{} {}", route.method, route.pattern);
        let needed = needs(route.method, route.pattern).unwrap_or_else(|| panic!("{line}: no rule"));
        assert_eq!(route.permission == Permission::Public, needed == Needs::Nothing, "{line}");
        if needed == Needs::Scope(Scope::Read) || needed == Needs::AnyKey {
            assert_eq!(route.method, "GET", "{line}: a key that may read changes nothing");
        }
        if route.permission == Permission::Operators {
            assert!(matches!(needed, Needs::Scope(Scope::Operate) | Needs::Person), "{line}");
        }
        let about_oneself = ["password", "session", "drafts", "preferences", "factor", "key", "data"];
        if route.pattern.starts_with("/api/me/") && about_oneself.iter().any(|word| route.pattern.contains(word)) {
            assert_eq!(needed, Needs::Person, "{line}");
        }
        if route.pattern.contains("/keys") {
            assert_eq!(needed, Needs::Person, "{line}: a key makes no keys");
        }
    }
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let (_, owner) = somebody(stack(), "requester").await;
    let (_, other) = somebody(stack(), "requester").await;
    let id = owner.report("The sink is blocked").await["id"].as_str().expect("an id").to_owned();
    let bodies = |pattern: &str| match pattern {
        "/api/requests/{id}" => json!({ "category": "electrical" }),
        "/api/requests/{id}/comments" => json!({ "body": "Hello" }),
        "/api/me/muted/{id}" => json!({ "muted": false }),
        "/api/me/watched/{id}" => json!({ "watching": true }),
        _ => json!({ "reason": "Because." }),
    };
    for route in ROUTES.iter().filter(|route| route.parameters.first() == Some(&Parameter::Request)) {
        // Files want bytes, and an id: `files::a_file_is_not_there_for_a_stranger`.
        if route.permission != Permission::SignedIn || route.pattern.contains("/attachments") {
            continue;
        }
        let path = path(route, &id).replace("approve", "cancel");
        let body = bodies(route.pattern).to_string();
        let theirs = call(&other, route, &path, &body).await;
        if route.pattern == "/api/me/muted/{id}" {
            // It is their own inbox that is asked, which says nothing of the request.
            assert_eq!(theirs.status, 200, "{theirs}");
        } else if route.kind == Kind::Socket {
            assert!(
                matches!(other.try_watch(&path, Some(other.base_url())).await, Err(reply) if reply.status == 404),
                "{path}"
            );
        } else {
            theirs.problem(404, "not_found");
        }
        let own = call(&owner, route, &path, &body).await;
        if (route.method, route.pattern) == ("PUT", "/api/me/watched/{id}") {
            // The staff alone watch.
            own.problem(403, "forbidden");
            continue;
        }
        let is_answered = own.status.is_success() || route.kind == Kind::Socket && own.status == 400;
        assert!(is_answered, "{own}");
    }
    let session = owner.session();
    other.delete(&format!("/api/me/sessions/{session}")).await.problem(404, "not_found");
    owner.get("/api/me").await.expect(200);
    // Another user's drafts have the same ids without being the same.
    let draft = json!({ "scope": "new", "body": "{}", "updated_at": "2026-11-28T10:00:00.000Z" });
    let path = "/api/me/drafts/01890a5d-ac96-774b-bcce-b302099a8057";
    owner.call(hyper::Method::PUT, path).json(&draft).send().await.expect(204);
    other.delete(path).await.expect(204);
    let drafts = owner.get("/api/me/drafts").await.expect(200).json();
    assert_eq!(drafts["items"].as_array().map(Vec::len), Some(1), "{drafts}");
}
