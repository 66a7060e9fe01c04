//! People as administrators see them: given another role, disabled, let in again.
//!
//! Each change writes its audit entry in its own transaction.

use std::fmt;

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use mail::Mailbox;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::accounts::told;
use super::audit::written;
use super::users::{by_id, user};
use crate::db::directory;
use crate::db::query::{Postgres, Query};
use crate::domain::identity::IdentityLink;
use crate::domain::log::NewEntry;
use crate::domain::organisation::{Language, TimeZone, Weekday};
use crate::domain::text::SearchText;
use crate::domain::user::{AccountNews, Handover, Pending, UserRow, UserStatus};
use crate::domain::{Limit, Position, Role};

const PAGE: &str = concat!(
    "SELECT json_build_object('user', ",
    user!(),
    ", 'invitation', CASE WHEN status = 'invited' THEN
         (SELECT json_build_object('expires_at', ",
    ms!("link.expires_at"),
    ", 'asked_at', ",
    ms!("link.asked_at"),
    ", 'mailed', link.mailed) FROM user_links link
          WHERE link.user_id = users.id AND link.kind = 'invitation' ORDER BY link.created_at DESC, link.hash LIMIT 1) END,
         'identity', (SELECT json_build_object('issuer', link.issuer, 'linked_at', ",
    ms!("link.linked_at"),
    ") FROM user_identities link WHERE link.user_id = users.id ORDER BY link.linked_at DESC, link.issuer LIMIT 1))
     FROM users
     WHERE org_id = $1
       AND ($2::bigint IS NULL OR (",
    ms!("created_at"),
    ", id) > ($2::bigint, $3::uuid))
       AND ($4::text IS NULL OR role = $4) AND ($5::text IS NULL OR status = $5)
     ORDER BY ",
    ms!("created_at"),
    ", id
     LIMIT $6::bigint",
);

/// Behind the lock of the organisation's row, so that of two admins who take each other's role one is left.
const CHANGE: &str = concat!(
    "WITH wanted AS (
         SELECT id, role AS was, coalesce($3, role) AS role,
                CASE $4 WHEN 'active' THEN CASE WHEN password_hash IS NULL AND NOT EXISTS (SELECT 1 FROM user_identities WHERE user_id = users.id)
                                          THEN 'invited' ELSE 'active' END
                        ELSE coalesce($4, status) END AS status
         FROM users WHERE org_id = $1 AND id = $2::uuid
     ), changed AS (
         UPDATE users SET role = wanted.role, status = wanted.status, version = users.version + 1, updated_at = ",
    time!("$5"),
    " FROM wanted
         WHERE users.id = wanted.id AND (users.role, users.status) IS DISTINCT FROM (wanted.role, wanted.status)
           AND (users.role <> 'admin' OR users.status <> 'active'
                OR wanted.role = 'admin' AND wanted.status = 'active'
                OR EXISTS (SELECT 1 FROM users other
                           WHERE other.org_id = $1 AND other.id <> users.id AND other.role = 'admin' AND other.status = 'active'))
         RETURNING users.*
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $6, updated_at, $7::jsonb FROM changed
     ), ends AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, work, news)
         SELECT changed.org_id, changed.id, changed.version, changed.updated_at, 'changed', $8::jsonb,
                CASE WHEN changed.role <> wanted.was AND changed.status = 'active' THEN $9::jsonb END
         FROM changed JOIN wanted ON wanted.id = changed.id
     ), keys AS (
         UPDATE api_keys SET ended_at = changed.updated_at FROM changed
         WHERE api_keys.user_id = changed.id AND api_keys.ended_at IS NULL
     )
     SELECT ",
    user!(),
    " FROM changed",
);

/// Somebody who is written to.
#[derive(Debug, Serialize, Deserialize)]
pub struct WriteTo {
    /// The account.
    pub id: UserId,
}

/// What a letter to somebody needs.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reader {
    /// Their address, if they have one.
    pub email: Option<String>,
    /// Their name.
    pub name: String,
    /// Their language, or else the organisation's.
    pub language: Language,
    /// What the organisation is called.
    pub organisation: String,
    /// Whether they may sign in; a release before this one does not tell.
    #[serde(default)]
    pub is_active: bool,
    /// Where their clock is, or else the organisation's.
    #[serde(default)]
    pub time_zone: Option<TimeZone>,
    /// The first day of the organisation's week, where it has said one.
    #[serde(default)]
    pub week_start: Option<Weekday>,
    /// Whether nothing is mailed to their address, since it has bounced.
    #[serde(default)]
    pub is_paused: bool,
    /// Who mails come from, where the organisation says it.
    #[serde(default)]
    pub sender: Option<String>,
}

impl Reader {
    /// Who writes to them, where that is not the deployment's sender.
    pub fn sender(&self) -> Option<Mailbox> {
        self.sender.as_deref().and_then(Mailbox::parse)
    }
}

impl fmt::Debug for Reader {
    /// Not the address: it must not reach a log by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reader").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Query for WriteTo {
    const NAME: &'static str = "write_to";
    type Reply = Option<Reader>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(concat!(
            "SELECT json_build_object('email', users.email, 'name', users.name, 'organisation', organisations.name, 'is_active', users.status = 'active',
                                      'is_paused', users.mail_paused IS NOT NULL,
                                      'language', coalesce(users.language, organisations.language),
                                      'time_zone', coalesce(users.time_zone, organisations.time_zone),
                                      'week_start', ",
            newest_setting!("week_start"),
            ", 'sender', ",
            newest_setting!("mail_from"),
            ")
             FROM users JOIN organisations ON organisations.id = users.org_id
             WHERE users.org_id = $1 AND users.id = $2::uuid",
        ));
        postgres.record(statement.bind(postgres.org().to_string()).bind(self.id.to_string())).await
    }
}

