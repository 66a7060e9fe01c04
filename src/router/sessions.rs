//! Who is signed in where, for operators; and the end of any session by their word.
//!
//! Architecture invariant: an AccountObject is asked only for users that PostgreSQL knows, so that a made-up id leaves no
//! object behind.

use base::ids::{SessionName, UserId};
use base::page::PageSize;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::ask;
use durable::page::Page;
use durable::text::Text;
use futures::future::join_all;
use serde::Serialize;
use serde_json::json;

use crate::db::statements::users::{KnowsUser, PageUsers};
use crate::domain::log::{Level, StreamName};
use crate::domain::text::SearchText;
use crate::domain::user::User;
use crate::objects::account::api::{AccountKey, Closed, Listing, Sessions};
use crate::objects::context::CallContext;
use crate::objects::database::api::query as ask_postgres;
use crate::objects::inbox::api::{Forget, InboxKey};
use crate::objects::session::api::{Revoke, SessionKey};
use crate::router::context::Exchange;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;

/// Each user on a page costs a call to an object, so pages are shorter than elsewhere.
pub const PAGE_SIZE: PageSize = PageSize { usual: 25, most: 50 };

/// One live session.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MySession {
    /// The id to revoke it by.
    pub id: String,
    /// When it was opened.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub opened_at: Timestamp,
    /// When it ends at the latest.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ends_at: Timestamp,
    /// The browser, as it names itself.
    pub user_agent: String,
    /// The network address that signed in.
    pub address: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A user, and where they are signed in.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserSessions {
    /// The user.
    pub user: User,
    /// The live sessions, newest first; `null` when the account could not be asked.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub sessions: Option<Vec<MySession>>,
}

/// `GET /api/system/sessions?q=&limit=&cursor=`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let query = exchange.incoming.query(&["q", "limit", "cursor"])?;
    let q = query.get("q").map(SearchText::parse).transpose()?;
    let scope = format!("sessions {}", q.as_ref().map_or("", SearchText::as_str));
    let wanted = Wanted::read_within(exchange, &scope, PAGE_SIZE, &query)?;
    let page = PageUsers { q, after: wanted.from, limit: wanted.limit };
    let page = ask_postgres(exchange.env, page, &exchange.cx).await?;

    let asked = page.items.into_iter().map(|user| async move {
        let sessions = listings(exchange, user.id).await.ok();
        UserSessions {
            user,
            sessions: sessions.map(|found| found.into_iter().map(|one| shown(exchange, one)).collect()),
        }
    });
    let items = serde_json::to_string(&join_all(asked).await).map_err(|_| Refusal::Internal)?;
    Ok(paging::reply(exchange, &scope, Page { items: Text::Written(items), next: page.next, total: None }))
}

/// `DELETE /api/system/sessions/:user/:sid`.
///
/// # Errors
/// `NotFound` for a session that is not live, or not this user's; `Unavailable` while PostgreSQL is away.
pub async fn revoke(exchange: &Exchange<'_>, user: UserId, session: SessionName) -> Result<Reply, Refusal> {
    if !ask_postgres(exchange.env, KnowsUser { id: user }, &exchange.cx).await? {
        return Err(Refusal::NotFound);
    }
    end(exchange, user, &session).await
}

/// Ends a live session of a user that is known to exist.
///
/// # Errors
/// `NotFound` for a session that is not live, or not this user's.
pub async fn end(exchange: &Exchange<'_>, user: UserId, session: &SessionName) -> Result<Reply, Refusal> {
    if !listings(exchange, user).await?.iter().any(|listing| listing.session == *session) {
        return Err(Refusal::NotFound);
    }
    end_known(exchange, user, session, "revoked", &exchange.cx).await?;
    let fields = [("session", short(session)), ("user", json!(user))];
    exchange.access.note(StreamName::Auth, Level::Info, "session revoked", &fields);
    Ok(Reply::empty(204))
}

/// A user's live sessions, newest first.
///
/// # Errors
/// `Unavailable` when the account cannot be asked.
pub async fn listings(exchange: &Exchange<'_>, user: UserId) -> Result<Vec<Listing>, Refusal> {
    let account = AccountKey::User { org: exchange.org().clone(), user };
    ask(exchange.env, &account, Sessions {}, &exchange.cx).await
}

/// A session as the API shows it.
pub fn shown(exchange: &Exchange<'_>, listing: Listing) -> MySession {
    MySession {
        current: exchange.cx.session.as_ref() == Some(&listing.session),
        id: listing.session.to_string(),
        opened_at: listing.opened_at,
        ends_at: listing.ends_at,
        user_agent: listing.user_agent,
        address: listing.address,
    }
}

/// Ends a session of a user and takes it off the account's list.
///
/// # Errors
/// `Unavailable` when either cannot be told.
pub async fn end_known(
    exchange: &Exchange<'_>,
    user: UserId,
    session: &SessionName,
    reason: &str,
    cx: &CallContext,
) -> Result<(), Refusal> {
    let org = exchange.org();
    let key = SessionKey { org: org.clone(), session: session.clone() };
    ask(exchange.env, &key, Revoke { reason: reason.to_owned() }, cx).await?;
    let account = AccountKey::User { org: org.clone(), user };
    let inbox = InboxKey { org: org.clone(), user };
    let devices = Forget { id: None, session: Some(session.clone()) };
    // A device whose inbox cannot be told is found out when it is to be told something: its session does not hold.
    let (closed, _later) = futures::join!(
        ask(exchange.env, &account, Closed { session: session.clone() }, cx),
        ask(exchange.env, &inbox, devices, cx)
    );
    closed
}

/// Enough of a session's name to recognise it in a log.
pub fn short(session: &SessionName) -> serde_json::Value {
    json!(session.as_str().get(..12))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{PAGE_SIZE, UserSessions};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, text};

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("sessions", "system", "Who is signed in where.")
            .detail("Users, disabled ones among them, oldest account first.")
            .query(
                "q",
                text(100),
                "The name or the address contains this; case, marks, width and spaces do not matter.",
            )
            .paged_within(PAGE_SIZE)
            .replies(200, "One page.", schemas.page::<UserSessions>("UserSessionsPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
            .refuses(&[503])
    }

    pub fn revoke(_schemas: &mut Schemas) -> Operation {
        Operation::new("revokeSession", "system", "End a session of anyone, at once.")
            .replies_empty(204, "It has ended.")
            .refuses(&[503])
    }
}
