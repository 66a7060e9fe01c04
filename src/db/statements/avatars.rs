//! Portraits of people: who has which.

use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::db::query::{Postgres, Query};
use crate::domain::user::AvatarId;
use crate::domain::{OrgId, UserId};

/// So many are told at once.
const MOST: u32 = 10_000;

/// Gives an active user this portrait, or none.
pub fn set(org: &OrgId, id: UserId, avatar: Option<&AvatarId>, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "UPDATE users
         SET avatar = $3, updated_at = ",
        time!("$4"),
        "
         WHERE org_id = $1 AND id = $2::uuid AND status = 'active'
         RETURNING json_build_object('id', id)",
    ))
    .bind(org.to_string())
    .bind(id.to_string())
    .bind(avatar.map(ToString::to_string))
    .bind(now.as_ms().to_string())
}

/// Everybody who has a portrait, whatever became of their account: what they did is still shown.
pub fn all(org: &OrgId) -> Statement {
    Statement::new(
        "SELECT coalesce(json_agg(json_build_object('id', id, 'avatar', avatar)), '[]')
         FROM (SELECT id, avatar FROM users WHERE org_id = $1 AND avatar IS NOT NULL ORDER BY id LIMIT $2::bigint) AS portrayed",
    )
    .bind(org.to_string())
    .bind(MOST.to_string())
}

/// Gives an active user a portrait, or takes it away; whether there is such a user.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetAvatar {
    /// The user.
    pub id: UserId,
    /// The portrait.
    #[serde(default)]
    pub avatar: Option<AvatarId>,
}

impl Query for SetAvatar {
    const NAME: &'static str = "set_avatar";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let written = postgres.write(set(postgres.org(), self.id, self.avatar.as_ref(), postgres.now())).await?;
        let set: Option<Value> = written.record().map_err(|error| postgres.unreadable(error))?;
        Ok(set.is_some())
    }
}

/// Everybody who has a portrait: a list of [`Portrayed`](crate::domain::user::Portrayed), as JSON that is handed on.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListAvatars {}

impl Query for ListAvatars {
    const NAME: &'static str = "list_avatars";
    type Reply = Box<RawValue>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let all: Option<Value> = postgres.record(all(postgres.org())).await?;
        to_raw_value(&all.unwrap_or_default()).map_err(|_| Refusal::Internal)
    }
}
