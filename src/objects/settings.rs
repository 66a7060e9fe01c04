//! The settings in force, as the parts find them: in the cache `settings`, under the number of the newest change. Whoever changes
//! them puts them there, and so does `jobs::settings` once a minute.

use base::ids::OrgId;
use base::refusal::Refusal;
use durable::ask_within;
use worker::Env;

use crate::db::statements::settings::ReadSettings;
use crate::domain::settings::{InForce, Stored};
use crate::objects::cache::api::{CacheKey, Get, Put};
use crate::objects::context::CallContext;
use crate::objects::database::api::{Ask, DatabaseKey};

/// Under which the cache has them.
const KEY: &str = "all";

/// So long a value in the cache is fresh, in milliseconds: 5 minutes. It is put there every minute.
const FRESH_MS: i64 = 5 * 60 * 1_000;

/// So long one part is waited for, in milliseconds.
const PATIENCE_MS: u32 = 1_500;

fn cache_of(org: &OrgId) -> CacheKey {
    CacheKey { org: org.clone(), namespace: "settings".into() }
}

/// The cache's word while it is fresh, else PostgreSQL's, else the cache's stale one; none while neither can be asked.
pub async fn look(env: &Env, cx: &CallContext) -> Option<InForce> {
    // Nothing of the caller goes there.
    let cx = CallContext::system(cx.org.clone(), cx.trace.clone());
    let get = Get { key: KEY.to_owned() };
    let cached = ask_within(env, &cache_of(&cx.org), get, &cx, PATIENCE_MS).await.ok().flatten();
    let read = cached.as_ref().and_then(|cached| base::json::from_str::<Stored>(cached.value.get()).ok());
    let in_cache = read.map(|stored| stored.in_force());
    if cached.is_some_and(|cached| cached.fresh) && in_cache.is_some() {
        return in_cache;
    }
    match refresh(env, &cx).await {
        Ok(stored) => Some(stored.in_force()),
        Err(_) => in_cache,
    }
}

/// Reads the settings from PostgreSQL and puts them into the cache. An older version never takes the place of a newer one.
///
/// # Errors
/// `Unavailable` while one of the two is away.
pub async fn refresh(env: &Env, cx: &CallContext) -> Result<Stored, Refusal> {
    let read = Ask(ReadSettings {});
    let found = ask_within(env, &DatabaseKey::first(&cx.org), read, cx, PATIENCE_MS).await?;
    let stored = found.unwrap_or_default();
    let value = serde_json::to_string(&stored).map_err(|_| Refusal::Internal)?;
    let version = stored.in_force().version;
    let put = Put { key: KEY.to_owned(), value, ttl_ms: FRESH_MS, tags: Vec::new(), as_of: None, version };
    ask_within(env, &cache_of(&cx.org), put, cx, PATIENCE_MS).await?;
    Ok(stored)
}
