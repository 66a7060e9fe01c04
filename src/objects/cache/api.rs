//! The contract of the CacheObject: one namespace of cached values.

use base::ids::OrgId;
use base::time::{Timestamp, rfc3339};
use base::words;
use durable::Key;
use durable::actor_api;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::objects::context::CallContext;

/// Names a cache: `{org}/{namespace}`.
#[derive(Clone, Debug)]
pub struct CacheKey {
    /// The organisation.
    pub org: OrgId,
    /// The namespace, a word of ours such as `users`.
    pub namespace: String,
}

impl Key for CacheKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.namespace)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, namespace) = name.split_once('/')?;
        Some(CacheKey { org: org.parse().ok()?, namespace: namespace.to_owned() })
    }
}

words! {
    /// A cache of this release.
    pub enum CacheNamespace: "cache" {
        /// People, as pickers and assignments want them.
        Users = "users",
        /// The settings in force.
        Settings = "settings",
        /// What an identity provider says of itself, and its keys.
        Identity = "identity",
    }
}

actor_api! {
    /// One namespace: values with a time to live, tags and hit statistics.
    actor Cache { binding: "CACHE", context: CallContext, key: CacheKey, watch: () }

    /// The value of a key, if there is one; a stale one is marked, for when its source is away.
    get(Get) -> Option<Cached>;
    /// Stores a value.
    put(Put) -> ();
    /// Drops what carries a tag, or everything; answers how many values went.
    forget(Forget) -> i64;
    /// Hits, misses, size.
    stats(Stats) -> CacheStats;
}

/// See [`Handler::get`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Get {
    /// The key.
    pub key: String,
}

/// A cached value.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cached {
    /// The value, as JSON text.
    pub value: Box<RawValue>,
    /// Whether its time to live is not over.
    pub fresh: bool,
    /// When it was asked for at its source, if the release that stored it wrote that down.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "rfc3339::option")]
    pub as_of: Option<Timestamp>,
}

/// See [`Handler::put`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Put {
    /// The key.
    pub key: String,
    /// The value, as JSON text; at most 256 KiB.
    pub value: String,
    /// How long it is fresh, in milliseconds. It is kept a day longer, for when its source is away.
    pub ttl_ms: i64,
    /// What it is made of: forgetting a tag drops it.
    pub tags: Vec<String>,
    /// When it was asked for at its source, which may have taken a while; otherwise it is of the moment in which it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "rfc3339::option")]
    pub as_of: Option<Timestamp>,
    /// Which of two values of one key is the newer; an older one is not stored.
    #[serde(default, skip_serializing_if = "is_unversioned")]
    pub version: i64,
}

fn is_unversioned(version: &i64) -> bool {
    *version == 0
}

/// See [`Handler::forget`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Forget {
    /// The tag; everything without one.
    #[serde(default)]
    pub tag: Option<String>,
}

/// See [`Handler::stats`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Stats {}

/// A cache in numbers.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CacheStats {
    /// The namespace.
    pub namespace: String,
    /// Values it holds.
    pub entries: i64,
    /// Reads that found a fresh value, since the object woke.
    pub hits: i64,
    /// Reads that found none, since the object woke.
    pub misses: i64,
    /// Reads that found a stale one, since the object woke.
    pub stale: i64,
    /// Values that were not stored, for a newer one was there, since the object woke.
    #[serde(default)]
    pub refused: i64,
    /// Size in bytes.
    pub storage_bytes: i64,
    /// When the oldest of its values was stored.
    #[serde(default, with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub oldest_at: Option<Timestamp>,
}
