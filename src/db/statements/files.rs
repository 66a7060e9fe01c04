//! The files that the read model knows of: for the sweep, which compares them with the objects and the bucket.

use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::query::{Postgres, Query};
use crate::domain::{OrgId, RequestId};

/// A request that has files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFiles {
    /// The request.
    pub id: RequestId,
    /// The version of the row.
    pub version: i64,
    /// How many files it has.
    pub count: i64,
    /// Their ids and sizes: `id size,id size`.
    pub files: String,
}

/// Requests that have files, in the order of their ids, after one of them. A snapshot names its files only where it has some.
pub fn with_files(org: &OrgId, after: Option<RequestId>, limit: u32) -> Statement {
    Statement::new(
        "SELECT json_build_object('id', id, 'version', version, 'count', jsonb_array_length(body -> 'attachments'), 'files', (
             SELECT string_agg((file ->> 'id') || ' ' || (file ->> 'size'), ',' ORDER BY place)
             FROM jsonb_array_elements(body -> 'attachments') WITH ORDINALITY AS files (file, place)))
         FROM requests
         WHERE org_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid) AND body ? 'attachments'
         ORDER BY id
         LIMIT $3::bigint",
    )
    .bind(org.to_string())
    .bind(after.map(|after| after.to_string()))
    .bind(limit.to_string())
}

/// A page of requests that have files.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageFiles {
    /// Behind this one.
    #[serde(default)]
    pub after: Option<RequestId>,
    /// At most so many.
    pub limit: u32,
}

impl Query for PageFiles {
    const NAME: &'static str = "page_files";
    type Reply = Vec<RequestFiles>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(with_files(postgres.org(), self.after, self.limit)).await
    }
}
