//! The organisation, and its first admin.

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::query::{Postgres, Query};
use crate::domain::log::NewEntry;
use crate::domain::organisation::{Language, OrganisationName, TimeZone};
use crate::domain::user::{Email, PersonName, UserRow};

fn is_empty(org: &OrgId) -> Statement {
    Statement::new(
        "SELECT to_json(NOT EXISTS (SELECT 1 FROM users WHERE org_id = $1)
                        AND NOT EXISTS (SELECT 1 FROM organisations WHERE id = $1 AND set_up_at IS NOT NULL))",
    )
    .bind(org.to_string())
}

/// Of two at once the second waits for the row of the organisation, and finds that it was set up. Whoever was made by hand is
/// as good as an admin of ours: then nothing is set up any more.
const SET_UP: &str = concat!(
    "WITH organisation AS (
         INSERT INTO organisations AS known (id, name, time_zone, language, set_up_at)
         VALUES ($1, $2, $3, $4, ",
    time!("$5"),
    ")
         ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, time_zone = excluded.time_zone, language = excluded.language, set_up_at = excluded.set_up_at
         WHERE known.set_up_at IS NULL AND NOT EXISTS (SELECT 1 FROM users WHERE org_id = $1)
         RETURNING id, set_up_at
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT id, $6, set_up_at, $7::jsonb FROM organisation
     )
     INSERT INTO users (id, org_id, email, name, role, password_hash, language, created_at, updated_at)
     SELECT $8::uuid, id, $9, $10, 'admin', $11, $4, set_up_at, set_up_at FROM organisation
     RETURNING ",
    super::users::user!(),
);

fn set_up(org: &OrgId, message: &SetUp, now: Timestamp) -> Result<Statement, serde_json::Error> {
    let SetUp { organisation, time_zone, language, id, name, email, password_hash, entry } = message;
    Ok(Statement::new(SET_UP)
        .bind(org.to_string())
        .bind(organisation.to_string())
        .bind(time_zone.to_string())
        .bind(language.to_string())
        .bind(now.as_ms().to_string())
        .bind(entry.id.to_string())
        .bind(serde_json::to_string(entry)?)
        .bind(id.to_string())
        .bind(email.as_str().to_owned())
        .bind(name.to_string())
        .bind(password_hash.clone()))
}

/// Whether nobody has ever been in this installation.
#[derive(Debug, Serialize, Deserialize)]
pub struct IsEmpty {}

impl Query for IsEmpty {
    const NAME: &'static str = "is_empty";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<bool, Refusal> {
        Ok(postgres.record(is_empty(postgres.org())).await?.unwrap_or(false))
    }
}

/// Names the organisation and makes its first admin, once; `None` when it was set up before.
#[derive(Serialize, Deserialize)]
pub struct SetUp {
    /// What it is called.
    pub organisation: OrganisationName,
    /// Where its clock is.
    pub time_zone: TimeZone,
    /// What it speaks, and its first admin.
    pub language: Language,
    /// The first admin.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
    /// Their address.
    pub email: Email,
    /// Argon2id as a PHC string.
    pub password_hash: String,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for SetUp {
    const NAME: &'static str = "set_up";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = set_up(postgres.org(), &self, postgres.now()).map_err(|_| Refusal::Internal)?;
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}
