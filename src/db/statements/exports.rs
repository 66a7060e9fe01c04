//! What files have of requests beyond what the organisation's index has.

use base::refusal::Refusal;
use serde::{Deserialize, Serialize};

use super::versions::among;
use crate::db::query::{Postgres, Query};
use crate::domain::RequestId;
use crate::domain::request::export::Rest;

const RESTS: &str = "SELECT json_build_object('id', id, 'version', version, 'description', body ->> 'description', 'contact', body ->> 'contact',
                             'resolution', body ->> 'resolution', 'completed_at', (body ->> 'completed_at')::bigint)
     FROM requests WHERE org_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id";

/// The rest of each of these requests, as the read model has it; those that it has not heard of are absent.
#[derive(Debug, Serialize, Deserialize)]
pub struct RestsOf {
    /// The requests, at most 500.
    pub ids: Vec<RequestId>,
}

impl Query for RestsOf {
    const NAME: &'static str = "rests_of";
    type Reply = Vec<Rest>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(among(RESTS, postgres.org(), &self.ids)).await
    }
}
