//! Addresses that nothing is sent to: a provider said that there is no such mailbox, or its owner took us for spam.
//!
//! A pause is of the address, so it goes with it (a trigger of migration 0015). Whoever has it tried again is told of by nothing that
//! happened before. Each change writes its audit entry in its own statement.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::audit::written;
use crate::db::query::{Postgres, Query};
use crate::domain::UserId;
use crate::domain::log::NewEntry;
use crate::domain::user::Person;

const PAUSE: &str = concat!(
    "WITH paused AS (
         UPDATE users SET mail_paused = $3::jsonb
         WHERE org_id = $1 AND lower(email) = lower($2) AND mail_paused IS NULL
           AND (mail_resumed_at IS NULL OR mail_resumed_at < ",
    time!("$4"),
    ")
         RETURNING org_id, id
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry)
         SELECT org_id, $5, ",
    time!("$6"),
    ", jsonb_set($7::jsonb, '{fields,object,id}', to_jsonb(id)) FROM paused
         ON CONFLICT DO NOTHING
     )
     SELECT to_json(id) FROM paused",
);

const RESUME: &str = concat!(
    "WITH resumed AS (
         UPDATE users SET mail_paused = NULL, mail_resumed_at = ",
    time!("$3"),
    " WHERE org_id = $1 AND id = $2::uuid AND mail_paused IS NOT NULL
         RETURNING org_id, id
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $4, ",
    time!("$3"),
    ", $5::jsonb FROM resumed
     )
     SELECT to_json(id) FROM resumed",
);

const LIST: &str = "SELECT json_build_object('user', json_build_object('id', id, 'name', name), 'pause', mail_paused)
     FROM users WHERE org_id = $1 AND mail_paused IS NOT NULL ORDER BY mail_paused ->> 'at' DESC, id LIMIT 200";

/// Why nothing is sent to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pause {
    /// Since when.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// `bounced`: there is no such mailbox; `complained`: its owner took a mail for spam.
    pub why: String,
    /// The provider's own words. For administrators: they may name an address.
    #[serde(default)]
    pub words: String,
}

/// Sends nothing more to an address, if somebody has it; who that is, if it was not paused already.
#[derive(Serialize, Deserialize)]
pub struct PauseMail {
    /// The address.
    pub address: String,
    /// Why, and since when.
    pub pause: Pause,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl std::fmt::Debug for PauseMail {
    /// Not the address: it must not reach a log by accident.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PauseMail").field("why", &self.pause.why).finish_non_exhaustive()
    }
}

impl Query for PauseMail {
    const NAME: &'static str = "pause_mail";
    type Reply = Option<UserId>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { address, pause, entry } = self;
        let statement = Statement::new(PAUSE)
            .bind(postgres.org().to_string())
            .bind(address)
            .bind(serde_json::to_string(&pause).map_err(|_| Refusal::Internal)?)
            .bind(pause.at.as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(written(&entry)?);
        let rows = postgres.write(statement).await?;
        rows.record().map_err(|error| postgres.unreadable(error))
    }
}

/// Sends to somebody's address again; whether nothing was sent until now.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResumeMail {
    /// The account.
    pub id: UserId,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for ResumeMail {
    const NAME: &'static str = "resume_mail";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<bool, Refusal> {
        let statement = Statement::new(RESUME)
            .bind(postgres.org().to_string())
            .bind(self.id.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(self.entry.id.to_string())
            .bind(written(&self.entry)?);
        let rows = postgres.write(statement).await?;
        let resumed: Option<UserId> = rows.record().map_err(|error| postgres.unreadable(error))?;
        Ok(resumed.is_some())
    }
}

/// Whether nothing is sent to somebody's address.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindMailPause {
    /// The account.
    pub id: UserId,
}

impl Query for FindMailPause {
    const NAME: &'static str = "find_mail_pause";
    type Reply = Option<Pause>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let find = "SELECT mail_paused FROM users WHERE org_id = $1 AND id = $2::uuid AND mail_paused IS NOT NULL";
        postgres.record(Statement::new(find).bind(postgres.org().to_string()).bind(self.id.to_string())).await
    }
}

/// Whose addresses nothing is sent to, newest first; at most 200.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListMailPauses {}

/// Somebody whose address nothing is sent to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PausedPerson {
    /// Who.
    pub user: Person,
    /// Why, and since when.
    pub pause: Pause,
}

impl Query for ListMailPauses {
    const NAME: &'static str = "list_mail_pauses";
    type Reply = Vec<PausedPerson>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(Statement::new(LIST).bind(postgres.org().to_string())).await
    }
}
