//! Users, just enough for pickers. They live in PostgreSQL and are read through the `users` cache; while PostgreSQL is
//! away, what the cache still has is good enough to assign work.

use base::ids::UserId;
use base::refusal::Refusal;
use base::text::parse_value;
use base::time::{Timestamp, rfc3339};
use durable::ask;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::statements::users::{FindUser, ListUsers};
use crate::domain::request::policy;
use crate::domain::user::Person;
use crate::domain::user::Role;
use crate::domain::user::User;
use crate::objects::cache::api::{CacheKey, Cached, Get, Put};
use crate::objects::database::api::query;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::in_force;

/// How long a cached user is fresh, in milliseconds.
const FRESH_MS: i64 = 60_000;

/// Users.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Users {
    /// By name.
    pub items: Vec<User>,
    /// When they were asked for at the source: a cache may answer for a minute, and for a day while PostgreSQL is away.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub as_of: Timestamp,
}

/// What was read, through a cache or not.
pub struct Seen<T> {
    /// It.
    pub value: T,
    /// When it was asked for at its source.
    pub as_of: Timestamp,
}

/// `GET /api/users?role=`.
///
/// # Errors
/// `Invalid` for an unknown role; `Unavailable` while PostgreSQL is away and nothing is cached.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["role"])?;
    let role: Option<Role> = parameters.get("role").map(|text| parse_value("role", text)).transpose()?;
    let key = format!("list/{}", role.map_or("all", Role::as_str));
    let seen = through_cache(exchange, &key, query(exchange.env, ListUsers { role }, &exchange.cx)).await?;
    Reply::json(200, &Users { items: seen.value, as_of: seen.as_of })
}

/// `GET /api/users/:id`.
///
/// # Errors
/// `NotFound` when there is no active user with this id; `Unavailable` while PostgreSQL is away and nothing is cached.
pub async fn read(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    Reply::json(200, &find(exchange, id).await?.ok_or(Refusal::NotFound)?)
}

/// The person that work can be given to: an active technician, manager or admin.
///
/// # Errors
/// `Invalid` when there is no such person; `Unavailable` while PostgreSQL is away and nothing is cached.
pub async fn assignable(exchange: &Exchange<'_>, id: UserId) -> Result<Person, Refusal> {
    checked_assignable(find(exchange, id).await?)
}

/// As [`assignable`], for an active user who was looked up.
///
/// # Errors
/// `Invalid` when there is none, or none who does maintenance work.
pub fn checked_assignable(found: Option<User>) -> Result<Person, Refusal> {
    match found {
        Some(user) if policy::does_maintenance(user.role) => Ok(Person { id: user.id, name: user.name }),
        Some(_) => Err(Refusal::invalid("assignee_id", "not_assignable", "This user does not do maintenance work.")),
        None => Err(Refusal::invalid("assignee_id", "unknown_user", "There is no active user with this id.")),
    }
}

/// An active user.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away and nothing is cached.
pub async fn find(exchange: &Exchange<'_>, id: UserId) -> Result<Option<User>, Refusal> {
    if let Some(found) = exchange.prefetched.user(id) {
        return found;
    }
    let source = query(exchange.env, FindUser { id }, &exchange.cx);
    Ok(through_cache(exchange, &format!("user/{id}"), source).await?.value)
}

/// The cached value while it is fresh; else the source's, which is then cached; else, with the source away, the stale one.
pub async fn through_cache<T: Serialize + DeserializeOwned>(
    exchange: &Exchange<'_>,
    key: &str,
    source: impl Future<Output = Result<T, Refusal>>,
) -> Result<Seen<T>, Refusal> {
    let now = exchange.access.started();
    let fetched = |value| Seen { value, as_of: now };
    if !in_force::known().caches.users {
        return source.await.map(fetched);
    }
    let cache = CacheKey { org: exchange.org().clone(), namespace: "users".into() };
    let cached = ask(exchange.env, &cache, Get { key: key.to_owned() }, &exchange.cx).await.ok().flatten();
    let read = |cached: &Cached| {
        let value = base::json::from_str::<T>(cached.value.get()).ok()?;
        Some(Seen { value, as_of: cached.as_of.unwrap_or(now) })
    };
    if let Some(value) = cached.as_ref().filter(|cached| cached.fresh).and_then(read) {
        return Ok(value);
    }
    match source.await {
        Ok(value) => {
            let text = serde_json::to_string(&value).map_err(|_| Refusal::Internal)?;
            let put = Put {
                key: key.to_owned(),
                value: text,
                ttl_ms: FRESH_MS,
                tags: vec!["users".into()],
                as_of: Some(now),
                version: 0,
            };
            let _not_cached = ask(exchange.env, &cache, put, &exchange.cx).await;
            Ok(fetched(value))
        }
        Err(away @ Refusal::Unavailable { .. }) => cached.as_ref().and_then(read).ok_or(away),
        Err(refusal) => Err(refusal),
    }
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{User, Users};
    use crate::domain::user::Role;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("users", "people", "Active users, by name.")
            .query("role", schemas.of::<Role>(), "Only users with this role.")
            .replies(200, "The users.", schemas.of::<Users>())
    }

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("readUser", "people", "An active user.").replies(200, "The user.", schemas.of::<User>())
    }
}
