//! Health, readiness and the API's own description.

use base::refusal::Refusal;
use durable::{ask, ask_within};
use serde::Serialize;

use crate::domain::log::StreamName;
use crate::objects::database::api::{DatabaseKey, Ping};
use crate::objects::log_stream::api::{Stats as StreamStats, StreamKey};
use crate::objects::request_index::api::{IndexKey, Stats as IndexStats};
use crate::router::Visitor;
use crate::router::reply::Reply;

/// How long readiness waits for a dependency, in milliseconds.
const PATIENCE_MS: u32 = 6_000;

/// `GET /api/health`: the Worker answers.
pub fn health() -> Reply {
    Reply::json_text(200, r#"{"status":"ok"}"#)
}

/// `GET /api/openapi.json`: generated from the Rust types (`cargo run --features openapi --example openapi`) and kept in `docs/`.
pub fn openapi() -> Reply {
    Reply::json_text(200, include_str!("../../docs/openapi.json"))
}

/// Whether each dependency answers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readiness {
    /// Whether all of them do.
    pub ready: bool,
    /// Each of them.
    pub dependencies: Vec<Dependency>,
}

/// One dependency.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dependency {
    /// Its name.
    pub name: &'static str,
    /// Whether it answers.
    pub ready: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Dependency {
    fn of<T>(name: &'static str, outcome: Result<T, Refusal>) -> Self {
        let reason = outcome.err().map(|refusal| refusal.to_string());
        Dependency { name, ready: reason.is_none(), reason }
    }
}

/// `GET /api/ready`: 200 when each dependency answers, 503 with the reasons when one does not.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn ready(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let (env, cx, org) = (visitor.env, &visitor.cx, &visitor.config.org);
    let (database, index) = (DatabaseKey::first(org), IndexKey { org: org.clone() });
    let system = StreamKey { org: org.clone(), stream: StreamName::System };
    let (database, index, logs) = futures::join!(
        ask_within(env, &database, Ping {}, cx, PATIENCE_MS),
        ask(env, &index, IndexStats {}, cx),
        ask(env, &system, StreamStats {}, cx),
    );
    let dependencies = vec![
        Dependency::of("postgresql", database),
        Dependency::of("request index", index),
        Dependency::of("log streams", logs),
    ];
    let ready = dependencies.iter().all(|dependency| dependency.ready);
    Reply::json(if ready { 200 } else { 503 }, &Readiness { ready, dependencies })
}