/// A page of people, oldest account first.
#[derive(Debug, Serialize, Deserialize)]
pub struct PagePeople {
    /// The name or the address contains this, in any spelling that folds alike.
    #[serde(default)]
    pub q: Option<SearchText>,
    /// With this role only.
    #[serde(default)]
    pub role: Option<Role>,
    /// In this state only.
    #[serde(default)]
    pub status: Option<UserStatus>,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// Somebody, and the invitation that they have not accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PersonRow {
    /// The account.
    pub user: UserRow,
    /// The last invitation.
    #[serde(default)]
    pub invitation: Option<Pending>,
    /// The newest link with an identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityLink>,
}

impl AsRef<UserRow> for PersonRow {
    fn as_ref(&self) -> &UserRow {
        &self.user
    }
}

/// One page of people.
#[derive(Debug, Serialize, Deserialize)]
pub struct PeoplePage {
    /// The people.
    pub items: Vec<PersonRow>,
    /// Where the next page begins, when more may follow.
    #[serde(default)]
    pub next: Option<Position>,
}

impl Query for PagePeople {
    const NAME: &'static str = "page_people";
    type Reply = PeoplePage;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { q, role, status, after, limit } = self;
        let read = async |after: Option<&Position>, count: u32| {
            let statement = Statement::new(PAGE)
                .bind(postgres.org().to_string())
                .bind(after.map(|after| after.ts.to_string()))
                .bind(after.map(|after| after.id.clone()))
                .bind(role.map(|role| role.to_string()))
                .bind(status.map(|status| status.to_string()))
                .bind(count.saturating_add(1).to_string());
            postgres.records::<PersonRow>(statement).await
        };
        let (items, next) = directory::page(q.as_ref(), after, limit, read).await?;
        Ok(PeoplePage { items, next })
    }
}

/// Gives somebody another role or state; the account after it. Told again, it changes nothing. `NotFound` where there is nobody;
/// `Conflict` with `last_admin` where nobody would be left who administers.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeUser {
    /// The account.
    pub id: UserId,
    /// What they will be.
    #[serde(default)]
    pub role: Option<Role>,
    /// Whether they may come in. Whoever has never accepted an invitation is invited again instead of active.
    #[serde(default)]
    pub status: Option<UserStatus>,
    /// Whose their open work becomes.
    #[serde(default)]
    pub work: Option<Handover>,
    /// What the audit is told.
    pub entry: NewEntry,
    /// What they are told of another role.
    #[serde(default)]
    pub news: Option<AccountNews>,
}

impl Query for ChangeUser {
    const NAME: &'static str = "change_user";
    type Reply = UserRow;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, role, status, work, entry, news } = self;
        let work = work.map(|work| serde_json::to_string(&work)).transpose().map_err(|_| Refusal::Internal)?;
        let org = postgres.org();
        let change = Statement::new(CHANGE)
            .bind(org.to_string())
            .bind(id.to_string())
            .bind(role.map(|role| role.to_string()))
            .bind(status.map(|status| status.to_string()))
            .bind(postgres.now().as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?)
            .bind(work)
            .bind(told(news.as_ref())?);
        let rows = postgres.write_all(vec![lock(org), change]).await?;
        let changed = rows.last().map(|rows| rows.record()).transpose().map_err(|error| postgres.unreadable(error))?;
        if let Some(user) = changed.flatten() {
            return Ok(user);
        }
        let known: UserRow = postgres.record(by_id(org, id)).await?.ok_or(Refusal::NotFound)?;
        let is_in = |status: UserStatus| status != UserStatus::Disabled;
        let is_as_told = role.is_none_or(|role| role == known.role)
            && status.is_none_or(|status| is_in(status) == is_in(known.status));
        if is_as_told {
            return Ok(known);
        }
        Err(Refusal::conflict(
            "last_admin",
            "Nobody would be left who administers. Make somebody else an administrator first.",
        ))
    }
}

fn lock(org: &OrgId) -> Statement {
    Statement::new("SELECT to_json(id) FROM organisations WHERE id = $1 FOR UPDATE").bind(org.to_string())
}
