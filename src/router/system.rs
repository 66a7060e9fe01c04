//! What operators see: logs, the state of the parts, what has not reached PostgreSQL, one request from both sides.

use base::refusal::Refusal;
use durable::outbox::Debt;
use durable::{ask, clock, watch};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::log::StreamName;
use crate::domain::request::RequestId;
use crate::domain::validation::parse_value;
use crate::objects::cache::api::{CacheKey, CacheStats, Stats as AskCache};
use crate::objects::database::api::{DatabaseKey, Health, ReadModel, Stats as AskDatabase};
use crate::objects::log_stream::api::{
    LogStream, Poke as PokeStream, Query as LogQuery, ReadEntry, Stats as AskStream, StreamKey, StreamStats, Tail,
};
use crate::objects::request::api::{Inspect, Inspection, Poke, RequestKey};
use crate::objects::request_index::api::{IndexKey, IndexStats, Stats as AskIndex};
use crate::router::filters::{OF_LOG_ENTRIES, log_filter};
use crate::router::paging::{self, Wanted};
use crate::router::reconcile::{self, Lagging};
use crate::router::reply::Reply;
use crate::router::requests::key_of;
use crate::router::{Visitor, journal};

/// All streams in numbers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogStreams {
    /// Each stream; one that cannot be asked is absent.
    pub items: Vec<StreamStats>,
}

/// `GET /api/system/logs`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn log_streams(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    Reply::json(200, &LogStreams { items: streams(visitor).await })
}

async fn streams(visitor: &Visitor<'_>) -> Vec<StreamStats> {
    let asked = StreamName::ALL.iter().map(|stream| async move {
        let key = StreamKey { org: visitor.config.org.clone(), stream: *stream };
        ask(visitor.env, &key, AskStream {}, &visitor.cx).await.ok()
    });
    futures::future::join_all(asked).await.into_iter().flatten().collect()
}

/// `GET /api/system/logs/:stream`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`.
pub async fn log_entries(visitor: &Visitor<'_>, stream: StreamName) -> Result<Reply, Refusal> {
    let query = visitor.incoming.query(&OF_LOG_ENTRIES)?;
    let filter = log_filter(&query)?;
    let scope = filter.scope(stream, visitor.cx.require_caller()?);
    let wanted = Wanted::read(visitor, &scope, query.get("limit"), query.get("cursor"))?;
    let page = LogQuery { filter, before: wanted.from, limit: wanted.limit };
    let page = ask(visitor.env, &stream_key(visitor, stream), page, &visitor.cx).await?;
    Ok(paging::reply(visitor, &scope, page))
}

/// `GET /api/system/logs/:stream/:id`.
///
/// # Errors
/// `NotFound` when it is not there, or has left.
pub async fn log_entry(visitor: &Visitor<'_>, stream: StreamName, id: &str) -> Result<Reply, Refusal> {
    let entry = ask(visitor.env, &stream_key(visitor, stream), ReadEntry { id: id.to_owned() }, &visitor.cx).await?;
    Ok(Reply::json_text(200, entry.get()))
}

/// `GET /api/system/logs/:stream/tail`.
///
/// # Errors
/// `Invalid` without an upgrade, or for a filter.
pub async fn tail(visitor: &Visitor<'_>, stream: StreamName) -> Result<Reply, Refusal> {
    visitor.incoming.require_upgrade()?;
    let query = visitor.incoming.query(&["level", "q", "actor", "request_id", "after"])?;
    let filter = log_filter(&query)?;
    let after = query.get("after").map(|text| parse_value("after", text)).transpose()?;
    let tail = Tail { filter, after };
    watch::<LogStream>(visitor.env, &stream_key(visitor, stream), tail, &visitor.cx).await.map(Reply::socket)
}

fn stream_key(visitor: &Visitor<'_>, stream: StreamName) -> StreamKey {
    StreamKey { org: visitor.config.org.clone(), stream }
}

/// The state of the parts.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Monitor {
    /// When it was looked at.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub now: String,
    /// Each shard of connections to PostgreSQL.
    pub database: Vec<Health>,
    /// The index of requests.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub index: Option<IndexStats>,
    /// Each log stream.
    pub streams: Vec<StreamStats>,
    /// Each cache.
    pub caches: Vec<CacheStats>,
    /// Log entries that wait in this isolate.
    pub log_entries_waiting: usize,
    /// Log entries that this isolate dropped and has not reported yet.
    pub log_entries_dropped: i64,
}

/// `GET /api/system/monitor`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn monitor(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let (env, cx, org) = (visitor.env, &visitor.cx, &visitor.config.org);
    let index = IndexKey { org: org.clone() };
    let cache = CacheKey { org: org.clone(), namespace: "users".into() };
    let (database, index, streams, cache) = futures::join!(
        shards(visitor),
        ask(env, &index, AskIndex {}, cx),
        streams(visitor),
        ask(env, &cache, AskCache {}, cx),
    );
    let (log_entries_waiting, log_entries_dropped) = journal::backlog();
    Reply::json(
        200,
        &Monitor {
            now: clock::now().rfc3339(),
            database,
            index: index.ok(),
            streams,
            caches: cache.into_iter().collect(),
            log_entries_waiting,
            log_entries_dropped,
        },
    )
}

