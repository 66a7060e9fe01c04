//! The contract of the DatabaseObject: one shard of connections to PostgreSQL.

use base::cursor::Position;
use base::ids::{OrgId, UserId};
use base::page::Limit;
use base::time::{Timestamp, rfc3339};
use durable::Key;
use durable::actor_api;
use durable::outbox::Failure;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use worker::Env;

use crate::domain::delivery::Packed;
use crate::domain::request::RequestId;
use crate::domain::text::SearchText;
use crate::domain::user::PersonName;
use crate::domain::user::Role;
use crate::domain::user::UserRow;
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

actor_api! {
    /// One shard: a connection kept open, and batches committed as groups.
    actor Database { binding: "DATABASE", context: CallContext, key: DatabaseKey, watch: () }

    /// Writes an object's rows to the read model; answers only after COMMIT. `Unavailable` is worth another try.
    apply(Apply) -> Outcome;
    /// The user with an address, with the password hash; for sign-in alone.
    find_credentials(FindCredentials) -> Option<UserRow>;
    /// One user, without the hash.
    find_user(FindUser) -> Option<User>;
    /// Active users, by name.
    list_users(ListUsers) -> Vec<User>;
    /// A page of users, disabled ones among them, oldest account first.
    page_users(PageUsers) -> UserPage;
    /// Whether there is such a user, disabled or not.
    knows_user(KnowsUser) -> bool;
    /// Gives an active user another name; the user after it, or nothing when there is no such user. `Invalid` for a name
    /// that reads as somebody else's on the staff, or as the system's.
    rename_user(RenameUser) -> Option<User>;
    /// Which versions of these requests the read model has.
    synced(Synced) -> Vec<SyncedVersion>;
    /// The read model's side of one request.
    read_model(ReadModel) -> Option<Box<RawValue>>;
    /// Whether PostgreSQL answers, and how fast.
    ping(Ping) -> Health;
    /// The state of the shard, without asking PostgreSQL.
    stats(Stats) -> Health;
}

/// See [`Handler::apply`]. All of it is of one object.
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

/// See [`Handler::find_credentials`].
#[derive(Debug, Serialize, Deserialize)]
pub struct FindCredentials {
    /// The address, in lower case.
    pub email: String,
}

/// See [`Handler::find_user`].
#[derive(Debug, Serialize, Deserialize)]
pub struct FindUser {
    /// The user.
    pub id: UserId,
}

/// See [`Handler::list_users`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ListUsers {
    /// With this role only.
    #[serde(default)]
    pub role: Option<Role>,
}

/// A user as pickers show one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The role.
    pub role: Role,
}

/// See [`Handler::page_users`].
#[derive(Debug, Serialize, Deserialize)]
pub struct PageUsers {
    /// The name or the address contains this, in any spelling that folds alike.
    #[serde(default)]
    pub q: Option<SearchText>,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// One page of users.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserPage {
    /// The users.
    pub items: Vec<User>,
    /// Where the next page begins, when more may follow; a search among very many has pages with few users, or none.
    #[serde(default)]
    pub next: Option<Position>,
}

/// See [`Handler::knows_user`].
#[derive(Debug, Serialize, Deserialize)]
pub struct KnowsUser {
    /// The user.
    pub id: UserId,
}

/// See [`Handler::rename_user`].
#[derive(Debug, Serialize, Deserialize)]
pub struct RenameUser {
    /// The user.
    pub id: UserId,
    /// The new name.
    pub name: PersonName,
}

/// See [`Handler::synced`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Synced {
    /// The requests, at most 500.
    pub ids: Vec<RequestId>,
}

/// The version of a request that the read model has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SyncedVersion {
    /// The request.
    pub id: RequestId,
    /// Its epoch.
    pub epoch: i64,
    /// Its version.
    pub version: i64,
}

/// See [`Handler::read_model`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadModel {
    /// The request.
    pub id: RequestId,
}

/// See [`Handler::ping`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Ping {}

/// See [`Handler::stats`].
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
