//! The signed-in user: who am I, where am I signed in.

use serde::Serialize;

use crate::domain::ids::{SessionName, UserId};
use crate::domain::log::{Level, StreamName};
use crate::domain::refusal::Refusal;
use crate::domain::role::Role;
use crate::domain::time::{Timestamp, rfc3339};
use crate::objects::account::api::{AccountKey, Listing, Sessions};
use crate::objects::protocol::ask;
use crate::objects::session::api::Held;
use crate::router::journal::Visit;
use crate::router::reply::Reply;
use crate::router::{Visitor, auth};

/// Who is signed in, and the session.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile<'a> {
    /// The user.
    pub user: Me<'a>,
    /// The session.
    pub session: SessionInfo<'a>,
}

/// The signed-in user.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me<'a> {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: &'a str,
    /// The address.
    pub email: &'a str,
    /// The role.
    pub role: Role,
}

/// A session that holds.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo<'a> {
    /// Its id, as in the list of sessions.
    pub id: &'a str,
    /// When it was opened.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub opened_at: Timestamp,
    /// When it ends if it is not used before.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl<'a> Profile<'a> {
    /// The profile behind a session.
    pub fn of(held: &'a Held) -> Self {
        let user = &held.caller.user;
        Profile {
            user: Me { id: user.id, name: &user.name, email: &held.email, role: held.caller.role },
            session: SessionInfo { id: held.session.as_str(), opened_at: held.opened_at, expires_at: held.expires_at },
        }
    }
}

/// `GET /api/me`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub fn read(held: &Held) -> Result<Reply, Refusal> {
    Reply::json(200, &Profile::of(held))
}

/// One of my sessions.
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

/// My sessions.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MySessions {
    /// Newest first.
    pub items: Vec<MySession>,
}

/// `GET /api/me/sessions`.
///
/// # Errors
/// `Unavailable` when the account cannot be asked.
pub async fn sessions(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let current = visitor.cx.session.as_ref();
    let items = listings(visitor).await?.into_iter().map(|listing| MySession {
        current: current == Some(&listing.session),
        id: listing.session.to_string(),
        opened_at: listing.opened_at,
        ends_at: listing.ends_at,
        user_agent: listing.user_agent,
        address: listing.address,
    });
    Reply::json(200, &MySessions { items: items.collect() })
}

/// `DELETE /api/me/sessions/:sid`.
///
/// # Errors
/// `NotFound` for a session that is not the caller's, or not live.
pub async fn revoke(visitor: &Visitor<'_>, session: &SessionName, visit: &mut Visit) -> Result<Reply, Refusal> {
    if !listings(visitor).await?.iter().any(|listing| listing.session == *session) {
        return Err(Refusal::NotFound);
    }
    auth::end_session(visitor, session, "revoked", &visitor.cx).await?;
    visit.note(StreamName::Auth, Level::Info, "session revoked", &[("session", auth::short(session))]);
    Ok(Reply::empty(204))
}

async fn listings(visitor: &Visitor<'_>) -> Result<Vec<Listing>, Refusal> {
    let user = visitor.cx.require_caller()?.user.id;
    let account = AccountKey::User { org: visitor.config.org.clone(), user };
    ask(visitor.env, &account, Sessions {}, &visitor.cx).await
}
