//! Entries on their way from PostgreSQL to the audit stream: what was changed here is told there. A change writes its entry in its
//! own transaction (`audit_owed`), and `jobs::audit` carries it on.

use base::ids::{EntryId, OrgId};
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::query::{Postgres, Query};
use crate::domain::log::NewEntry;

fn owed(org: &OrgId, limit: u32) -> Statement {
    Statement::new("SELECT entry FROM audit_owed WHERE org_id = $1 ORDER BY ts, id LIMIT $2::bigint")
        .bind(org.to_string())
        .bind(limit.to_string())
}

fn told(org: &OrgId, ids: &[EntryId]) -> Result<Statement, serde_json::Error> {
    let forget = "DELETE FROM audit_owed
         WHERE org_id = $1 AND id IN (SELECT jsonb_array_elements_text($2::jsonb))
         RETURNING to_json(id)";
    Ok(Statement::new(forget).bind(org.to_string()).bind(serde_json::to_string(ids)?))
}

/// An entry as a change writes it.
///
/// # Errors
/// `Internal` when it cannot be written as JSON; no entry causes that.
pub fn written(entry: &NewEntry) -> Result<String, Refusal> {
    serde_json::to_string(entry).map_err(|_| Refusal::Internal)
}

/// The entries that the audit stream may not have yet, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Owed {
    /// At most so many.
    pub limit: u32,
}

impl Query for Owed {
    const NAME: &'static str = "audit_owed";
    type Reply = Vec<NewEntry>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(owed(postgres.org(), self.limit)).await
    }
}

/// The audit stream has these.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// The entries.
    pub ids: Vec<EntryId>,
}

impl Query for Told {
    const NAME: &'static str = "audit_told";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<(), Refusal> {
        let statement = told(postgres.org(), &self.ids).map_err(|_| Refusal::Internal)?;
        postgres.write(statement).await.map(|_| ())
    }
}
