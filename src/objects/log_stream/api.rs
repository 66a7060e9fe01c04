//! The contract of the LogStreamObject: one stream of log entries.

use base::cursor::Position;
use base::ids::OrgId;
use base::page::Limit;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::actor_api;
use durable::outbox::Debt;
use durable::page::Page;
use durable::{Key, ask};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use worker::Env;

use crate::domain::log::{LogFilter, NewEntry, StreamName};
use crate::objects::context::CallContext;

/// Names one stream: `{org}/{stream}`. A stream that becomes hot may be split as `{org}/{stream}/{shard}`.
#[derive(Clone, Debug)]
pub struct StreamKey {
    /// The organisation.
    pub org: OrgId,
    /// The stream.
    pub stream: StreamName,
}

impl Key for StreamKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.stream)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, stream) = name.split_once('/')?;
        Some(StreamKey { org: org.parse().ok()?, stream: stream.parse().ok()? })
    }
}

actor_api! {
    /// One log stream: append, query, tail, retention.
    actor LogStream { binding: "LOG_STREAM", context: CallContext, key: StreamKey, watch: Tail }

    /// Appends entries in order. An entry whose id the stream has already is skipped, so a repeated append is harmless.
    append(Append) -> Appended;
    /// A page of entries, newest first.
    query(Query) -> Page;
    /// One entry; `NotFound` when it is not there or has left.
    entry(ReadEntry) -> Box<RawValue>;
    /// How large the stream is and what it owes.
    stats(Stats) -> StreamStats;
    /// Sends what is owed, now; with `replay` also what was parked.
    poke(Poke) -> Vec<Debt>;
}

/// Tells the audit. What it has already, it skips.
///
/// # Errors
/// `Unavailable` when it is away.
pub async fn tell_audit(env: &Env, entries: Vec<NewEntry>, cx: &CallContext) -> Result<(), Refusal> {
    let key = StreamKey { org: cx.org.clone(), stream: StreamName::Audit };
    ask(env, &key, Append { entries, dropped: 0 }, cx).await.map(|_| ())
}

/// A live viewer's wish: the entries that match, as they come.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tail {
    /// Which entries.
    pub filter: LogFilter,
    /// The last seq that the viewer has; what matches of the later ones is replayed first. Of more than 1,000 later ones the
    /// earlier are skipped, and the viewer is told how many.
    #[serde(default)]
    pub after: Option<i64>,
}

/// See [`Handler::append`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Append {
    /// The entries, oldest first.
    pub entries: Vec<NewEntry>,
    /// How many entries the sender had to drop since its last append.
    #[serde(default)]
    pub dropped: i64,
}

/// The end of the stream after an append.
#[derive(Debug, Serialize, Deserialize)]
pub struct Appended {
    /// The newest entry's seq.
    pub last_seq: i64,
}

/// See [`Handler::query`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Query {
    /// Which entries.
    pub filter: LogFilter,
    /// Older than this one only. A search for text looks at 10,000 entries at most per page: the page may then be short,
    /// even empty, and still say where to go on.
    #[serde(default)]
    pub before: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// See [`Handler::entry`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadEntry {
    /// The entry's id.
    pub id: String,
}

/// See [`Handler::stats`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Stats {}

/// See [`Handler::poke`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Poke {
    /// Also tries again what was parked.
    pub replay: bool,
}

/// A stream in numbers.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamStats {
    /// The stream.
    pub stream: StreamName,
    /// Entries it holds.
    pub entries: i64,
    /// Entries per level: debug, info, warn, error.
    pub by_level: [i64; 4],
    /// The earliest entry it still has.
    #[serde(default, with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub earliest: Option<Timestamp>,
    /// The newest entry.
    #[serde(default, with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub latest: Option<Timestamp>,
    /// Entries that senders had to drop, since the beginning.
    pub dropped: i64,
    /// Live viewers.
    pub viewers: u32,
    /// Size in bytes.
    pub storage_bytes: i64,
    /// What it owes (the `audit` stream owes PostgreSQL).
    pub outbox: Vec<Debt>,
}
