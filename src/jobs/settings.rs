//! Puts the settings in force into their cache, where the isolates look: right after a change, and once a minute, whatever became
//! of the call that changed them.
//!
//! Idempotent; takes no input. An older version never takes the place of a newer one.

use base::ids::OrgId;
use base::refusal::Refusal;
use durable::{ask_within, clock};
use worker::Env;

use crate::db::statements::settings::ReadSettings;
use crate::domain::settings::{InForce, Stored};
use crate::objects::cache::api::{CacheKey, Put};
use crate::objects::context::CallContext;
use crate::objects::database::api::{Ask, DatabaseKey};

/// Under which the cache has them.
pub const KEY: &str = "all";

/// So long a value in the cache is fresh, in milliseconds: 5 minutes. It is put there every minute.
const FRESH_MS: i64 = 5 * 60 * 1_000;

/// So long one part is waited for, in milliseconds.
pub const PATIENCE_MS: u32 = 1_500;

/// The cache that has them.
pub fn cache_of(org: &OrgId) -> CacheKey {
    CacheKey { org: org.clone(), namespace: "settings".into() }
}

/// One run.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or the cache, is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<(), Refusal> {
    refresh(env, &CallContext::system(org.clone(), clock::trace())).await.map(|_| ())
}

/// Reads the settings from PostgreSQL and puts them into the cache.
///
/// # Errors
/// `Unavailable` while one of the two is away.
pub async fn refresh(env: &Env, cx: &CallContext) -> Result<Stored, Refusal> {
    let read = Ask(ReadSettings {});
    let found = ask_within(env, &DatabaseKey::first(&cx.org), read, cx, PATIENCE_MS).await?;
    let stored = found.unwrap_or_else(|| Stored { organisation: String::new(), changes: Vec::new() });
    let value = serde_json::to_string(&stored).map_err(|_| Refusal::Internal)?;
    let version = InForce::of(&stored.changes).version;
    let put = Put { key: KEY.to_owned(), value, ttl_ms: FRESH_MS, tags: Vec::new(), version };
    ask_within(env, &cache_of(&cx.org), put, cx, PATIENCE_MS).await?;
    Ok(stored)
}
