//! The API's own description: OpenAPI 3.1, made from the Rust types and the URL table.
//!
//! `cargo run --features openapi --example openapi > docs/openapi.json` writes it; the Worker serves that file as it is.
//! This module is built on the host alone, under the feature `openapi`, and so is utoipa, which derives the schemas.
//!
//! Architecture invariants: [`operations::describe`] matches every [`Route`](crate::router::routes::Route) without `_`, so a route that is not described
//! does not compile; a test compares [`ADDRESSES`] with the URL table line by line, and the committed file with
//! [`document`].

pub mod messages;
mod operation;
mod operations;
mod schemas;

use base::refusal::Refusal;
use serde_json::{Map, Value, json};

use crate::domain::problem::Problem;
use crate::domain::request::Status;
use crate::router::cookie::SessionCookie;
use crate::router::reply::status_of;
use crate::router::routes::{Found, find};
use schemas::Schemas;

/// One address for each line of the table in `router/routes.rs`, in its order.
const ADDRESSES: [(&str, &str); 29] = [
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/openapi.json"),
    ("POST", "/auth/login"),
    ("POST", "/auth/logout"),
    ("GET", "/me"),
    ("PATCH", "/me"),
    ("GET", "/me/sessions"),
    ("DELETE", "/me/sessions/0000000000000000000000000000000000000000000000000000000000000000"),
    ("GET", "/users"),
    ("GET", "/requests"),
    ("POST", "/requests"),
    ("GET", "/requests/live"),
    ("GET", "/requests/00000000-0000-7000-8000-000000000000"),
    ("PATCH", "/requests/00000000-0000-7000-8000-000000000000"),
    ("GET", "/requests/00000000-0000-7000-8000-000000000000/events"),
    ("GET", "/requests/00000000-0000-7000-8000-000000000000/live"),
    ("POST", "/requests/00000000-0000-7000-8000-000000000000/comments"),
    ("POST", "/requests/00000000-0000-7000-8000-000000000000/approve"),
    ("GET", "/system/logs"),
    ("GET", "/system/logs/http"),
    ("GET", "/system/logs/http/tail"),
    ("GET", "/system/logs/http/0-1"),
    ("GET", "/system/sessions"),
    (
        "DELETE",
        "/system/sessions/00000000-0000-7000-8000-000000000000/0000000000000000000000000000000000000000000000000000000000000000",
    ),
    ("GET", "/system/monitor"),
    ("GET", "/system/sync"),
    ("POST", "/system/sync/replay"),
    ("GET", "/system/requests/00000000-0000-7000-8000-000000000000/inspect"),
];

/// The groups that operations are shown in.
const TAGS: [(&str, &str); 5] = [
    ("session", "Signing in and out, and where one is signed in."),
    ("requests", "Maintenance requests: report, read, act, comment."),
    ("live", "WebSockets. A client that sends the text `ping` is answered `pong`; nothing else that it sends is read."),
    ("people", "Users, for pickers."),
    ("system", "What operators see: logs, the state of the parts, what has not reached PostgreSQL."),
];

/// The names of the error replies, by status.
const REFUSED: [(u16, &str); 11] = [
    (400, "Invalid"),
    (401, "Unauthenticated"),
    (403, "Forbidden"),
    (404, "NotFound"),
    (409, "Conflict"),
    (412, "Stale"),
    (413, "TooLarge"),
    (422, "IdempotencyKeyReused"),
    (429, "TooManyAttempts"),
    (500, "Internal"),
    (503, "Unavailable"),
];

const ABOUT: &str = "\
Maintenance requests at the edge. The paths are the same without `/api`. JSON in and out; times are RFC 3339 UTC with \
milliseconds; every answer carries `X-Request-Id`, under which the logs know it.

Whoever is signed in has the session cookie. A write (any method but GET) must come from a page of this origin or of a \
listed one, or from a program, and must have `Content-Type: application/json` or the header `X-CepatEdge` (any value).

Errors are RFC 9457 problem+json with a stable `code`. An unknown query parameter or body field is an error. A path that \
exists with other methods answers 405 `method_not_allowed`.";

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for (method, address) in ADDRESSES {
        let Found::Route(route) = find(method, address) else { continue };
        let operation = operations::describe(&route, &mut schemas).into_json(&route, &mut schemas);
        let path = paths.entry(route.pattern()).or_insert_with(|| json!({}));
        path[method.to_lowercase()] = operation;
    }
    let problem = schemas.of::<Problem>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "CepatEdge",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": TAGS.map(|(name, description)| json!({ "name": name, "description": description })),
        "security": [{ "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_json(),
            "responses": REFUSED.map(|(status, name)| (name.to_owned(), refused(status, &problem))).into_iter().collect::<Map<_, _>>(),
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SessionCookie::host_only().name(),
                    "description": "Set by POST /api/auth/login. A deployment with COOKIE_DOMAIN calls it ce_session.",
                },
            },
        },
    })
}

/// The reply to refusals of one status: which codes it may have, and what comes with it.
fn refused(status: u16, problem: &Value) -> Value {
    let codes: Vec<String> = refusals()
        .iter()
        .filter(|refusal| status_of(refusal) == status)
        .map(|refusal| format!("`{}` ({})", refusal.code(), refusal.title()))
        .collect();
    let mut reply = json!({
        "description": codes.join(", "),
        "content": { "application/problem+json": { "schema": problem } },
    });
    if status == 429 || status == 503 {
        let seconds =
            json!({ "description": "Seconds until another try makes sense.", "schema": { "type": "integer" } });
        reply["headers"] = json!({ "Retry-After": seconds });
    }
    reply
}

/// One of each kind.
fn refusals() -> [Refusal; 14] {
    [
        Refusal::NotFound,
        Refusal::Unauthenticated,
        Refusal::Forbidden { action: None },
        Refusal::InvalidTransition { status: Status::Closed, allowed: Vec::new(), record: None },
        Refusal::Stale { version: 1, record: None },
        Refusal::IdempotencyKeyReused,
        Refusal::invalid("title", "required", ""),
        Refusal::InvalidCursor,
        Refusal::TooManyAttempts { retry_after_s: 1 },
        Refusal::InvalidCredentials,
        Refusal::unavailable("database", 1),
        Refusal::TooLarge { limit_bytes: 1 },
        Refusal::Internal,
        Refusal::conflict("already_exists", ""),
    ]
}

/// The document as it is committed: one space for each level, and a line feed at the end.
///
/// # Errors
/// Those of `serde_json`; no document causes one.
pub fn text() -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    serde::Serialize::serialize(&document(), &mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned() + "\n")
}

#[cfg(test)]
mod tests;
