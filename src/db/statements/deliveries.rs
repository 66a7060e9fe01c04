//! What was sent to whom and what became of it: copies of what the inboxes say, for lists. They are kept for 90 days.

use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::query::{Postgres, Query};
use crate::domain::mailed::Mailed;
use crate::domain::notify::{Channel, Delivered, DeliveryId, DeliveryState};
use crate::domain::request::RequestId;
use crate::domain::user::Person;
use crate::domain::{Limit, Position, UserId};

/// With each report some that are too old go: as many as may have come.
const REPORT: &str = "WITH old AS (
         DELETE FROM deliveries WHERE (org_id, id) IN (
             SELECT org_id, id FROM deliveries WHERE org_id = $1 AND created_at < now() - interval '90 days' ORDER BY created_at, id LIMIT 200)
     )
     INSERT INTO deliveries AS stored (org_id, id, user_id, channel, kind, request_id, number, state, tries, last, version, created_at)
     SELECT $1, id, user_id, channel, kind, request_id, number, state, tries, last, version, 'epoch'::timestamptz + created_at * interval '1 millisecond'
     FROM jsonb_to_recordset($2::jsonb) AS told
         (id text, user_id uuid, channel text, kind text, request_id uuid, number text, state text, tries integer, last jsonb, version bigint,
          created_at bigint)
     WHERE EXISTS (SELECT 1 FROM users WHERE users.org_id = $1 AND users.id = told.user_id)
     ORDER BY id
     ON CONFLICT (org_id, id) DO UPDATE SET
          number = excluded.number, state = excluded.state, tries = excluded.tries, last = excluded.last, version = excluded.version
     WHERE excluded.version > stored.version";

/// A `Row`, without the JSON of nulls in front of what PostgreSQL can leave out.
const PAGE: &str = concat!(
    "SELECT json_build_object('delivery', json_build_object('id', deliveries.id, 'channel', channel, 'kind', kind, 'request', request_id,
                              'number', number, 'state', state, 'tries', tries, 'last', last, 'created_at', to_char(deliveries.created_at AT TIME ZONE 'UTC',
                              'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')),
                              'user', json_build_object('id', users.id, 'name', users.name))
     FROM deliveries JOIN users ON users.id = deliveries.user_id
     WHERE deliveries.org_id = $1
       AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR channel = $3)
       AND ($4::bigint IS NULL OR (deliveries.created_at, deliveries.id) < (",
    time!("$4"),
    ", $5))
     ORDER BY deliveries.created_at DESC, deliveries.id DESC
     LIMIT $6::bigint",
);

const OF_REQUEST: &str = "SELECT json_build_object('user', json_build_object('id', users.id, 'name', users.name), 'channel', channel, 'state', state,
                             'at', last ->> 'at', 'kind', kind)
     FROM deliveries JOIN users ON users.id = deliveries.user_id
     WHERE deliveries.org_id = $1 AND request_id = $2::uuid AND state IN ('refused', 'parked')
     ORDER BY deliveries.created_at DESC, deliveries.id DESC
     LIMIT 20";

/// What an inbox says of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub id: DeliveryId,
    /// Whom.
    pub user_id: UserId,
    /// By which way.
    pub channel: Channel,
    /// What is told.
    pub kind: String,
    /// The request.
    pub request_id: Option<RequestId>,
    /// Its number.
    pub number: Option<String>,
    /// What has become of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// What the last try came to.
    pub last: Option<Mailed>,
    /// Counts what the inbox says of it.
    pub version: i64,
    /// When it was told, in milliseconds.
    pub created_at: i64,
}

/// Keeps what an inbox says. What is older than what is kept changes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReportDeliveries {
    /// At most 100.
    pub rows: Vec<Report>,
}

impl Query for ReportDeliveries {
    const NAME: &'static str = "report_deliveries";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<(), Refusal> {
        let rows = serde_json::to_string(&self.rows).map_err(|_| Refusal::Internal)?;
        postgres.write(Statement::new(REPORT).bind(postgres.org().to_string()).bind(rows)).await.map(|_| ())
    }
}

/// A page of deliveries, newest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageDeliveries {
    /// In this state only.
    #[serde(default)]
    pub state: Option<DeliveryState>,
    /// By this way only.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// A delivery, and to whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryRow {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivered,
    /// To whom.
    pub user: Person,
}

#[derive(Deserialize)]
struct Stored {
    delivery: Delivered,
    user: Person,
}

/// One page of deliveries.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeliveriesPage {
    /// The deliveries.
    pub items: Vec<DeliveryRow>,
    /// Where the next page begins, when more may follow.
    #[serde(default)]
    pub next: Option<Position>,
}

impl Query for PageDeliveries {
    const NAME: &'static str = "page_deliveries";
    type Reply = DeliveriesPage;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let most = self.limit.get() as usize;
        let statement = Statement::new(PAGE)
            .bind(postgres.org().to_string())
            .bind(self.state.map(|state| state.to_string()))
            .bind(self.channel.map(|channel| channel.to_string()))
            .bind(self.after.as_ref().map(|after| after.ts.to_string()))
            .bind(self.after.map(|after| after.id))
            .bind(most.saturating_add(1).to_string());
        let rows: Vec<Stored> = postgres.records(statement).await?;
        let is_more = rows.len() > most;
        let rows = rows.into_iter().take(most).map(|Stored { delivery, user }| DeliveryRow { delivery, user });
        let items: Vec<DeliveryRow> = rows.collect();
        let last = items.last().filter(|_| is_more).map(|row| &row.delivery);
        let next = last.map(|last| Position { ts: last.created_at.as_ms(), id: last.id.to_string() });
        Ok(DeliveriesPage { items, next })
    }
}

/// What of a request did not arrive.
#[derive(Debug, Serialize, Deserialize)]
pub struct FailedDeliveries {
    /// The request.
    pub request: RequestId,
}

/// Something that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedDelivery {
    /// Whom it did not reach.
    pub user: Person,
    /// By which way.
    pub channel: Channel,
    /// What was told: the `kind` of the event.
    pub kind: String,
    /// Refused, or parked.
    pub state: DeliveryState,
    /// When it was last tried.
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Option<String>, format = DateTime))]
    pub at: Option<String>,
}

impl Query for FailedDeliveries {
    const NAME: &'static str = "failed_deliveries";
    type Reply = Vec<FailedDelivery>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(OF_REQUEST).bind(postgres.org().to_string()).bind(self.request.to_string());
        postgres.records(statement).await
    }
}
