//! Caches, for administrators: what each holds and how often that was of use, and the way to empty one.

use base::refusal::Refusal;
use durable::{ask, clock};
use futures::future::join_all;
use serde::Serialize;

use crate::domain::log::NewEntry;
use crate::domain::user::Actor;
use crate::objects::cache::api::{CacheKey, CacheNamespace, CacheStats, Forget, Stats};
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;

/// All caches.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Caches {
    /// Each; one that cannot be asked is absent.
    pub items: Vec<CacheStats>,
}

/// What emptying one came to.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Purged {
    /// How many values went.
    pub forgotten: i64,
}

/// Each cache in numbers; one that cannot be asked is absent.
pub async fn in_numbers(exchange: &Exchange<'_>) -> Vec<CacheStats> {
    let asked = CacheNamespace::ALL.iter().map(|namespace| async move {
        ask(exchange.env, &key_of(exchange, *namespace), Stats {}, &exchange.cx).await.ok()
    });
    join_all(asked).await.into_iter().flatten().collect()
}

fn key_of(exchange: &Exchange<'_>, namespace: CacheNamespace) -> CacheKey {
    CacheKey { org: exchange.org().clone(), namespace: namespace.to_string() }
}

/// `GET /api/system/cache`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Reply::json(200, &Caches { items: in_numbers(exchange).await })
}

/// `DELETE /api/system/cache/:namespace?tag=`: everything, or what carries a tag. The audit is told first: what it does not know is not
/// done.
///
/// # Errors
/// `Invalid` for a parameter that is not taken; `Unavailable` when the audit or the cache cannot be asked.
pub async fn purge(exchange: &Exchange<'_>, namespace: CacheNamespace) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["tag"])?;
    let tag = parameters.get("tag").map(str::to_owned);
    let actor = Actor::from(exchange.caller()?);
    let object = ("cache", namespace.as_str());
    let entry = NewEntry::audit(exchange.access.trace(), clock::now(), actor, "purged", object);
    let entry = if let Some(tag) = &tag { entry.with("tag", tag.as_str()) } else { entry };
    tell_audit(exchange.env, vec![entry], &exchange.cx).await?;
    let forgotten = ask(exchange.env, &key_of(exchange, namespace), Forget { tag }, &exchange.cx).await?;
    Reply::json(200, &Purged { forgotten })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{Caches, Purged};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("caches", "system", "The caches in numbers.")
            .detail("Hits, misses, stale reads and refused values are counted since the object of the cache woke.")
            .replies(200, "Each cache; one that cannot be asked is absent.", schemas.of::<Caches>())
    }

    pub fn purge(schemas: &mut Schemas) -> Operation {
        Operation::new("purgeCache", "system", "Empty a cache.")
            .detail("Whatever it held is asked for again at its source. The audit is told.")
            .query("tag", schemas.of::<String>(), "Only what is made of this: `users` is what names people.")
            .replies(200, "How many values went.", schemas.of::<Purged>())
            .refuses(&[503])
    }
}
