//! What the signed-in user is told. Their own inbox is asked, so there is no way to anybody else's.

use base::refusal::Refusal;
use durable::{ask, watch as open_socket};
use serde::Deserialize;

use crate::domain::notify::NoticeId;
use crate::objects::inbox::api::{InboxKey, List, Mark, Notices, Watch};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;

/// So many are marked at once.
const MOST_MARKED: usize = 200;

fn my(exchange: &Exchange<'_>) -> Result<InboxKey, Refusal> {
    Ok(InboxKey { org: exchange.org().clone(), user: exchange.caller()?.user.id })
}

/// `GET /api/me/inbox`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` when the inbox cannot be asked.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let query = exchange.incoming.query(&["unread", "total", "limit", "cursor"])?;
    let unread = query.flag("unread")?.unwrap_or(false);
    let scope = format!("inbox/{};unread={unread}", exchange.caller()?.user.id);
    let wanted = Wanted::read(exchange, &scope, &query)?;
    let total = query.flag("total")?.unwrap_or(false);
    let list = List { unread, after: wanted.from, limit: wanted.limit, total };
    let page = ask(exchange.env, &my(exchange)?, list, &exchange.cx).await?;
    Ok(paging::reply(exchange, &scope, page))
}

/// Which notices were read: `ids`, or `until`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadBody {
    /// These, at most 200. One that there is not, or no longer, is passed over.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 200))]
    pub ids: Vec<NoticeId>,
    /// This one and all that came before it: what has come since stays unread.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub until: Option<NoticeId>,
}

/// `POST /api/me/inbox/read`.
///
/// # Errors
/// `Invalid` for more than 200 ids; `Unavailable` when the inbox cannot be asked.
pub async fn mark(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let ReadBody { ids, until } = parse_json(exchange.incoming.body().await?)?;
    if ids.len() > MOST_MARKED {
        return Err(Refusal::invalid("ids", "too_many", "At most 200 notices are marked at once."));
    }
    let marked = ask(exchange.env, &my(exchange)?, Mark { ids, until }, &exchange.cx).await?;
    Reply::json(200, &marked)
}

/// `GET /api/me/inbox/live`.
///
/// # Errors
/// `Invalid` without an upgrade.
pub async fn watch(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    exchange.incoming.require_upgrade()?;
    exchange.incoming.query(&[])?;
    open_socket::<Notices>(exchange.env, &my(exchange)?, Watch {}, &exchange.cx).await.map(Reply::socket)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::ReadBody;
    use crate::objects::inbox::api::Marked;
    use crate::openapi::messages::{InboxMessage, NoticeItem};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use serde_json::json;

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("myInbox", "inbox", "What I am told, newest first.")
            .detail("Of one event everybody is told once, and nobody of what they did themselves. The newest 1,000 are kept.")
            .query("unread", json!({ "type": "boolean" }), "Only what is not read.")
            .query("total", json!({ "type": "boolean" }), "Whether to count them all.")
            .paged()
            .replies(200, "One page.", schemas.counted_page::<NoticeItem>("NoticePage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
    }

    pub fn mark(schemas: &mut Schemas) -> Operation {
        Operation::new("readMyInbox", "inbox", "Mark notices as read.").body(schemas.of::<ReadBody>()).replies(
            200,
            "How many are left.",
            schemas.of::<Marked>(),
        )
    }

    pub fn watch(schemas: &mut Schemas) -> Operation {
        Operation::new("watchMyInbox", "live", "What I am told, as it happens.")
            .detail("Says first how many notices are unread, then each new one, and the number again whenever some were read.")
            .sends(schemas.of::<InboxMessage>())
    }
}
