//! Links between requests over HTTP: the other one is looked up as the caller sees it, and the request's object decides.

use base::refusal::Refusal;
use base::text::parse_value;
use durable::{ask, clock};
use serde::Deserialize;

use super::{carry_out, key_of};
use crate::domain::request::{Command, Link, LinkKind, RequestId};
use crate::objects::request::api::{Act, Read};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// What a request is to another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkBody {
    /// What it is to the other. `has_duplicate` and `split_into` are said of the other request.
    #[cfg_attr(feature = "openapi", schema(value_type = LinkKind))]
    pub kind: String,
    /// The other.
    #[cfg_attr(feature = "openapi", schema(value_type = RequestId))]
    pub other: String,
}

/// `POST /api/requests/:id/links`.
///
/// # Errors
/// `Invalid`, also for another that the caller does not see; `NotFound`, `Forbidden`, `InvalidTransition`, `Conflict`, `Stale`,
/// `IdempotencyKeyReused`, `Unavailable`.
pub async fn link(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let bytes = exchange.incoming.body().await?;
    let body: LinkBody = parse_json(bytes)?;
    let kind: LinkKind = parse_value("kind", &body.kind)?;
    let link = Link::to(kind, &seen(exchange, parse_value("other", &body.other)?).await?, clock::now())?;
    let command = Command::Link { link, theirs: false };
    carry_out(exchange, id, Act { command, if_match: None, after_pictures: Vec::new() }, "link", bytes).await
}

/// The record of the other request, as the caller sees it.
async fn seen(exchange: &Exchange<'_>, other: RequestId) -> Result<serde_json::Value, Refusal> {
    let record = async { ask(exchange.env, &key_of(exchange, other)?, Read {}, &exchange.cx).await };
    match record.await {
        Ok(versioned) => base::json::from_str(versioned.record.get()).map_err(|_| Refusal::Internal),
        Err(Refusal::NotFound) => {
            Err(Refusal::invalid("other", "unknown_request", "There is no request with this id that you can see."))
        }
        Err(refusal) => Err(refusal),
    }
}

/// `DELETE /api/requests/:id/links/:other`.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`, `Stale`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn unlink(exchange: &Exchange<'_>, id: RequestId, other: RequestId) -> Result<Reply, Refusal> {
    let command = Command::Unlink { other, made_at: None };
    let act = Act { command, if_match: None, after_pictures: Vec::new() };
    carry_out(exchange, id, act, "unlink", other.to_string().as_bytes()).await
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::LinkBody;
    use crate::domain::request::Record;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn link(schemas: &mut Schemas) -> Operation {
        Operation::new("linkRequest", "requests", "Say what a request is to another.")
            .detail(
                "The other says the opposite right after. A duplicate is closed, and whose request it is sees and hears what becomes of the \
                 other. Managers make all links, technicians `relates`. One of another kind takes the place of one that there is, but of a \
                 merge.",
            )
            .body(schemas.of::<LinkBody>())
            .idempotent()
            .fenced()
            .replies(200, "The request after it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version, and a hash of what the caller is shown.")
            .refuses(&[409])
    }

    pub fn unlink(schemas: &mut Schemas) -> Operation {
        Operation::new("unlinkRequest", "requests", "Remove a link, at both of its ends.")
            .detail(
                "Of a duplicate, the merge is undone: it stands where it stood. That is said of the duplicate alone.",
            )
            .idempotent()
            .fenced()
            .replies(200, "The request after it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version, and a hash of what the caller is shown.")
            .refuses(&[409])
    }
}
