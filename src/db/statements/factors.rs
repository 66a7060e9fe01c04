//! Second factors: found for whoever proves who they are, marked as used, added and removed by their owner or by those who may.
//!
//! What is used is marked in one statement that finds it unused, so that of two at once one gets it. A change writes its audit entry in its
//! own transaction; one that takes a factor away, or adds an authenticator app, owes the end of the sessions of before.

use base::ids::{SessionName, UserId};
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::audit::written;
use super::users::{account, user};
use crate::db::query::{Postgres, Query};
use crate::domain::factor::{Credential, Factors, MOST_PASSKEYS, NewPasskey, Removed, Used};
use crate::domain::log::NewEntry;
use crate::domain::user::UserRow;

const FIND: &str = concat!(
    "SELECT json_build_object('user', ",
    account!(),
    ", 'totp', (SELECT json_build_object('secret', app.secret, 'step', app.step, 'created_at', ",
    ms!("app.created_at"),
    ") FROM user_totp app WHERE app.user_id = users.id),
        'passkeys', coalesce((SELECT jsonb_agg(jsonb_build_object(
             'credential', key.credential, 'name', key.name, 'public_key', key.public_key, 'sign_count', key.sign_count,
             'eligible', key.eligible, 'backed_up', key.backed_up, 'created_at', ",
    ms!("key.created_at"),
    ", 'used_at', ",
    ms!("key.used_at"),
    ") ORDER BY key.created_at, key.credential) FROM user_passkeys key WHERE key.user_id = users.id), '[]'::jsonb),
        'codes', (SELECT count(*) FROM user_recovery_codes code WHERE code.user_id = users.id AND code.used_at IS NULL))
     FROM users
     WHERE org_id = $1 AND id = coalesce($2::uuid, (SELECT key.user_id FROM user_passkeys key
                                                    WHERE key.org_id = $1 AND key.credential = $3))",
);

/// Everything that somebody proves themselves by; nothing where there is no such account.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindFactors {
    /// The account.
    #[serde(default)]
    pub id: Option<UserId>,
    /// Or whose passkey this is.
    #[serde(default)]
    pub credential: Option<Credential>,
}

impl Query for FindFactors {
    const NAME: &'static str = "find_factors";
    type Reply = Option<Factors>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(FIND)
            .bind(postgres.org().to_string())
            .bind(self.id.map(|id| id.to_string()))
            .bind(self.credential.map(|credential| credential.as_str().to_owned()));
        postgres.record(statement).await
    }
}

const USE_TOTP: &str = "UPDATE user_totp SET step = $3::bigint
     WHERE org_id = $1 AND user_id = $2::uuid AND step < $3::bigint RETURNING to_json(true)";

const USE_CODE: &str = concat!(
    "UPDATE user_recovery_codes SET used_at = ",
    time!("$4"),
    " WHERE org_id = $1 AND user_id = $2::uuid AND hash = $3 AND used_at IS NULL RETURNING to_json(true)",
);

/// A counter that did not go up is that of a copy; most authenticators do not count, and say 0 (WebAuthn level 3, section 6.1.1).
const USE_PASSKEY: &str = concat!(
    "UPDATE user_passkeys SET sign_count = $4::bigint, backed_up = $5::boolean, used_at = ",
    time!("$6"),
    " WHERE org_id = $1 AND user_id = $2::uuid AND credential = $3
        AND (sign_count < $4::bigint OR sign_count = 0 AND $4::bigint = 0)
      RETURNING to_json(true)",
);

/// Marks a factor that was right as used; whether it was still to be used.
#[derive(Debug, Serialize, Deserialize)]
pub struct UseFactor {
    /// Whose it is.
    pub id: UserId,
    /// Which one.
    pub used: Used,
}

impl Query for UseFactor {
    const NAME: &'static str = "use_factor";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let now = postgres.now().as_ms().to_string();
        let begun = |sql: &'static str| Statement::new(sql).bind(postgres.org().to_string()).bind(self.id.to_string());
        let statement = match self.used {
            Used::Totp { step } => begun(USE_TOTP).bind(step.to_string()),
            Used::Recovery { hash } => begun(USE_CODE).bind(hash).bind(now),
            Used::Passkey { credential, sign_count, backed_up } => begun(USE_PASSKEY)
                .bind(credential.as_str().to_owned())
                .bind(sign_count.to_string())
                .bind(backed_up.to_string())
                .bind(now),
        };
        let used: Option<bool> =
            postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))?;
        Ok(used.is_some())
    }
}

/// The end of every statement that changes somebody's factors: new codes in place of the old ones, and the audit.
macro_rules! with_codes {
    ($codes:literal, $id:literal, $entry:literal) => {
        concat!(
            ", gone AS (
                 DELETE FROM user_recovery_codes USING changed WHERE user_id = changed.id AND ",
            $codes,
            "::text[] IS NOT NULL
             ), codes AS (
                 INSERT INTO user_recovery_codes (user_id, org_id, hash) SELECT id, org_id, unnest(",
            $codes,
            "::text[]) FROM changed
             ), owed AS (
                 INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, ",
            $id,
            ", updated_at, ",
            $entry,
            "::jsonb FROM changed
             )"
        )
    };
}

