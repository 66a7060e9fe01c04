//! Health, readiness and the API's own description.

use base::refusal::Refusal;
use durable::text::Text;
use durable::{ask, ask_within};
use js_sys::JsString;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::domain::log::StreamName;
use crate::objects::database::api::{DatabaseKey, Ping};
use crate::objects::log_stream::api::{Stats as StreamStats, StreamKey};
use crate::objects::request_index::api::{IndexKey, Stats as IndexStats};
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;

#[wasm_bindgen]
extern "C" {
    /// The API's description (src/router/openapi.js).
    #[wasm_bindgen(js_name = cepatedge_openapi)]
    fn description() -> JsString;
}

/// How long readiness waits for a dependency, in milliseconds.
const PATIENCE_MS: u32 = 6_000;

/// `GET /api/health`: the Worker answers.
///
/// # Errors
/// None.
pub async fn health(_exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::json_text(200, r#"{"status":"ok"}"#))
}

/// `GET /api/openapi.json`: generated from the Rust types (`cargo run --features openapi --example openapi`) and kept in `docs/`.
///
/// # Errors
/// None.
pub async fn openapi(_exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::json_around(200, "", Text::Kept(description()), ""))
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
pub async fn ready(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let (env, cx, org) = (exchange.env, &exchange.cx, exchange.org());
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

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use serde_json::json;

    use super::Readiness;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn health(_schemas: &mut Schemas) -> Operation {
        let body = json!({ "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } } });
        Operation::new("health", "system", "Whether the Worker answers.").replies(200, "It does.", body)
    }

    pub fn ready(schemas: &mut Schemas) -> Operation {
        Operation::new("ready", "system", "Whether each dependency answers.")
            .replies(200, "All of them do.", schemas.of::<Readiness>())
            .replies(503, "One does not, and why.", schemas.of::<Readiness>())
    }

    pub fn openapi(_schemas: &mut Schemas) -> Operation {
        Operation::new("openapi", "system", "This document.").replies(200, "It.", json!({ "type": "object" }))
    }
}
