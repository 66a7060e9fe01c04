//! Who is signed in where, for operators; and the end of any session by their word.
//!
//! Architecture invariant: an AccountObject is asked only for users that PostgreSQL knows, so that a made-up id leaves no
//! object behind.

use base::ids::{SessionName, UserId};
use base::page::PageSize;
use base::refusal::Refusal;
use durable::ask;
use durable::page::Page;
use durable::text::Text;
use futures::future::join_all;
use serde::Serialize;

use crate::domain::log::{Level, StreamName};
use crate::domain::validation::SearchText;
use crate::objects::account::api::{AccountKey, Listing, Sessions};
use crate::objects::database::api::{DatabaseKey, KnowsUser, PageUsers, User};
use crate::router::journal::Visit;
use crate::router::me::MySession;
use crate::router::paging::{self, Wanted};
use crate::router::reply::Reply;
use crate::router::{Visitor, auth};

/// Each user on a page costs a call to an object, so pages are shorter than elsewhere.
pub const PAGE_SIZE: PageSize = PageSize { usual: 25, most: 50 };

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
pub async fn list(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let query = visitor.incoming.query(&["q", "limit", "cursor"])?;
    let q = query.get("q").filter(|text| !text.trim().is_empty()).map(SearchText::parse).transpose()?;
    let scope = format!("sessions {}", q.as_ref().map_or("", SearchText::as_str));
    let wanted = Wanted::read_within(visitor, &scope, PAGE_SIZE, query.get("limit"), query.get("cursor"))?;
    let page = PageUsers { q, after: wanted.from, limit: wanted.limit };
    let page = ask(visitor.env, &DatabaseKey::first(&visitor.config.org), page, &visitor.cx).await?;

    let asked = page.items.into_iter().map(|user| async move {
        let sessions = listings(visitor, user.id).await.ok();
        UserSessions {
            user,
            sessions: sessions.map(|found| found.into_iter().map(|one| shown(visitor, one)).collect()),
        }
    });
    let items = serde_json::to_string(&join_all(asked).await).map_err(|_| Refusal::Internal)?;
    Ok(paging::reply(visitor, &scope, Page { items: Text::Written(items), next: page.next }))
}

/// `DELETE /api/system/sessions/:user/:sid`.
///
/// # Errors
/// `NotFound` for a session that is not live, or not this user's; `Unavailable` while PostgreSQL is away.
pub async fn revoke(
    visitor: &Visitor<'_>,
    user: UserId,
    session: &SessionName,
    visit: &mut Visit,
) -> Result<Reply, Refusal> {
    let database = DatabaseKey::first(&visitor.config.org);
    if !ask(visitor.env, &database, KnowsUser { id: user }, &visitor.cx).await? {
        return Err(Refusal::NotFound);
    }
    end(visitor, user, session, visit).await
}

/// Ends a live session of a user that is known to exist.
///
/// # Errors
/// `NotFound` for a session that is not live, or not this user's.
pub async fn end(
    visitor: &Visitor<'_>,
    user: UserId,
    session: &SessionName,
    visit: &mut Visit,
) -> Result<Reply, Refusal> {
    if !listings(visitor, user).await?.iter().any(|listing| listing.session == *session) {
        return Err(Refusal::NotFound);
    }
    auth::end_session(visitor, user, session, "revoked", &visitor.cx).await?;
    let fields = [("session", auth::short(session)), ("user", serde_json::json!(user))];
    visit.note(StreamName::Auth, Level::Info, "session revoked", &fields);
    Ok(Reply::empty(204))
}

/// A user's live sessions, newest first.
///
/// # Errors
/// `Unavailable` when the account cannot be asked.
pub async fn listings(visitor: &Visitor<'_>, user: UserId) -> Result<Vec<Listing>, Refusal> {
    let account = AccountKey::User { org: visitor.config.org.clone(), user };
    ask(visitor.env, &account, Sessions {}, &visitor.cx).await
}

/// A session as the API shows it.
pub fn shown(visitor: &Visitor<'_>, listing: Listing) -> MySession {
    MySession {
        current: visitor.cx.session.as_ref() == Some(&listing.session),
        id: listing.session.to_string(),
        opened_at: listing.opened_at,
        ends_at: listing.ends_at,
        user_agent: listing.user_agent,
        address: listing.address,
    }
}
