//! What operators see: logs, the state of the parts, what has not reached PostgreSQL, one request from both sides.

pub mod deliveries;
pub mod files;
pub mod filters;
pub mod mail;

use base::ids::EntryId;
use base::refusal::Refusal;
use durable::outbox::Debt;
use durable::{ask, clock, watch};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::db::statements::versions::ReadModel;
use crate::domain::log::{Level, StreamName};
use crate::domain::request::RequestId;
use crate::jobs::reconcile::{self, Lagging};
use crate::objects::cache::api::CacheStats;
use crate::objects::database::api::{Ask, DatabaseKey, Health, Stats as AskDatabase};
use crate::objects::log_stream::api::{
    LogStream, Poke as PokeStream, Query as LogQuery, ReadEntry, Stats as AskStream, StreamKey, StreamStats, Tail,
};
use crate::objects::request::api::{Inspect, Inspection, Poke, RequestKey};
use crate::objects::request_index::api::{IndexKey, IndexStats, Stats as AskIndex};
use crate::router::access_log;
use crate::router::caches;
use crate::router::context::Exchange;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;
use crate::router::in_force;
use crate::router::requests::key_of;
use crate::router::system::filters::{OF_LOG_ENTRIES, log_filter};

/// All streams in numbers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogStreams {
    /// Each stream; one that cannot be asked is absent.
    pub items: Vec<StreamStats>,
    /// How long each keeps its entries.
    pub keeps: Vec<Keeps>,
}

/// How long a stream keeps its entries.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Keeps {
    /// The stream.
    pub stream: StreamName,
    /// Days, in the order of the levels: debug, info, warn, error; null where entries stay for ever.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub days: Option<Vec<u32>>,
}

/// `GET /api/system/logs`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn log_streams(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let settings = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started());
    let (items, in_force) = futures::join!(streams(exchange), settings);
    let days = |stream| Level::ALL.iter().map(|level| in_force.logs.days(stream, *level)).collect();
    let keeps = StreamName::ALL.iter().map(|&stream| Keeps { stream, days: days(stream) }).collect();
    Reply::json(200, &LogStreams { items, keeps })
}

async fn streams(exchange: &Exchange<'_>) -> Vec<StreamStats> {
    let asked = StreamName::ALL.iter().map(|stream| async move {
        let key = StreamKey { org: exchange.org().clone(), stream: *stream };
        ask(exchange.env, &key, AskStream {}, &exchange.cx).await.ok()
    });
    futures::future::join_all(asked).await.into_iter().flatten().collect()
}

/// `GET /api/system/logs/:stream`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`.
pub async fn log_entries(exchange: &Exchange<'_>, stream: StreamName) -> Result<Reply, Refusal> {
    let query = exchange.incoming.query(&OF_LOG_ENTRIES)?;
    let filter = log_filter(&query)?;
    let scope = filter.scope(stream, exchange.caller()?);
    let wanted = Wanted::read(exchange, &scope, &query)?;
    let page = LogQuery { filter, before: wanted.from, limit: wanted.limit };
    let page = ask(exchange.env, &stream_key(exchange, stream), page, &exchange.cx).await?;
    Ok(paging::reply(exchange, &scope, page))
}

/// `GET /api/system/logs/:stream/:id`.
///
/// # Errors
/// `NotFound` when it is not there, or has left.
pub async fn log_entry(exchange: &Exchange<'_>, stream: StreamName, id: EntryId) -> Result<Reply, Refusal> {
    let entry =
        ask(exchange.env, &stream_key(exchange, stream), ReadEntry { id: id.to_string() }, &exchange.cx).await?;
    Ok(Reply::json_text(200, entry.get()))
}

/// `GET /api/system/logs/:stream/tail`.
///
/// # Errors
/// `Invalid` without an upgrade, or for a filter.
pub async fn tail(exchange: &Exchange<'_>, stream: StreamName) -> Result<Reply, Refusal> {
    exchange.incoming.require_upgrade()?;
    let query = exchange.incoming.query(&["level", "q", "actor", "request_id", "after"])?;
    let filter = log_filter(&query)?;
    let tail = Tail { filter, after: query.seq("after")? };
    watch::<LogStream>(exchange.env, &stream_key(exchange, stream), tail, &exchange.cx).await.map(Reply::socket)
}