const ADD_TOTP: &str = concat!(
    "WITH changed AS (
         UPDATE users SET version = version + 1, updated_at = ",
    time!("$4"),
    " WHERE org_id = $1 AND id = $2::uuid AND version = $3::bigint AND status = 'active'
        AND NOT EXISTS (SELECT 1 FROM user_totp WHERE user_id = id)
      RETURNING *
     ), added AS (
         INSERT INTO user_totp (user_id, org_id, secret, step, created_at)
         SELECT id, org_id, $5, $6::bigint, updated_at FROM changed
     ), ends AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, keep, news)
         SELECT org_id, id, version, updated_at, 'factor_changed', $7,
                ",
    security_changed!("'app_added'", "NULL", "$10"),
    " FROM changed
     )",
    with_codes!("$8", "$9", "$10"),
    " SELECT to_json(true) FROM changed",
);

/// The version stays: whoever has one more key keeps their sessions.
const ADD_PASSKEY: &str = concat!(
    "WITH added AS (
         INSERT INTO user_passkeys (org_id, credential, user_id, name, public_key, sign_count, eligible, backed_up, created_at)
         SELECT org_id, $3, id, $4, $5, $6::bigint, $7::boolean, $8::boolean, ",
    time!("$9"),
    " FROM users
         WHERE org_id = $1 AND id = $2::uuid AND status = 'active'
           AND (SELECT count(*) FROM user_passkeys WHERE user_id = id) < $10::bigint
         ON CONFLICT DO NOTHING
         RETURNING org_id, user_id AS id, created_at AS updated_at
     ), changed AS (SELECT * FROM added)",
    with_codes!("$11", "$12", "$13"),
    ", news AS (
         INSERT INTO news_owed (org_id, id, user_id, ts, news)
         SELECT org_id, $12, id, updated_at, ",
    security_changed!("'passkey_added'", "$4::text", "$13"),
    " FROM changed
     )",
    " SELECT to_json(true) FROM changed",
);

const NEW_CODES: &str = concat!(
    "WITH changed AS (
         SELECT org_id, id, ",
    time!("$3"),
    " AS updated_at FROM users
         WHERE org_id = $1 AND id = $2::uuid AND status = 'active'
           AND (EXISTS (SELECT 1 FROM user_totp WHERE user_id = id) OR EXISTS (SELECT 1 FROM user_passkeys WHERE user_id = id))
     )",
    with_codes!("$4", "$5", "$6"),
    ", news AS (
         INSERT INTO news_owed (org_id, id, user_id, ts, news)
         SELECT org_id, $5, id, updated_at, ",
    security_changed!("'codes_made'", "NULL", "$6"),
    " FROM changed
     )",
    " SELECT to_json(true) FROM changed",
);

/// Hashes as an array of PostgreSQL's; none leaves the codes as they are.
fn array(codes: &[String]) -> Option<String> {
    (!codes.is_empty()).then(|| format!("{{{}}}", codes.join(",")))
}

/// What is added to somebody's factors.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Added {
    /// An authenticator app, where there is none; it ends the other sessions.
    Totp {
        /// The version of the account that was read.
        version: i64,
        /// The encrypted secret.
        secret: String,
        /// The step of the code that was right.
        step: i64,
        /// The session that goes on.
        #[serde(default)]
        keep: Option<SessionName>,
    },
    /// A passkey that nobody has, where there are fewer than [`MOST_PASSKEYS`].
    Passkey(NewPasskey),
    /// Recovery codes alone, for whoever has a factor.
    Codes,
}

/// Adds to somebody's factors; whether it did.
#[derive(Debug, Serialize, Deserialize)]
pub struct AddFactor {
    /// Whose they are.
    pub id: UserId,
    /// What is added.
    pub added: Added,
    /// The hashes of new recovery codes, in place of the old ones; none leaves those.
    #[serde(default)]
    pub codes: Vec<String>,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for AddFactor {
    const NAME: &'static str = "add_factor";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, added, codes, entry } = self;
        let now = postgres.now().as_ms().to_string();
        let begun = |sql: &'static str| Statement::new(sql).bind(postgres.org().to_string()).bind(id.to_string());
        let statement = match added {
            Added::Totp { version, secret, step, keep } => begun(ADD_TOTP)
                .bind(version.to_string())
                .bind(now)
                .bind(secret)
                .bind(step.to_string())
                .bind(keep.map(|session| session.to_string())),
            Added::Passkey(key) => begun(ADD_PASSKEY)
                .bind(key.credential.as_str().to_owned())
                .bind(key.name)
                .bind(key.public_key)
                .bind(key.sign_count.to_string())
                .bind(key.eligible.to_string())
                .bind(key.backed_up.to_string())
                .bind(now)
                .bind(MOST_PASSKEYS.to_string()),
            Added::Codes => begun(NEW_CODES).bind(now),
        };
        let statement = statement.bind(array(&codes)).bind(entry.id.to_string()).bind(written(&entry)?);
        let rows = postgres.write_all(vec![lock(postgres, id), statement]).await?;
        let added: Option<bool> =
            rows.last().map(|rows| rows.record()).transpose().map_err(|error| postgres.unreadable(error))?.flatten();
        Ok(added.is_some())
    }
}

