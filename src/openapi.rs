//! The API's own description: OpenAPI 3.1, made from the Rust types and the URL table.
//!
//! `cargo run --features openapi --example openapi > docs/openapi.json` writes it; the Worker serves that file as it is.
//! This module is built on the host alone, under the feature `openapi`, and so is utoipa, which derives the schemas.
//!
//! Architecture invariants: each line of the URL table has a description beside its handler, so a route that is not described does
//! not compile; a test compares the committed file with [`document`].

pub mod messages;
pub mod operation;
pub mod schemas;

use base::ids::{EntryId, KeyId, SessionName, UserId};
use base::refusal::Refusal;
use serde_json::{Map, Value, json};

use crate::domain::asset::AssetId;
use crate::domain::label::LabelCode;
use crate::domain::log::StreamName;
use crate::domain::place::PlaceId;
use crate::domain::request::{Action, AttachmentId, RequestId, Status, table};
use crate::domain::settings::SettingKey;
use crate::domain::user::{AvatarId, AvatarSize, DraftId};
use crate::objects::cache::api::CacheNamespace;
use crate::router::http::cookie::SessionCookie;
use crate::router::http::problem::Problem;
use crate::router::http::reply::status_of;
use crate::router::path::Parameter;
use crate::router::route::{Kind, Permission, Route};
use crate::router::routes::ROUTES;
use crate::router::scopes::Needs;
use schemas::Schemas;

/// The groups that operations are shown in.
const TAGS: [(&str, &str); 8] = [
    ("session", "Signing in and out, and where one is signed in."),
    ("requests", "Maintenance requests: report, read, act, comment."),
    ("files", "Files of requests, and pictures of people."),
    ("live", "WebSockets. A client that sends the text `ping` is answered `pong`; nothing else that it sends is read."),
    ("places", "Places, which are a tree, and assets: where and what requests are about."),
    ("people", "Users, for pickers."),
    ("keys", "API keys: what lets a program in on somebody's behalf."),
    ("system", "What operators see: logs, the state of the parts, what has not reached PostgreSQL."),
];

/// The names of the error replies, by status.
const REFUSED: [(u16, &str); 14] = [
    (400, "Invalid"),
    (401, "Unauthenticated"),
    (403, "Forbidden"),
    (404, "NotFound"),
    (408, "TimedOut"),
    (409, "Conflict"),
    (411, "LengthRequired"),
    (412, "Stale"),
    (413, "TooLarge"),
    (415, "UnsupportedEncoding"),
    (422, "IdempotencyKeyReused"),
    (429, "TooManyAttempts"),
    (500, "Internal"),
    (503, "Unavailable"),
];

const ABOUT: &str = "\
Maintenance requests at the edge. On the API's own host (API_HOST) the paths are the same without `/api`. JSON in and out; times are RFC 3339 UTC with \
milliseconds; every answer carries `X-Request-Id`, under which the logs know it.

Whoever is signed in has the session cookie. A write (any method but GET) must come from a page of this origin or of a \
listed one, or from a program, and must have `Content-Type: application/json` or the header `X-CepatEdge` (any value).

A program sends an API key instead, `Authorization: Bearer cek_…`, and needs neither of the two. A key may do what its owner may, as \
far as its scopes go: docs/api-keys.md.

Errors are RFC 9457 problem+json with a stable `code`. An unknown query parameter or body field is an error. A path that \
exists with other methods answers 405 `method_not_allowed` with `Allow`; HEAD is answered wherever GET is. A body is JSON \
as it is (a `Content-Encoding` is refused), at most 256 KiB, and arrives within 10 s. A parameter without a value is one that \
is not there.";

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operation = described(route, &mut schemas);
        let path = paths.entry(route.pattern).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    let problem = schemas.of::<Problem>();
    let mut schemas = schemas.into_json();
    schemas["Action"]["x-needs"] =
        table::ROWS.iter().map(|row| (row.action.as_str().to_owned(), json!(row.needs.input()))).collect();
    schemas["Action"]["x-steps"] = table::ROWS.iter().map(|row| (row.action.as_str().to_owned(), step(row))).collect();
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
            "schemas": schemas,
            "responses": REFUSED.map(|(status, name)| (name.to_owned(), refused(status, &problem))).into_iter().collect::<Map<_, _>>(),
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SessionCookie::host_only().name(),
                    "description": "Set by POST /api/auth/login. A deployment with COOKIE_DOMAIN calls it ce_session.",
                },
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "cek_<id>_<secret>",
                    "description": "An API key (POST /api/keys). The words beside it are the scopes that an operation needs.",
                },
            },
        },
    })
}

/// A row of the state table: the event and the transitions.
fn step(row: &table::Row) -> Value {
    json!({ "event": row.needs.event_kind(), "transitions": row.transitions })
}

/// What is said of a route that needs a fresh proof.
const FRESH: &str =
    " Within 10 minutes of a sign-in or of `POST /api/me/reauthenticate`; else 403 `reauthentication_required`.";

