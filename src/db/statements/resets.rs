//! Links that set a new password, for whoever has forgotten theirs.
//!
//! Each change writes its audit entry in its own transaction; a new password owes the end of all sessions.

use base::ids::UserId;
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::accounts::told;
use super::audit::written;
use super::invitations::NewLink;
use super::users::user;
use crate::db::query::{Postgres, Query};
use crate::domain::log::NewEntry;
use crate::domain::user::{AccountNews, Reset, UserRow};

const MAKE: &str = concat!(
    "WITH person AS (
         SELECT * FROM users
         WHERE org_id = $1 AND id = $2::uuid AND status = 'active' AND ($3::boolean OR role IN ('requester', 'technician'))
         FOR UPDATE
     ), before AS (
         UPDATE user_links SET replaced_at = ",
    time!("$4"),
    " FROM person WHERE user_links.user_id = person.id AND kind = 'reset' AND replaced_at IS NULL AND used_at IS NULL
     ), link AS (
         INSERT INTO user_links (hash, org_id, user_id, kind, created_at, expires_at)
         SELECT $5, org_id, id, 'reset', ",
    time!("$4"),
    ", ",
    time!("$6"),
    " FROM person
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $7, ",
    time!("$4"),
    ", $8::jsonb FROM person
     )
     SELECT ",
    user!(),
    " FROM person",
);

const FIND: &str = concat!(
    "SELECT json_build_object('user', (SELECT ",
    user!(),
    " FROM users WHERE users.id = link.user_id), 'organisation', organisations.name, 'expires_at', ",
    ms!("link.expires_at"),
    ", 'used_at', ",
    ms!("link.used_at"),
    ", 'replaced_at', ",
    ms!("link.replaced_at"),
    ")
     FROM user_links link
     JOIN organisations ON organisations.id = link.org_id
     WHERE link.org_id = $1 AND link.hash = $2 AND link.kind = 'reset'",
);

/// Of two at once the second waits for the row of the link, and finds it used.
const USE: &str = concat!(
    "WITH link AS (
         UPDATE user_links SET used_at = ",
    time!("$3"),
    " WHERE org_id = $1 AND hash = $2 AND kind = 'reset' AND used_at IS NULL AND replaced_at IS NULL AND expires_at > ",
    time!("$3"),
    " RETURNING user_id
     ), changed AS (
         UPDATE users SET password_hash = $4, version = version + 1, updated_at = ",
    time!("$3"),
    " FROM link WHERE users.id = link.user_id AND users.status = 'active'
         RETURNING users.*
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $5, updated_at, $6::jsonb FROM changed
     ), ends AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, news)
         SELECT org_id, id, version, updated_at, 'password_reset', $7::jsonb FROM changed
     )
     SELECT ",
    user!(),
    " FROM changed",
);

/// Makes a link for somebody who is active, and ends the ones before it; `None` where there is nobody, or nobody for whom the caller may.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeReset {
    /// The account.
    pub id: UserId,
    /// Also for managers and admins; otherwise for requesters and technicians alone.
    pub of_managers: bool,
    /// The link.
    pub link: NewLink,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for MakeReset {
    const NAME: &'static str = "make_reset";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, of_managers, link, entry } = self;
        let statement = Statement::new(MAKE)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(of_managers.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(link.hash)
            .bind(link.expires_at.as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?);
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}

/// The reset behind a link.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindReset {
    /// The SHA-256 of the token.
    pub hash: String,
}

impl Query for FindReset {
    const NAME: &'static str = "find_reset";
    type Reply = Option<Reset>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        found(postgres, &self.hash).await
    }
}

async fn found(postgres: &impl Postgres, hash: &str) -> Result<Option<Reset>, Refusal> {
    postgres.record(Statement::new(FIND).bind(postgres.org().to_string()).bind(hash.to_owned())).await
}

/// Sets a new password; the account after it. `NotFound` for a link that nobody made, `Conflict` for one that is over.
#[derive(Serialize, Deserialize)]
pub struct UseReset {
    /// The SHA-256 of the token.
    pub hash: String,
    /// Argon2id as a PHC string.
    pub password_hash: String,
    /// What the audit is told.
    pub entry: NewEntry,
    /// What the owner is told.
    #[serde(default)]
    pub news: Option<AccountNews>,
}

impl Query for UseReset {
    const NAME: &'static str = "use_reset";
    type Reply = UserRow;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { hash, password_hash, entry, news } = self;
        let now = postgres.now();
        let statement = Statement::new(USE)
            .bind(postgres.org().to_string())
            .bind(hash.clone())
            .bind(now.as_ms().to_string())
            .bind(password_hash)
            .bind(entry.id.to_string())
            .bind(written(&entry)?)
            .bind(told(news.as_ref())?);
        let changed = postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))?;
        if let Some(user) = changed {
            return Ok(user);
        }
        Reset::check(found(postgres, &hash).await?.ok_or(Refusal::NotFound)?.state(now))?;
        Err(Refusal::Internal)
    }
}
