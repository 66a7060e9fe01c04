//! Requests that the signed-in user watches: told of everything that happens to them, though they are no party to them.

use base::refusal::Refusal;
use durable::ask;
use serde::Deserialize;

use crate::domain::request::RequestId;
use crate::objects::inbox::api::Mute;
use crate::objects::request::api::{Follow, Following, RequestKey};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::inbox;

/// Whether to be told of everything that happens to a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WatchBody {
    /// Whether to be told of everything that happens to it.
    pub watching: bool,
}

/// `GET /api/me/watched/:id`.
///
/// # Errors
/// `NotFound` for a request that one may not see; `Unavailable` when it cannot be asked.
pub async fn read(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    Reply::json(200, &follow(exchange, id, None).await?)
}

/// `PUT /api/me/watched/:id`. Who watches a request wants to hear of it: it is not muted any more.
///
/// # Errors
/// `NotFound` for a request that one may not see; `Forbidden` for a requester; `Conflict` with `too_many_watchers`; `Unavailable` when
/// it, or the inbox, cannot be asked.
pub async fn set(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let WatchBody { watching } = parse_json(exchange.incoming.body().await?)?;
    let following = follow(exchange, id, Some(watching)).await?;
    if watching {
        ask(exchange.env, &inbox::my(exchange)?, Mute { request: id, muted: Some(false) }, &exchange.cx).await?;
    }
    Reply::json(200, &following)
}

async fn follow(exchange: &Exchange<'_>, id: RequestId, watching: Option<bool>) -> Result<Following, Refusal> {
    // Naming an object creates its storage.
    if !exchange.config.id_seal.is_genuine(exchange.org(), id) {
        return Err(Refusal::NotFound);
    }
    let key = RequestKey { org: exchange.org().clone(), id };
    ask(exchange.env, &key, Follow { watching }, &exchange.cx).await
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::WatchBody;
    use crate::objects::request::api::Following;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("isFollowed", "inbox", "Whether I watch a request.").replies(
            200,
            "Whether I watch it.",
            schemas.of::<Following>(),
        )
    }

    pub fn set(schemas: &mut Schemas) -> Operation {
        Operation::new("followRequest", "inbox", "Be told of everything that happens to a request, or no more.")
            .detail("For technicians, managers and admins. Who loses the right to see it is told nothing more.")
            .body(schemas.of::<WatchBody>())
            .replies(200, "Whether I watch it now.", schemas.of::<Following>())
            .refuses(&[403, 409])
    }
}
