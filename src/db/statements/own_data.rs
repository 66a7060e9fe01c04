//! What PostgreSQL has of one person, for that person.

use base::ids::UserId;
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::db::query::{Postgres, Query};

/// As many of each as an answer bears; the newest.
const MOST: u32 = 5_000;

/// `jsonb`, which PostgreSQL writes on one line, as replies of objects are. Nothing that only others may see: of requests what was reported, of events what the person did.
const OWN_DATA: &str = "SELECT jsonb_build_object(
    'account', (SELECT to_jsonb(account) FROM (
        SELECT id, name, email, username, role, status, language, phone, time_zone, start_page, created_at,
               (SELECT jsonb_agg(jsonb_build_object('issuer', issuer, 'subject', subject, 'linked_at', linked_at))
                FROM user_identities WHERE user_id = users.id) AS identities
        FROM users WHERE org_id = $1 AND id = $2::uuid) account),
    'requests', (SELECT coalesce(jsonb_agg(to_jsonb(request)), '[]') FROM (
        SELECT id, number, title, description, category, priority, status, contact, hazard, due_at, created_at, completed_at
        FROM requests WHERE org_id = $1 AND requester_id = $2::uuid
        ORDER BY created_at DESC, id DESC LIMIT $3::bigint) request),
    'events', (SELECT coalesce(jsonb_agg(to_jsonb(event)), '[]') FROM (
        SELECT event.ts, event.kind, event.body, event.visibility, event.request_id, request.number
        FROM request_events event LEFT JOIN requests request ON request.id = event.request_id
        WHERE event.actor_id = $2::uuid AND event.org_id = $1
        ORDER BY event.ts DESC LIMIT $3::bigint) event))";

/// What PostgreSQL has of somebody.
#[derive(Debug, Serialize, Deserialize)]
pub struct OwnData {
    /// The person.
    pub id: UserId,
}

/// As JSON, unread.
#[derive(Debug, Serialize, Deserialize)]
pub struct OwnRows {
    /// The account.
    pub account: Box<RawValue>,
    /// What they reported, newest first.
    pub requests: Box<RawValue>,
    /// What they did, latest first.
    pub events: Box<RawValue>,
}

impl Query for OwnData {
    const NAME: &'static str = "own_data";
    type Reply = Option<OwnRows>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement =
            Statement::new(OWN_DATA).bind(postgres.org().to_string()).bind(self.id.to_string()).bind(MOST.to_string());
        postgres.record(statement).await
    }
}
