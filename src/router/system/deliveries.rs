//! What was sent to whom and what became of it; and what is stuck, sent again or given up by an operator's word.

use base::refusal::Refusal;
use base::text::parse_value;
use durable::page::Page;
use durable::text::Text;
use durable::{ask, clock};
use serde::Serialize;

use crate::db::statements::deliveries::{FailedDeliveries, FailedDelivery, PageDeliveries};
use crate::domain::log::NewEntry;
use crate::domain::notify::{Channel, DeliveryId, DeliveryState};
use crate::domain::request::RequestId;
use crate::domain::user::Actor;
use crate::objects::database::api::query;
use crate::objects::inbox::api::{Again, InboxKey};
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;

/// `GET /api/system/mail/deliveries`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["state", "channel", "limit", "cursor"])?;
    let state: Option<DeliveryState> = parameters.get("state").map(|text| parse_value("state", text)).transpose()?;
    let channel: Option<Channel> = parameters.get("channel").map(|text| parse_value("channel", text)).transpose()?;
    let scope =
        format!("deliveries {} {}", state.map_or("", DeliveryState::as_str), channel.map_or("", Channel::as_str));
    let wanted = Wanted::read(exchange, &scope, &parameters)?;
    let page = PageDeliveries { state, channel, after: wanted.from, limit: wanted.limit };
    let page = query(exchange.env, page, &exchange.cx).await?;
    let items = serde_json::to_string(&page.items).map_err(|_| Refusal::Internal)?;
    Ok(paging::reply(exchange, &scope, Page { items: Text::Written(items), next: page.next, total: None }))
}

/// `POST /api/system/mail/deliveries/:id/resend`.
///
/// # Errors
/// `NotFound` for what is not kept any more; `Conflict` with `not_stuck`; `Unavailable` when the audit or the inbox cannot be told.
pub async fn resend(exchange: &Exchange<'_>, id: DeliveryId) -> Result<Reply, Refusal> {
    again(exchange, id, "delivery_resent", false).await
}

/// `POST /api/system/mail/deliveries/:id/give-up`.
///
/// # Errors
/// As [`resend`].
pub async fn give_up(exchange: &Exchange<'_>, id: DeliveryId) -> Result<Reply, Refusal> {
    again(exchange, id, "delivery_given_up", true).await
}

/// The audit is told first: what an operator has begun is known, whatever becomes of it.
async fn again(exchange: &Exchange<'_>, id: DeliveryId, action: &str, give_up: bool) -> Result<Reply, Refusal> {
    let actor = Actor::from(exchange.caller()?);
    let entry = NewEntry::audit(exchange.access.trace(), clock::now(), actor, action, ("delivery", &id.to_string()));
    tell_audit(exchange.env, vec![entry], &exchange.cx).await?;
    let inbox = InboxKey { org: exchange.org().clone(), user: id.user };
    let message = Again { notice: id.notice, device: id.device, give_up };
    ask(exchange.env, &inbox, message, &exchange.cx).await?;
    Ok(Reply::empty(204))
}

/// What of a request did not arrive.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undelivered {
    /// Newest first, at most 20.
    pub items: Vec<FailedDelivery>,
}

/// `GET /api/requests/:id/undelivered`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn undelivered(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let items = query(exchange.env, FailedDeliveries { request: id }, &exchange.cx).await?;
    Reply::json(200, &Undelivered { items })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::Undelivered;
    use crate::db::statements::deliveries::DeliveryRow;
    use crate::domain::notify::{Channel, DeliveryState};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn list(schemas: &mut Schemas) -> Operation {
        let (state, channel) = (schemas.of::<DeliveryState>(), schemas.of::<Channel>());
        Operation::new("deliveries", "system", "What was sent to whom, and what became of it; newest first.")
            .detail("Notices by mail and to devices, of 90 days. The list may be a moment behind.")
            .query("state", state, "In this state only.")
            .query("channel", channel, "By this way only.")
            .paged()
            .replies(200, "One page.", schemas.page::<DeliveryRow>("DeliveriesPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
            .refuses(&[503])
    }

    pub fn resend(_schemas: &mut Schemas) -> Operation {
        Operation::new("resendDelivery", "system", "Try again what was refused or parked.")
            .detail("What was read in the app meanwhile is not sent. 409 `not_stuck` for what is in another state.")
            .replies_empty(204, "It is tried again.")
            .refuses(&[409, 503])
    }

    pub fn give_up(_schemas: &mut Schemas) -> Operation {
        Operation::new("giveUpDelivery", "system", "Give up what was refused or parked.")
            .replies_empty(204, "It is given up.")
            .refuses(&[409, 503])
    }

    pub fn undelivered(schemas: &mut Schemas) -> Operation {
        Operation::new("undelivered", "requests", "What of a request did not arrive at whom.")
            .replies(200, "What was refused or parked.", schemas.of::<Undelivered>())
            .refuses(&[503])
    }
}
