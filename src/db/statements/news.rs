//! What the owners of accounts are told although nothing ends with it: written down by the statement of the change, told by `jobs::news`.
//!
//! What ends sessions, too, is in `accounts`.

use base::ids::{EntryId, UserId};
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::query::{Postgres, Query};
use crate::domain::key::TOLD_DAYS;
use crate::domain::user::{AccountNews, Actor, NewsOwed};

const OWED: &str = concat!(
    "SELECT json_build_object('user', user_id, 'id', id, 'news', news, 'ts', ",
    ms!("ts"),
    ") FROM news_owed
     WHERE org_id = $1 AND ($2::uuid IS NULL OR user_id = $2::uuid)
     ORDER BY ts, id
     LIMIT $3::bigint",
);

/// What was not told yet, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct OwedNews {
    /// Of this account only.
    #[serde(default)]
    pub id: Option<UserId>,
    /// At most so many.
    pub limit: u32,
}

impl Query for OwedNews {
    const NAME: &'static str = "owed_news";
    type Reply = Vec<NewsOwed>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(OWED)
            .bind(postgres.org().to_string())
            .bind(self.id.map(|id| id.to_string()))
            .bind(self.limit.to_string());
        postgres.records(statement).await
    }
}

/// Its owner has been told.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewsTold {
    /// What.
    pub id: EntryId,
}

impl Query for NewsTold {
    const NAME: &'static str = "news_told";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<(), Refusal> {
        let forget = Statement::new("DELETE FROM news_owed WHERE org_id = $1 AND id = $2 RETURNING to_json(id)");
        postgres.write(forget.bind(postgres.org().to_string()).bind(self.id.to_string())).await.map(|_| ())
    }
}

/// Of two days that have come the one that is closer to the end is told. A key that was given less time than that from the beginning is
/// not told of it: whoever made it knows.
const REMIND: &str = concat!(
    "WITH due AS (
         SELECT api_keys.id, min(days) AS days
         FROM api_keys
              JOIN users ON users.id = api_keys.user_id AND users.status = 'active'
              CROSS JOIN jsonb_array_elements_text($3::jsonb) AS day
              CROSS JOIN LATERAL (SELECT day::integer AS days) AS before
         WHERE api_keys.org_id = $1 AND ended_at IS NULL AND expires_at > ",
    time!("$2"),
    " AND expires_at <= ",
    time!("$2"),
    " + days * interval '24 hours' AND coalesce(rotated_at, api_keys.created_at) < expires_at - days * interval '24 hours'
         GROUP BY api_keys.id
     ), told AS (
         UPDATE api_keys SET told_days = due.days FROM due
         WHERE api_keys.id = due.id AND (told_days IS NULL OR told_days > due.days)
         RETURNING api_keys.*
     ), owed AS (
         INSERT INTO news_owed (org_id, id, user_id, ts, news)
         SELECT org_id, concat_ws('-', id, told_days, ",
    ms!("expires_at"),
    "), user_id, ",
    time!("$2"),
    ", $4::jsonb || jsonb_build_object('item', name, 'ends_at', ",
    ms!("expires_at"),
    ") FROM told
         ON CONFLICT DO NOTHING
     )
     SELECT to_json(count(*)) FROM told",
);

/// Writes down that the owners of API keys are to be told that one ends soon: once for each of [`TOLD_DAYS`] and each secret, however
/// often it is asked. Gives how many.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindOfKeys {}

impl Query for RemindOfKeys {
    const NAME: &'static str = "remind_of_keys";
    type Reply = u32;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let news = AccountNews::of("key_expires", Actor::System);
        let json = |value: serde_json::Result<String>| value.map_err(|_| Refusal::Internal);
        let statement = Statement::new(REMIND)
            .bind(postgres.org().to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(json(serde_json::to_string(&TOLD_DAYS))?)
            .bind(json(serde_json::to_string(&news))?);
        let written = postgres.write(statement).await?;
        Ok(written.record().map_err(|error| postgres.unreadable(error))?.unwrap_or_default())
    }
}
