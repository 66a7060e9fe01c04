//! API keys as PostgreSQL has them: whose, what for, until when. Whether one holds is for the object of its secret to say.
//!
//! Each change writes its audit entry in its own transaction.

use base::ids::{KeyId, OrgId, SessionName, UserId};
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::audit::written;
use crate::db::query::{Postgres, Query};
use crate::domain::key::{KeyName, KeyRow, MOST_KEYS, SHOWN_AFTER_END_MS, Scope};
use crate::domain::log::NewEntry;
use crate::domain::{Limit, Position, Role};

const PAGE: &str = concat!(
    "SELECT json_build_object('id', api_keys.id, 'name', api_keys.name, 'scopes', scopes, 'role', role, 'status', status,
                              'owner', json_build_object('id', users.id, 'name', users.name), 'version', users.version,
                              'session', session, 'previous', previous, 'previous_until', ",
    ms!("previous_until"),
    ", 'created_at', ",
    ms!("api_keys.created_at"),
    ", 'expires_at', ",
    ms!("expires_at"),
    ", 'rotated_at', ",
    ms!("rotated_at"),
    ")
     FROM api_keys JOIN users ON users.id = api_keys.user_id
     WHERE api_keys.org_id = $1 AND ended_at IS NULL AND expires_at > ",
    time!("$2"),
    " AND ($3::uuid IS NULL OR user_id = $3::uuid) AND ($4::text IS NULL OR api_keys.id = $4)
       AND ($5::bigint IS NULL OR (",
    ms!("api_keys.created_at"),
    ", api_keys.id) > ($5::bigint, $6))
     ORDER BY ",
    ms!("api_keys.created_at"),
    ", api_keys.id
     LIMIT $7::bigint",
);

/// Behind the lock of the owner's row, so that of two at once each counts the other.
const MAKE: &str = concat!(
    "WITH person AS (
         SELECT * FROM users WHERE org_id = $1 AND id = $2::uuid AND status = 'active' AND role = $3
     ), made AS (
         INSERT INTO api_keys (id, org_id, user_id, name, scopes, session, created_at, expires_at)
         SELECT $4, org_id, id, $5, $6::jsonb, $7, ",
    time!("$8"),
    ", ",
    time!("$9"),
    " FROM person
         WHERE $10::bigint > (SELECT count(*) FROM api_keys
                              WHERE user_id = $2::uuid AND ended_at IS NULL AND expires_at > ",
    time!("$8"),
    ")
         RETURNING id
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $11, ",
    time!("$8"),
    ", $12::jsonb FROM made
     ), news AS (
         INSERT INTO news_owed (org_id, id, user_id, ts, news)
         SELECT $1, $11, $2::uuid, ",
    time!("$8"),
    ", ",
    security_changed!("'key_made'", "$5::text", "$12"),
    " FROM made
     )
     SELECT json_build_object('version', version, 'made', EXISTS (SELECT FROM made)) FROM person",
);

const CHANGE: &str = concat!(
    "WITH changed AS (
         UPDATE api_keys SET name = $4, scopes = $5::jsonb
         WHERE org_id = $1 AND id = $2 AND user_id = $3::uuid AND ended_at IS NULL
         RETURNING id
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $6, ",
    time!("$7"),
    ", $8::jsonb FROM changed
     )
     SELECT to_json(id) FROM changed",
);

const ROTATE: &str = concat!(
    "WITH changed AS (
         UPDATE api_keys SET session = $5, previous = session, previous_until = ",
    time!("$6"),
    ", rotated_at = ",
    time!("$7"),
    ", told_days = NULL, expires_at = ",
    time!("$8"),
    " WHERE org_id = $1 AND id = $2 AND user_id = $3::uuid AND session = $4 AND ended_at IS NULL
         RETURNING id, name
     ), news AS (
         INSERT INTO news_owed (org_id, id, user_id, ts, news)
         SELECT $1, $9, $3::uuid, ",
    time!("$7"),
    ", ",
    security_changed!("'key_rotated'", "name", "$10"),
    " FROM changed
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $9, ",
    time!("$7"),
    ", $10::jsonb FROM changed
     )
     SELECT to_json(id) FROM changed",
);

const END: &str = concat!(
    "WITH changed AS (
         UPDATE api_keys SET ended_at = ",
    time!("$3"),
    " WHERE org_id = $1 AND id = $2 AND ended_at IS NULL
         RETURNING id
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $4, ",
    time!("$3"),
    ", $5::jsonb FROM changed
     )
     SELECT to_json(id) FROM changed",
);

/// Keys that were not ended, oldest first; expired ones for a month.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageKeys {
    /// Of this person only.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// This one only.
    #[serde(default)]
    pub id: Option<KeyId>,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// One page of keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeysPage {
    /// The keys.
    pub items: Vec<KeyRow>,
    /// Where the next page begins, when more follow.
    #[serde(default)]
    pub next: Option<Position>,
}