fn stream_key(exchange: &Exchange<'_>, stream: StreamName) -> StreamKey {
    StreamKey { org: exchange.org().clone(), stream }
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
pub async fn monitor(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let (env, cx, org) = (exchange.env, &exchange.cx, exchange.org());
    let index = IndexKey { org: org.clone() };
    let (database, index, streams, caches) = futures::join!(
        shards(exchange),
        ask(env, &index, AskIndex {}, cx),
        streams(exchange),
        caches::in_numbers(exchange),
    );
    let (log_entries_waiting, log_entries_dropped) = access_log::backlog();
    Reply::json(
        200,
        &Monitor {
            now: clock::now().rfc3339(),
            database,
            index: index.ok(),
            streams,
            caches,
            log_entries_waiting,
            log_entries_dropped,
        },
    )
}

async fn shards(exchange: &Exchange<'_>) -> Vec<Health> {
    let keys = DatabaseKey::all(exchange.env, exchange.org());
    let asked = keys.iter().map(|key| ask(exchange.env, key, AskDatabase {}, &exchange.cx));
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
pub async fn sync(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let audit = StreamKey { org: exchange.org().clone(), stream: StreamName::Audit };
    let (database, lagging, audit) = futures::join!(
        shards(exchange),
        reconcile::lagging(exchange.env, &exchange.cx),
        ask(exchange.env, &audit, AskStream {}, &exchange.cx),
    );
    let lagging = match lagging {
        Ok(found) => Some(with_debts(exchange, found).await),
        Err(_) => None,
    };
    let audit = audit.map(|stats| stats.outbox).unwrap_or_default();
    Reply::json(200, &SyncState { database, lagging, audit })
}

async fn with_debts(exchange: &Exchange<'_>, found: Vec<Lagging>) -> Vec<LaggingRequest> {
    let asked = found.into_iter().map(|lagging| async move {
        let key = RequestKey { org: exchange.org().clone(), id: lagging.id };
        let outbox = ask(exchange.env, &key, Inspect {}, &exchange.cx).await.map(|inside| inside.outbox);
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
pub async fn replay(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let lagging = reconcile::lagging(exchange.env, &exchange.cx).await?;
    let asked = lagging.iter().map(|lagging| async move {
        let key = RequestKey { org: exchange.org().clone(), id: lagging.id };
        ask(exchange.env, &key, Poke { replay: true, synced: Some(lagging.synced_version.unwrap_or(0)) }, &exchange.cx)
            .await
    });
    let outcomes = futures::future::join_all(asked).await;
    let audit = stream_key(exchange, StreamName::Audit);
    let audit = ask(exchange.env, &audit, PokeStream { replay: true }, &exchange.cx).await;
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
pub async fn inspect(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let key = key_of(exchange, id)?;
    let database = DatabaseKey::of_request(exchange.env, exchange.org(), id);
    let (object, row) = futures::join!(
        ask(exchange.env, &key, Inspect {}, &exchange.cx),
        ask(exchange.env, &database, Ask(ReadModel { id }), &exchange.cx),
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

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use base::ids::{TraceId, UserId};

    use super::{BothSides, LogStreams, Monitor, Replayed, SyncState};
    use crate::domain::log::{Entry, Level};
    use crate::openapi::messages::TailMessage;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, any_of, seq, text, time};

    pub fn log_streams(schemas: &mut Schemas) -> Operation {
        let streams = schemas.of::<LogStreams>();
        Operation::new("logStreams", "system", "The log streams in numbers, and how long they keep entries.").replies(
            200,
            "Each stream; one that cannot be asked is absent from `items`.",
            streams,
        )
    }

    pub fn log_entries(schemas: &mut Schemas) -> Operation {
        matching(Operation::new("logEntries", "system", "Entries, newest first."), schemas)
            .detail("With `q`, a page looks at 10,000 entries at most: it may be short, even empty, and still go on.")
            .query("from", time(), "Happened at or after.")
            .query("to", time(), "Happened before.")
            .paged()
            .replies(200, "One page.", schemas.page::<Entry>("EntryPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
    }

    pub fn log_entry(schemas: &mut Schemas) -> Operation {
        Operation::new("logEntry", "system", "One entry.").replies(200, "The entry.", schemas.of::<Entry>())
    }

    pub fn tail(schemas: &mut Schemas) -> Operation {
        matching(Operation::new("tailLog", "live", "Entries as they come."), schemas)
            .query("after", seq(), "The last seq that the client has; without it, nothing is replayed.")
            .sends(schemas.of::<TailMessage>())
    }

    /// The filters of entries.
    fn matching(operation: Operation, schemas: &mut Schemas) -> Operation {
        operation
            .query("level", any_of(schemas.of::<Level>()), "Any of these levels.")
            .query("q", text(100), "The message contains this; case, marks, width and spaces do not matter.")
            .query("actor", schemas.of::<UserId>(), "Caused by this user.")
            .query("request_id", schemas.of::<TraceId>(), "Of this HTTP request (its `X-Request-Id`).")
    }

    pub fn monitor(schemas: &mut Schemas) -> Operation {
        let monitor = schemas.of::<Monitor>();
        Operation::new("monitor", "system", "The state of the parts.").replies(200, "What could be asked.", monitor)
    }

    pub fn sync(schemas: &mut Schemas) -> Operation {
        let state = schemas.of::<SyncState>();
        Operation::new("sync", "system", "What has not reached PostgreSQL.").replies(
            200,
            "The requests that are behind, with what their objects owe.",
            state,
        )
    }

    pub fn replay(schemas: &mut Schemas) -> Operation {
        Operation::new("replaySync", "system", "Have every object that is behind try again.")
            .detail("Also what was parked because PostgreSQL refused it.")
            .replies(200, "What came of it.", schemas.of::<Replayed>())
    }

    pub fn inspect(schemas: &mut Schemas) -> Operation {
        Operation::new("inspectRequest", "system", "One request from both sides.")
            .detail("The stored forms, with times in milliseconds.")
            .replies(200, "The object, and its row in the read model.", schemas.of::<BothSides>())
    }
}
