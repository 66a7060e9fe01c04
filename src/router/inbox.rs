//! What the signed-in user is told. Their own inbox is asked, so there is no way to anybody else's.

use base::refusal::Refusal;
use durable::{ask, watch as open_socket};
use serde::{Deserialize, Serialize};

use crate::domain::notify::{Choice, Chosen, NoticeId};
use crate::domain::request::RequestId;
use crate::mail::Setting;
use crate::objects::inbox::api::{Choose, EndAll, InboxKey, List, Mark, Mute, Notices, Unsubscribe, Watch};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;

/// The kind in the links of mails that are about all kinds.
const ALL: &str = "all";

/// So many are marked at once.
const MOST_MARKED: usize = 200;

pub(super) fn my(exchange: &Exchange<'_>) -> Result<InboxKey, Refusal> {
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

/// What I am told of, and by which way.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notifications {
    /// Whether mails are sent at all.
    pub mail: bool,
    /// Every kind of notice.
    pub choices: Vec<Chosen>,
}

/// Choices to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoicesBody {
    /// Those that change; the others stay.
    pub choices: Vec<Choice>,
}

/// `GET /api/me/notifications`.
///
/// # Errors
/// `Unavailable` when the inbox cannot be asked.
pub async fn choices(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    made(exchange, Vec::new()).await
}

/// `PUT /api/me/notifications`.
///
/// # Errors
/// `Invalid`, also with `always_told` for what nobody can silence; `Unavailable` when the inbox cannot be asked.
pub async fn choose(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let ChoicesBody { choices } = parse_json(exchange.incoming.body().await?)?;
    choices.iter().try_for_each(Choice::check)?;
    made(exchange, choices).await
}

async fn made(exchange: &Exchange<'_>, choices: Vec<Choice>) -> Result<Reply, Refusal> {
    let choices = ask(exchange.env, &my(exchange)?, Choose { choices }, &exchange.cx).await?;
    Reply::json(200, &Notifications { mail: Setting::of(exchange.env).is_on(), choices })
}

/// Whether to hear nothing of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MuteBody {
    /// Whether to hear nothing of it, but for mentions and work that one is given.
    pub muted: bool,
}

/// `GET /api/me/muted/:id`.
///
/// # Errors
/// `Unavailable` when the inbox cannot be asked.
pub async fn muted(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let muted = ask(exchange.env, &my(exchange)?, Mute { request: id, muted: None }, &exchange.cx).await?;
    Reply::json(200, &muted)
}

/// `PUT /api/me/muted/:id`.
///
/// # Errors
/// `NotFound` for an id that is no request's here; `Unavailable` when the inbox cannot be asked.
pub async fn mute(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let MuteBody { muted } = parse_json(exchange.incoming.body().await?)?;
    if !exchange.config.id_seal.is_genuine(exchange.org(), id) {
        return Err(Refusal::NotFound);
    }
    let muted = ask(exchange.env, &my(exchange)?, Mute { request: id, muted: Some(muted) }, &exchange.cx).await?;
    Reply::json(200, &muted)
}

/// `POST /api/mail/unsubscribe`: what a mail's own link and the reader's program post (RFC 8058). Its body says nothing that we do
/// not know.
///
/// # Errors
/// `NotFound` for a link that no mail of ours has.
pub async fn unsubscribe(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let query = exchange.incoming.query(&["u", "k", "t"])?;
    let user = query.get("u").and_then(|text| text.parse().ok()).ok_or(Refusal::NotFound)?;
    let kind = query.get("k").unwrap_or_default();
    let secret = query.get("t").unwrap_or_default().to_owned();
    let key = InboxKey { org: exchange.org().clone(), user };
    // A daily or weekly mail is about all kinds.
    if kind == ALL {
        ask(exchange.env, &key, EndAll { secret }, &exchange.cx).await?;
        return Ok(Reply::empty(204));
    }
    let kind = kind.parse().map_err(|_| Refusal::NotFound)?;
    ask(exchange.env, &key, Unsubscribe { kind, secret }, &exchange.cx).await?;
    Ok(Reply::empty(204))
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
    use super::{ChoicesBody, MuteBody, Notifications, ReadBody};
    use crate::objects::inbox::api::{Marked, Muted};
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

    pub fn choices(schemas: &mut Schemas) -> Operation {
        Operation::new("myNotifications", "inbox", "What I am told of, and by which way.").replies(
            200,
            "Every kind of notice.",
            schemas.of::<Notifications>(),
        )
    }

    pub fn choose(schemas: &mut Schemas) -> Operation {
        Operation::new("chooseMyNotifications", "inbox", "Choose what I am told of, and by which way.")
            .detail("What is absent stays. What concerns the safety of the account is told whatever one chose: `fixed` says where.")
            .body(schemas.of::<ChoicesBody>())
            .replies(200, "Every kind of notice, as it is now.", schemas.of::<Notifications>())
    }

    pub fn muted(schemas: &mut Schemas) -> Operation {
        Operation::new("isMuted", "inbox", "Whether I hear of a request.").replies(
            200,
            "Whether it is muted.",
            schemas.of::<Muted>(),
        )
    }

    pub fn mute(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "mute",
            "inbox",
            "Hear nothing of a request, but for mentions and work that I am given; or hear of it again.",
        )
        .body(schemas.of::<MuteBody>())
        .replies(200, "Whether it is muted now.", schemas.of::<Muted>())
    }

    pub fn unsubscribe(_schemas: &mut Schemas) -> Operation {
        let text = || json!({ "type": "string" });
        Operation::new("unsubscribe", "inbox", "End mails of one kind, by a link of one of them (RFC 8058).")
            .detail("Needs no session and no origin of ours: the program that reads the mail sends it, with any body.")
            .query("u", text(), "Who was written to.")
            .query("k", text(), "What it was about; `all` in a daily or weekly mail.")
            .query("t", text(), "The secret of the link.")
            .replies_empty(204, "No more of these are sent.")
            .refuses(&[404])
    }

    pub fn watch(schemas: &mut Schemas) -> Operation {
        Operation::new("watchMyInbox", "live", "What I am told, as it happens.")
            .detail("Says first how many notices are unread, then each new one, and the number again whenever some were read.")
            .sends(schemas.of::<InboxMessage>())
    }
}