async fn shards(visitor: &Visitor<'_>) -> Vec<Health> {
    let keys = DatabaseKey::all(visitor.env, &visitor.config.org);
    let asked = keys.iter().map(|key| ask(visitor.env, key, AskDatabase {}, &visitor.cx));
    futures::future::join_all(asked).await.into_iter().flatten().collect()
}

/// What has not reached PostgreSQL.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncState {
    /// Each shard of connections.
    pub database: Vec<Health>,
    /// Requests whose row is behind, oldest change first; at most 200. Unknown (`null`) while PostgreSQL is away.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub lagging: Option<Vec<LaggingRequest>>,
    /// What the audit stream still owes.
    pub audit: Vec<Debt>,
}

/// A request whose row is behind.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaggingRequest {
    /// Which, and by how much.
    #[serde(flatten)]
    pub lagging: Lagging,
    /// What its object says it owes, and why it has not arrived.
    pub outbox: Vec<Debt>,
}

/// `GET /api/system/sync`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn sync(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let audit = StreamKey { org: visitor.config.org.clone(), stream: StreamName::Audit };
    let (database, lagging, audit) = futures::join!(
        shards(visitor),
        reconcile::lagging(visitor.env, &visitor.cx),
        ask(visitor.env, &audit, AskStream {}, &visitor.cx),
    );
    let lagging = match lagging {
        Ok(found) => Some(with_debts(visitor, found).await),
        Err(_) => None,
    };
    let audit = audit.map(|stats| stats.outbox).unwrap_or_default();
    Reply::json(200, &SyncState { database, lagging, audit })
}

async fn with_debts(visitor: &Visitor<'_>, found: Vec<Lagging>) -> Vec<LaggingRequest> {
    let asked = found.into_iter().map(|lagging| async move {
        let key = RequestKey { org: visitor.config.org.clone(), id: lagging.id };
        let outbox = ask(visitor.env, &key, Inspect {}, &visitor.cx).await.map(|inside| inside.outbox);
        LaggingRequest { lagging, outbox: outbox.unwrap_or_default() }
    });
    futures::future::join_all(asked).await
}

/// What a replay did.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Replayed {
    /// How many objects were told to try again.
    pub poked: usize,
    /// How many of them still owe something.
    pub still_owing: usize,
}

/// `POST /api/system/sync/replay`: every object that lags, and the audit stream, tries again, parked rows included.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away: which objects lag is not known then.
pub async fn replay(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let lagging = reconcile::lagging(visitor.env, &visitor.cx).await?;
    let asked = lagging.iter().map(|lagging| async move {
        let key = RequestKey { org: visitor.config.org.clone(), id: lagging.id };
        ask(visitor.env, &key, Poke { replay: true, synced: Some(lagging.synced_version.unwrap_or(0)) }, &visitor.cx)
            .await
    });
    let outcomes = futures::future::join_all(asked).await;
    let audit = stream_key(visitor, StreamName::Audit);
    let audit = ask(visitor.env, &audit, PokeStream { replay: true }, &visitor.cx).await;
    let outcomes: Vec<_> = outcomes.into_iter().chain([audit]).collect();
    let owes = |outcome: &Result<Vec<Debt>, Refusal>| {
        outcome.as_ref().map_or(true, |debts| debts.iter().any(|debt| debt.pending > 0))
    };
    Reply::json(200, &Replayed { poked: outcomes.len(), still_owing: outcomes.iter().filter(|one| owes(one)).count() })
}

/// A request from both sides.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BothSides {
    /// The object.
    pub object: Inspection,
    /// The row in the read model and its number of events; `null` when there is none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>, required = true))]
    pub read_model: Option<Box<RawValue>>,
    /// Why the read model could not be asked.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub read_model_error: Option<String>,
}

/// `GET /api/system/requests/:id/inspect`.
///
/// # Errors
/// `NotFound` when neither side knows it.
pub async fn inspect(visitor: &Visitor<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let key = key_of(visitor, id)?;
    let database = DatabaseKey::of_request(visitor.env, &visitor.config.org, id);
    let (object, row) = futures::join!(
        ask(visitor.env, &key, Inspect {}, &visitor.cx),
        ask(visitor.env, &database, ReadModel { id }, &visitor.cx),
    );
    let object = object?;
    if object.events == 0 && matches!(row, Ok(None)) {
        return Err(Refusal::NotFound);
    }
    let (read_model, read_model_error) = match row {
        Ok(row) => (row, None),
        Err(refusal) => (None, Some(refusal.to_string())),
    };
    Reply::json(200, &BothSides { object, read_model, read_model_error })
}
