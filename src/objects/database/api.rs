//! The contract of the DatabaseObject: one shard of connections to PostgreSQL.

use std::fmt;

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::outbox::Failure;
use durable::{Contract, Key, Message, ask, ask_within};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::to_raw_value;
use worker::Env;

use crate::db::queries::Named;
use crate::db::query::Query;
use crate::domain::delivery::Packed;
use crate::domain::request::RequestId;
use crate::objects::context::CallContext;

/// Names one shard: `{org}/{shard}`, with the shard below the configured number (`DATABASE_SHARDS`).
#[derive(Clone, Debug)]
pub struct DatabaseKey {
    /// The organisation.
    pub org: OrgId,
    /// The shard.
    pub shard: u32,
}

impl DatabaseKey {
    /// The shard that writes a request's rows: always the same one, so that its versions arrive in order.
    pub fn of_request(env: &Env, org: &OrgId, request: RequestId) -> Self {
        let shard = request.0.as_u128() % u128::from(shards(env));
        DatabaseKey { org: org.clone(), shard: u32::try_from(shard).unwrap_or_default() }
    }

    /// The shard that answers questions about users and writes the audit.
    pub fn first(org: &OrgId) -> Self {
        DatabaseKey { org: org.clone(), shard: 0 }
    }

    /// Every shard.
    pub fn all(env: &Env, org: &OrgId) -> Vec<Self> {
        (0..shards(env)).map(|shard| DatabaseKey { org: org.clone(), shard }).collect()
    }
}

/// How many shards there are: the variable `DATABASE_SHARDS`, at least one.
fn shards(env: &Env) -> u32 {
    let value = js_sys::Reflect::get(env, &"DATABASE_SHARDS".into()).ok().and_then(|value| value.as_string());
    value.and_then(|number| number.parse().ok()).unwrap_or(1).max(1)
}

impl Key for DatabaseKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.shard)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, shard) = name.split_once('/')?;
        let key = DatabaseKey { org: org.parse().ok()?, shard: shard.parse().ok()? };
        // `default/01` would be a second object for the same shard.
        (key.name() == name).then_some(key)
    }
}

/// One shard: a connection kept open, batches committed as groups, and queries carried.
pub struct Database;

impl Contract for Database {
    const BINDING: &'static str = "DATABASE";
    type Context = CallContext;
    type Key = DatabaseKey;
    type Inbox = Inbox;
    type Watch = ();
}

/// Every message, as it travels: `{"<word>": <message>}`. A word that is none of the object's own is the name of a query.
#[derive(Debug)]
pub enum Inbox {
    /// Writes an object's rows to the read model; answers only after COMMIT. `Unavailable` is worth another try.
    Apply(Apply),
    /// Whether PostgreSQL answers, and how fast.
    Ping(Ping),
    /// The state of the shard, without asking PostgreSQL.
    Stats(Stats),
    /// Asks PostgreSQL something.
    Query(Named),
}

impl Serialize for Inbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Inbox::Apply(message) => map.serialize_entry("apply", message),
            Inbox::Ping(message) => map.serialize_entry("ping", message),
            Inbox::Stats(message) => map.serialize_entry("stats", message),
            Inbox::Query(Named { name, arguments }) => map.serialize_entry(name, arguments),
        }?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Inbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Words)
    }
}

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Inbox;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one word and its message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Inbox, A::Error> {
        let word: String = map.next_key()?.ok_or_else(|| A::Error::custom("there is no word"))?;
        Ok(match word.as_str() {
            "apply" => Inbox::Apply(map.next_value()?),
            "ping" => Inbox::Ping(map.next_value()?),
            "stats" => Inbox::Stats(map.next_value()?),
            _ => Inbox::Query(Named { arguments: map.next_value()?, name: word }),
        })
    }
}

impl Message for Apply {
    type To = Database;
    type Reply = Outcome;

    fn into_inbox(self) -> Inbox {
        Inbox::Apply(self)
    }
}

impl Message for Ping {
    type To = Database;
    type Reply = Health;

    fn into_inbox(self) -> Inbox {
        Inbox::Ping(self)
    }
}

impl Message for Stats {
    type To = Database;
    type Reply = Health;

    fn into_inbox(self) -> Inbox {
        Inbox::Stats(self)
    }
}

/// A query as a message.
#[derive(Debug)]
pub struct Ask<Q>(pub Q);

impl<Q: Query> Message for Ask<Q> {
    type To = Database;
    type Reply = Q::Reply;

    fn into_inbox(self) -> Inbox {
        // No query has arguments that are not JSON; `null` would be none that it takes.
        let arguments = to_raw_value(&self.0).unwrap_or_default();
        Inbox::Query(Named { name: Q::NAME.to_owned(), arguments })
    }
}

/// Asks PostgreSQL.
///
/// # Errors
/// `Unavailable` while it is away, and the query's own.
pub async fn query<Q: Query>(env: &Env, query: Q, cx: &CallContext) -> Result<Q::Reply, Refusal> {
    ask(env, &DatabaseKey::first(&cx.org), Ask(query), cx).await
}

/// Asks PostgreSQL, but gives up after `limit_ms` milliseconds: for a delivery, which is tried again later and must not wait
/// with thousands of others for as long as PostgreSQL is slow.
///
/// # Errors
/// As [`query`]; `Unavailable` when the limit is reached.
pub async fn query_within<Q: Query>(env: &Env, query: Q, cx: &CallContext, limit_ms: u32) -> Result<Q::Reply, Refusal> {
    ask_within(env, &DatabaseKey::first(&cx.org), Ask(query), cx, limit_ms).await
}

/// See [`Inbox::Apply`]. All of it is of one object.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Apply(pub Packed);

/// What PostgreSQL did with a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Committed (or there already).
    Applied,
    /// It will never take these rows as they are.
    Refused {
        /// The SQLSTATE.
        sqlstate: String,
        /// PostgreSQL's message.
        error: String,
    },
}

impl Outcome {
    /// What the sender's outbox makes of it; `first` is the seq of the first row that was sent.
    ///
    /// # Errors
    /// `Refused` when the rows were.
    pub fn settled(self, first: i64) -> Result<(), Failure> {
        match self {
            Outcome::Applied => Ok(()),
            Outcome::Refused { sqlstate, error } => {
                Err(Failure::Refused { seq: first, error: format!("{sqlstate}: {error}") })
            }
        }
    }
}

/// See [`Inbox::Ping`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Ping {}

/// See [`Inbox::Stats`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Stats {}

/// The state of one shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = DatabaseHealth))]
pub struct Health {
    /// The shard.
    pub shard: u32,
    /// The circuit breaker: `closed`, `open`, `half_open`.
    pub breaker: String,
    /// Bytes of deliveries that wait for the next group commit.
    pub waiting_bytes: i64,
    /// How long the last statement took, in milliseconds.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub latency_ms: Option<i64>,
    /// Group commits since the object woke.
    pub commits: i64,
    /// Deliveries that were committed.
    pub applied: i64,
    /// Deliveries that were put off: PostgreSQL was away.
    pub deferred: i64,
    /// Deliveries that PostgreSQL refused.
    pub refused: i64,
    /// The last error.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_error: Option<String>,
    /// When the last error was.
    #[serde(default, with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub last_error_at: Option<Timestamp>,
}
