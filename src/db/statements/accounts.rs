//! What people do to their own accounts, and what a change of an account still ends.
//!
//! A change writes its audit entry, and what it ends in objects, in its own transaction: see `jobs::accounts`.

use base::ids::{OrgId, SessionName, UserId};
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::audit::written;
use super::users::{credentials_of, user};
use crate::db::query::{Postgres, Query};
use crate::domain::log::NewEntry;
use crate::domain::organisation::Language;
use crate::domain::user::{AccountNews, AccountOwed, Preferences, UserRow};

const CHANGE_PASSWORD: &str = concat!(
    "WITH changed AS (
         UPDATE users SET password_hash = $4, version = version + 1, updated_at = ",
    time!("$5"),
    " WHERE org_id = $1 AND id = $2::uuid AND version = $3::bigint AND status = 'active'
         RETURNING *
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $6, updated_at, $7::jsonb FROM changed
     ), ends AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, keep, news)
         SELECT org_id, id, version, updated_at, 'password_changed', $8, $9::jsonb FROM changed
     ), links AS (
         UPDATE user_links SET replaced_at = changed.updated_at FROM changed
         WHERE user_links.user_id = changed.id AND kind = 'reset' AND replaced_at IS NULL AND used_at IS NULL
     )
     SELECT ",
    user!(),
    " FROM changed",
);

const OWED: &str = concat!(
    "SELECT json_build_object('id', user_id, 'version', version, 'reason', reason, 'keep', keep, 'work', work, 'news', news, 'ts', ",
    ms!("ts"),
    ")
     FROM account_owed
     WHERE org_id = $1 AND ($2::uuid IS NULL OR user_id = $2::uuid)
     ORDER BY ts, version
     LIMIT $3::bigint",
);

const ENDED: &str = "DELETE FROM account_owed WHERE org_id = $1 AND user_id = $2::uuid AND version = $3::bigint
     RETURNING to_json(version)";

/// An account, disabled or not, with the password hash; for whoever proves again who they are.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindOwnCredentials {
    /// The account.
    pub id: UserId,
}

impl Query for FindOwnCredentials {
    const NAME: &'static str = "find_own_credentials";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.record(credentials_of(postgres.org(), self.id)).await
    }
}

/// Gives an active account another password; the account after it, or nothing where it is no longer as it was read.
#[derive(Serialize, Deserialize)]
pub struct ChangePassword {
    /// The account.
    pub id: UserId,
    /// The version that was read.
    pub version: i64,
    /// Argon2id as a PHC string.
    pub password_hash: String,
    /// The session that goes on.
    #[serde(default)]
    pub keep: Option<SessionName>,
    /// What the audit is told.
    pub entry: NewEntry,
    /// What the owner is told.
    #[serde(default)]
    pub news: Option<AccountNews>,
}

impl Query for ChangePassword {
    const NAME: &'static str = "change_password";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, version, password_hash, keep, entry, news } = self;
        let statement = Statement::new(CHANGE_PASSWORD)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(version.to_string())
            .bind(password_hash)
            .bind(postgres.now().as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?)
            .bind(keep.map(|session| session.to_string()))
            .bind(told(news.as_ref())?);
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}

/// What the owner of an account is told, as PostgreSQL keeps it.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub(super) fn told(news: Option<&AccountNews>) -> Result<Option<String>, Refusal> {
    news.map(serde_json::to_string).transpose().map_err(|_| Refusal::Internal)
}

/// What changes of accounts have not ended yet, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct OwedByAccounts {
    /// Of this account only.
    #[serde(default)]
    pub id: Option<UserId>,
    /// At most so many.
    pub limit: u32,
}

impl Query for OwedByAccounts {
    const NAME: &'static str = "owed_by_accounts";
    type Reply = Vec<AccountOwed>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(owed(postgres.org(), self.id, self.limit)).await
    }
}

fn owed(org: &OrgId, id: Option<UserId>, limit: u32) -> Statement {
    Statement::new(OWED).bind(org.to_string()).bind(id.map(|id| id.to_string())).bind(limit.to_string())
}