/// The operation as the document has it.
fn described(route: &Route, schemas: &mut Schemas) -> Value {
    let mut operation = (route.describe)(schemas);
    let permission = route.permission;
    let who = match permission {
        Permission::Public => "Anyone.",
        Permission::SignedIn => "Anyone who is signed in.",
        Permission::Enrolling => "Anyone who is signed in, also who still has to get a second factor.",
        Permission::Staff => "Technicians, managers and admins.",
        Permission::Managers => "Managers and admins.",
        Permission::Operators => "Admins.",
    };
    if permission != Permission::Public {
        operation.refusals.extend([401, 503]);
    }
    if route.kind.is_write()
        || route.kind == Kind::Socket
        || !matches!(permission, Permission::Public | Permission::Enrolling)
    {
        operation.refusals.insert(403);
    }
    let in_path = path_parameters(route, schemas);
    if !in_path.is_empty() {
        operation.refusals.insert(404);
    }
    for (status, name) in REFUSED.iter().filter(|(status, _)| operation.refusals.contains(status)) {
        operation.replies.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
    }
    let key = match route.key {
        Some(Needs::Scope(scope)) => Some(format!("API keys: scope `{scope}`.")),
        Some(Needs::AnyKey) => Some("API keys: any.".to_owned()),
        Some(Needs::Person) => Some("API keys: none.".to_owned()),
        Some(Needs::Nothing) | None => None,
    };
    let fresh = if route.kind == Kind::FreshWrite { FRESH } else { "" };
    let who = [Some(format!("For: {who}{fresh}")), key].into_iter().flatten().collect::<Vec<_>>();
    let description = [who.as_slice(), operation.details.as_slice()].concat().join(" ");
    let mut json = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": description,
        "responses": operation.replies,
    });
    json["security"] = security(route);
    let parameters = [in_path, operation.parameters].concat();
    if !parameters.is_empty() {
        json["parameters"] = parameters.into();
    }
    if let Some((schema, required)) = operation.body {
        let kind = if operation.is_bytes { "application/octet-stream" } else { "application/json" };
        json["requestBody"] = json!({ "required": required, "content": { kind: { "schema": schema } } });
    }
    if let Some(messages) = operation.messages {
        json["x-websocket"] = json!({ "sends": messages });
    }
    json
}

/// What a caller of the route has: a session, or a key with the scope that the route needs.
fn security(route: &Route) -> Value {
    match route.key {
        Some(Needs::Scope(scope)) => json!([{ "session": [] }, { "key": [scope.as_str()] }]),
        Some(Needs::AnyKey) => json!([{ "session": [] }, { "key": [] }]),
        Some(Needs::Person) => json!([{ "session": [] }]),
        Some(Needs::Nothing) | None => json!([]),
    }
}

/// The parameters in the path's pattern.
fn path_parameters(route: &Route, schemas: &mut Schemas) -> Vec<Value> {
    let names = route.pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut parameters = Vec::new();
    for (name, kind) in names.zip(route.parameters) {
        let schema = match kind {
            Parameter::Request => schemas.of::<RequestId>(),
            Parameter::Attachment => schemas.of::<AttachmentId>(),
            Parameter::Action => schemas.of::<Action>(),
            Parameter::User => schemas.of::<UserId>(),
            Parameter::Session => schemas.of::<SessionName>(),
            Parameter::Draft => schemas.of::<DraftId>(),
            Parameter::Stream => schemas.of::<StreamName>(),
            Parameter::Entry => schemas.of::<EntryId>(),
            Parameter::Setting => schemas.of::<SettingKey>(),
            Parameter::Key => schemas.of::<KeyId>(),
            Parameter::Cache => schemas.of::<CacheNamespace>(),
            Parameter::Passkey => json!({ "type": "string" }),
            Parameter::Device => json!({ "type": "string", "pattern": "^[0-9a-f]{16}$" }),
            Parameter::Delivery => json!({ "type": "string" }),
            Parameter::Place => schemas.of::<PlaceId>(),
            Parameter::Asset => schemas.of::<AssetId>(),
            Parameter::Label => schemas.of::<LabelCode>(),
            Parameter::Avatar => schemas.of::<AvatarId>(),
            Parameter::AvatarSize => schemas.of::<AvatarSize>(),
        };
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    parameters
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
fn refusals() -> [Refusal; 24] {
    [
        Refusal::NotFound,
        Refusal::Unauthenticated,
        Refusal::FORBIDDEN,
        Refusal::SecondFactorRequired,
        Refusal::ReauthenticationRequired,
        Refusal::InvalidTransition { status: Status::Closed.word(), allowed: Vec::new(), record: None },
        Refusal::Stale { version: 1, record: None },
        Refusal::IdempotencyKeyReused,
        Refusal::invalid("title", "required", ""),
        Refusal::InvalidCursor,
        Refusal::TooManyAttempts { retry_after_s: 1 },
        Refusal::InvalidCredentials,
        Refusal::InvalidKey,
        Refusal::InsufficientScope { needs: None },
        Refusal::unavailable("database", 1),
        Refusal::TooLarge { limit_bytes: 1 },
        Refusal::FileTooLarge { limit_bytes: 1 },
        Refusal::unsupported("unsupported_file", ""),
        Refusal::unsupported("too_many_pixels", ""),
        Refusal::LengthRequired,
        Refusal::UnsupportedEncoding,
        Refusal::TimedOut,
        Refusal::Internal,
        Refusal::conflict("already_exists", ""),
    ]
}

/// The document as it is committed: one space for each level, and a line feed at the end.
///
/// # Errors
/// Those of `serde_json`; no document causes one.
pub fn written() -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    serde::Serialize::serialize(&document(), &mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned() + "\n")
}

#[cfg(test)]
mod tests;