const RENAME: &str = "UPDATE user_passkeys SET name = $4
     WHERE org_id = $1 AND user_id = $2::uuid AND credential = $3 RETURNING to_json(true)";

/// Gives a passkey another name; whether there is such a one.
#[derive(Debug, Serialize, Deserialize)]
pub struct RenamePasskey {
    /// Whose it is.
    pub id: UserId,
    /// Which one.
    pub credential: Credential,
    /// The name.
    pub name: String,
}

impl Query for RenamePasskey {
    const NAME: &'static str = "rename_passkey";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(RENAME)
            .bind(postgres.org().to_string())
            .bind(self.id.to_string())
            .bind(self.credential.as_str().to_owned())
            .bind(self.name);
        let renamed: Option<bool> =
            postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))?;
        Ok(renamed.is_some())
    }
}

/// Recovery codes go with the last factor: alone they would be passwords that nobody chose.
const REMOVE: &str = concat!(
    "WITH changed AS (
         UPDATE users SET version = version + 1, updated_at = ",
    time!("$5"),
    " WHERE org_id = $1 AND id = $2::uuid AND ($6::boolean OR role IN ('requester', 'technician'))
        AND ($3 IN ('totp', 'all') AND EXISTS (SELECT 1 FROM user_totp WHERE user_id = id)
             OR EXISTS (SELECT 1 FROM user_passkeys WHERE user_id = id AND ($3 = 'all' OR $3 = 'passkey' AND credential = $4)))
      RETURNING *
     ), app AS (
         DELETE FROM user_totp USING changed WHERE user_id = changed.id AND $3 IN ('totp', 'all')
     ), keys AS (
         DELETE FROM user_passkeys USING changed
         WHERE user_id = changed.id AND ($3 = 'all' OR $3 = 'passkey' AND credential = $4)
     ), codes AS (
         DELETE FROM user_recovery_codes USING changed
         WHERE user_recovery_codes.user_id = changed.id
           AND ($3 = 'all'
                OR ($3 = 'totp' OR NOT EXISTS (SELECT 1 FROM user_totp app WHERE app.user_id = changed.id))
                   AND NOT EXISTS (SELECT 1 FROM user_passkeys key
                                   WHERE key.user_id = changed.id AND ($3 <> 'passkey' OR key.credential <> $4)))
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $7, updated_at, $8::jsonb FROM changed
     ), ends AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, keep, news)
         SELECT org_id, id, version, updated_at, 'factor_changed', $9, ",
    security_changed!(
        "CASE $3 WHEN 'totp' THEN 'app_removed' WHEN 'passkey' THEN 'passkey_removed' ELSE 'factors_taken' END",
        "(SELECT name FROM user_passkeys key WHERE key.user_id = changed.id AND $3 = 'passkey' AND key.credential = $4)",
        "$8"
    ),
    " FROM changed
     )
     SELECT ",
    user!(),
    " FROM changed",
);

/// Takes a factor from somebody, or all; their account after it, or nothing where there was none to take, or nobody from whom the caller
/// may take it. It ends their sessions, but the one that goes on.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveFactor {
    /// Whose it is.
    pub id: UserId,
    /// What is taken.
    pub removed: Removed,
    /// Also from managers and admins; otherwise from requesters and technicians alone.
    pub of_managers: bool,
    /// The session that goes on.
    #[serde(default)]
    pub keep: Option<SessionName>,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for RemoveFactor {
    const NAME: &'static str = "remove_factor";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, removed, of_managers, keep, entry } = self;
        let (word, credential) = match removed {
            Removed::Totp => ("totp", String::new()),
            Removed::Passkey(credential) => ("passkey", credential.as_str().to_owned()),
            Removed::All => ("all", String::new()),
        };
        let statement = Statement::new(REMOVE)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(word.to_owned())
            .bind(credential)
            .bind(postgres.now().as_ms().to_string())
            .bind(of_managers.to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?)
            .bind(keep.map(|session| session.to_string()));
        let rows = postgres.write_all(vec![lock(postgres, id), statement]).await?;
        let changed = rows.last().map(|rows| rows.record()).transpose().map_err(|error| postgres.unreadable(error))?;
        Ok(changed.flatten())
    }
}

/// Changes of one person's factors wait for each other: what the second counts is there.
fn lock(postgres: &impl Postgres, id: UserId) -> Statement {
    Statement::new("SELECT to_json(id) FROM users WHERE org_id = $1 AND id = $2::uuid FOR UPDATE")
        .bind(postgres.org().to_string())
        .bind(id.to_string())
}