/// What a change of an account had to end has ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccountSettled {
    /// The account.
    pub id: UserId,
    /// The version that the change made.
    pub version: i64,
}

impl Query for AccountSettled {
    const NAME: &'static str = "account_settled";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<(), Refusal> {
        let statement = Statement::new(ENDED)
            .bind(postgres.org().to_string())
            .bind(self.id.to_string())
            .bind(self.version.to_string());
        postgres.write(statement).await.map(|_| ())
    }
}

const PREFERENCES: &str = "SELECT json_build_object('phone', phone, 'time_zone', time_zone, 'start_page', start_page)
     FROM users WHERE org_id = $1 AND id = $2::uuid AND status = 'active'";

const SAVE_PREFERENCES: &str = concat!(
    "UPDATE users SET phone = $3, time_zone = $4, start_page = $5, updated_at = ",
    time!("$6"),
    " WHERE org_id = $1 AND id = $2::uuid AND status = 'active' RETURNING to_json(id)"
);

const LANGUAGE: &str = "SELECT json_build_object('language', language)
     FROM users WHERE org_id = $1 AND id = $2::uuid AND status = 'active'";

const SAVE_LANGUAGE: &str = concat!(
    "UPDATE users SET language = $3, updated_at = ",
    time!("$4"),
    " WHERE org_id = $1 AND id = $2::uuid AND status = 'active' RETURNING to_json(id)"
);

/// What somebody chose; nothing where there is no such active account.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindPreferences {
    /// The account.
    pub id: UserId,
}

impl Query for FindPreferences {
    const NAME: &'static str = "find_preferences";
    type Reply = Option<Preferences>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let find = Statement::new(PREFERENCES).bind(postgres.org().to_string()).bind(self.id.to_string());
        postgres.record(find).await
    }
}

/// Keeps what somebody chose, in place of what they chose before; whether there is such an active account.
#[derive(Serialize, Deserialize)]
pub struct SavePreferences {
    /// The account.
    pub id: UserId,
    /// What they chose.
    pub preferences: Preferences,
}

impl Query for SavePreferences {
    const NAME: &'static str = "save_preferences";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, preferences: Preferences { phone, time_zone, start_page } } = self;
        let save = Statement::new(SAVE_PREFERENCES)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(phone.map(|phone| phone.to_string()))
            .bind(time_zone.map(|zone| zone.to_string()))
            .bind(start_page.map(|page| page.to_string()))
            .bind(postgres.now().as_ms().to_string());
        let saved: Option<UserId> = postgres.write(save).await?.record().map_err(|error| postgres.unreadable(error))?;
        Ok(saved.is_some())
    }
}

/// The language that somebody chose; nothing where there is no such active account.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindLanguage {
    /// The account.
    pub id: UserId,
}

/// What somebody reads and is written to in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenLanguage {
    /// It; none where they have chosen none, and read the organisation's.
    #[serde(default)]
    pub language: Option<Language>,
}

impl Query for FindLanguage {
    const NAME: &'static str = "find_language";
    type Reply = Option<ChosenLanguage>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let find = Statement::new(LANGUAGE).bind(postgres.org().to_string()).bind(self.id.to_string());
        postgres.record(find).await
    }
}

/// Keeps the language that somebody chose; whether there is such an active account.
#[derive(Debug, Serialize, Deserialize)]
pub struct SaveLanguage {
    /// The account.
    pub id: UserId,
    /// What they chose; none for the organisation's.
    #[serde(default)]
    pub language: Option<Language>,
}

impl Query for SaveLanguage {
    const NAME: &'static str = "save_language";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, language } = self;
        let save = Statement::new(SAVE_LANGUAGE)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(language.map(|language| language.to_string()))
            .bind(postgres.now().as_ms().to_string());
        let saved: Option<UserId> = postgres.write(save).await?.record().map_err(|error| postgres.unreadable(error))?;
        Ok(saved.is_some())
    }
}
