//! The signed-in user: who am I, what am I called, where am I signed in.

use base::ids::{SessionName, UserId};
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::ask;
use futures::future::join_all;
use serde::{Deserialize, Serialize};

use crate::db::statements::users::RenameUser;
use crate::domain::log::{Level, StreamName};
use crate::domain::request::RequestRules;
use crate::domain::request::policy::{Withheld, withheld};
use crate::domain::user::PersonName;
use crate::domain::user::Role;
use crate::objects::account::api::{AccountKey, Keys};
use crate::objects::cache::api::{CacheKey, Forget};
use crate::objects::database::api::query;
use crate::objects::session::api::{LiveSession, Renamed, SessionKey};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::in_force;
use crate::router::sessions::{self, MySession};

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
    /// The address, of whoever has one.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub email: Option<&'a str>,
    /// What whoever has no address signs in with.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub username: Option<&'a str>,
    /// The role.
    pub role: Role,
    /// What the settings take from this role; left out where that is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
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
    /// Whether it may do nothing but get a second factor, or be proved by one, because the role needs that; left out where it may.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub lacks_second_factor: bool,
}

impl Profile<'_> {
    /// The profile behind a session, as a reply.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn reply(session: &LiveSession, exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
        let lacks = session.lacks_second_factor(in_force::known().second_factor);
        Reply::json(200, &Profile::of(session, &exchange.rules(), lacks))
    }
}

impl<'a> Profile<'a> {
    /// The profile behind a session, under the rules in force, of which one may want a second factor of it.
    pub fn of(session: &'a LiveSession, rules: &RequestRules, lacks_second_factor: bool) -> Self {
        let user = &session.caller.user;
        let LiveSession { opened_at, expires_at, .. } = *session;
        let login = session.login.as_str();
        let (email, username) = if login.contains('@') { (Some(login), None) } else { (None, Some(login)) };
        Profile {
            user: Me {
                id: user.id,
                name: &user.name,
                email,
                username,
                role: session.caller.role,
                withheld: withheld(session.caller.role, rules),
            },
            session: SessionInfo { id: session.session.as_str(), opened_at, expires_at, lacks_second_factor },
        }
    }
}

/// `GET /api/me`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Profile::reply(exchange.session()?, exchange)
}

/// What of the profile is edited.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditMe {
    /// The name that others see, 1 to 100 characters. What was done before keeps the name that it was done under.
    #[cfg_attr(feature = "openapi", schema(value_type = PersonName, inline))]
    pub name: String,
}

/// `PATCH /api/me`. The account changes first; then every session of the user, this one among them, takes the new name.
/// Told again, it does what is still missing.
///
/// # Errors
/// `Invalid` for the name, also one that reads as somebody else's on the staff (`taken`) or as the system's (`reserved`);
/// `Unavailable` while PostgreSQL is away, or when a session cannot be told.
pub async fn edit(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let edit: EditMe = parse_json(exchange.incoming.body().await?)?;
    let name = PersonName::parse(&edit.name)?;
    let (env, cx, org) = (exchange.env, &exchange.cx, exchange.org());
    let mut session = exchange.session()?.clone();
    let id = session.caller.user.id;
    let renamed = query(env, RenameUser { id, name: name.clone() }, cx).await?;
    renamed.ok_or(Refusal::Unauthenticated)?;

    // Keys speak in their owner's name, and have it from the same kind of object.
    let account = AccountKey::User { org: org.clone(), user: id };
    let (listed, keys) = futures::join!(sessions::listings(exchange, id), ask(env, &account, Keys {}, cx));
    let all = listed?.into_iter().map(|listing| listing.session).chain(keys?);
    let told = all.map(|session| {
        let key = SessionKey { org: org.clone(), session };
        let message = Renamed { name: name.clone() };
        async move { ask(env, &key, message, cx).await }
    });
    let cache = CacheKey { org: org.clone(), namespace: "users".into() };
    let forget = Forget { tag: Some("users".into()) };
    // A list that could not be forgotten is fresh for a minute at most.
    let (told, _forgotten) = futures::join!(join_all(told), ask(env, &cache, forget, cx));
    told.into_iter().collect::<Result<Vec<()>, Refusal>>()?;
    exchange.access.note(StreamName::Auth, Level::Info, "profile edited", &[]);
    session.caller.user.name = name.into_string();
    Profile::reply(&session, exchange)
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
pub async fn sessions(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let listings = sessions::listings(exchange, exchange.caller()?.user.id).await?;
    let items = listings.into_iter().map(|listing| sessions::shown(exchange, listing)).collect();
    Reply::json(200, &MySessions { items })
}

/// `DELETE /api/me/sessions/:sid`.
///
/// # Errors
/// `NotFound` for a session that is not the caller's, or not live.
pub async fn revoke(exchange: &Exchange<'_>, session: SessionName) -> Result<Reply, Refusal> {
    sessions::end(exchange, exchange.caller()?.user.id, &session).await
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{EditMe, MySessions, Profile};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        let profile = schemas.of::<Profile<'_>>();
        Operation::new("me", "session", "Who is signed in.").replies(200, "The user and the session.", profile)
    }

    pub fn edit(schemas: &mut Schemas) -> Operation {
        Operation::new("editMe", "session", "Edit my profile.")
            .detail("Every session of mine has the new name at once; what I did before keeps the old one.")
            .body(schemas.of::<EditMe>())
            .replies(200, "The user after it, and the session.", schemas.of::<Profile<'_>>())
            .refuses(&[503])
    }

    pub fn sessions(schemas: &mut Schemas) -> Operation {
        let sessions = schemas.of::<MySessions>();
        Operation::new("mySessions", "session", "Where I am signed in.").replies(
            200,
            "The live sessions, newest first.",
            sessions,
        )
    }

    pub fn revoke(_schemas: &mut Schemas) -> Operation {
        Operation::new("revokeMySession", "session", "End one of my sessions, at once.")
            .replies_empty(204, "It has ended.")
    }
}