impl Query for PageKeys {
    const NAME: &'static str = "page_keys";
    type Reply = KeysPage;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { owner, id, after, limit } = self;
        let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let statement = Statement::new(PAGE)
            .bind(postgres.org().to_string())
            .bind(postgres.now().plus_ms(-SHOWN_AFTER_END_MS).as_ms().to_string())
            .bind(owner.map(|owner| owner.to_string()))
            .bind(id.map(|id| id.to_string()))
            .bind(after.as_ref().map(|after| after.ts.to_string()))
            .bind(after.map(|after| after.id))
            .bind(most.saturating_add(1).to_string());
        let mut items: Vec<KeyRow> = postgres.records(statement).await?;
        let more = items.len() > most;
        items.truncate(most);
        let last = items.last().filter(|_| more);
        let next = last.map(|key| Position { ts: key.created_at.as_ms(), id: key.id.to_string() });
        Ok(KeysPage { items, next })
    }
}

/// Makes a key; nothing where its owner is not active, or in another role by now.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeKey {
    /// Whose it is.
    pub owner: UserId,
    /// What they are.
    pub role: Role,
    /// Its id.
    pub id: KeyId,
    /// What it is called.
    pub name: KeyName,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The object of its secret.
    pub session: SessionName,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the audit is told.
    pub entry: NewEntry,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeyMade {
    /// The version of the owner's account.
    pub version: i64,
    /// Whether it was made; not where the owner has as many as there may be.
    pub made: bool,
}

impl Query for MakeKey {
    const NAME: &'static str = "make_key";
    type Reply = Option<KeyMade>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { owner, role, id, name, scopes, session, expires_at, entry } = self;
        let org = postgres.org();
        let make = Statement::new(MAKE)
            .bind(org.to_string())
            .bind(owner.to_string())
            .bind(role.to_string())
            .bind(id.to_string())
            .bind(name.into_string())
            .bind(json(&scopes)?)
            .bind(session.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(expires_at.as_ms().to_string())
            .bind(MOST_KEYS.to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?);
        let rows = postgres.write_all(vec![lock(org, owner), make]).await?;
        let made = rows.last().map(|rows| rows.record()).transpose().map_err(|error| postgres.unreadable(error))?;
        Ok(made.flatten())
    }
}

/// Gives a key of somebody's another name and other scopes; whether there is one.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeKey {
    /// Whose it is.
    pub owner: UserId,
    /// Which one.
    pub id: KeyId,
    /// What it is called.
    pub name: KeyName,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for ChangeKey {
    const NAME: &'static str = "change_key";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<bool, Refusal> {
        let Self { owner, id, name, scopes, entry } = self;
        let statement = Statement::new(CHANGE)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(name.into_string())
            .bind(json(&scopes)?)
            .bind(entry.id.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(written(&entry)?);
        done(postgres, statement).await
    }
}

/// Gives a key of somebody's a new secret, beside which the one of before holds for a while; whether it still had that.
#[derive(Debug, Serialize, Deserialize)]
pub struct RotateKey {
    /// Whose it is.
    pub owner: UserId,
    /// Which one.
    pub id: KeyId,
    /// The object of the secret that was read.
    pub from: SessionName,
    /// The object of the new one.
    pub session: SessionName,
    /// Until when the one of before holds.
    pub previous_until: Timestamp,
    /// When the key ends.
    pub expires_at: Timestamp,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for RotateKey {
    const NAME: &'static str = "rotate_key";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<bool, Refusal> {
        let Self { owner, id, from, session, previous_until, expires_at, entry } = self;
        let statement = Statement::new(ROTATE)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(from.to_string())
            .bind(session.to_string())
            .bind(previous_until.as_ms().to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(expires_at.as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?);
        done(postgres, statement).await
    }
}

/// Ends a key; whether there was one.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndKey {
    /// Which one.
    pub id: KeyId,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for EndKey {
    const NAME: &'static str = "end_key";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<bool, Refusal> {
        let statement = Statement::new(END)
            .bind(postgres.org().to_string())
            .bind(self.id.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(self.entry.id.to_string())
            .bind(written(&self.entry)?);
        done(postgres, statement).await
    }
}

fn lock(org: &OrgId, owner: UserId) -> Statement {
    Statement::new("SELECT to_json(id) FROM users WHERE org_id = $1 AND id = $2::uuid FOR UPDATE")
        .bind(org.to_string())
        .bind(owner.to_string())
}

async fn done(postgres: &impl Postgres, statement: Statement) -> Result<bool, Refusal> {
    let found: Option<KeyId> = postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))?;
    Ok(found.is_some())
}

fn json(scopes: &[Scope]) -> Result<String, Refusal> {
    serde_json::to_string(scopes).map_err(|_| Refusal::Internal)
}
