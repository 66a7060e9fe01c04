//! Identities at an organisation's provider, and the accounts that are linked with them.
//!
//! Each change writes its audit entry in its own statement. Of two at once the second finds what the first has made: it changes nothing,
//! and whoever asked looks again.

use base::ids::UserId;
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::audit::written;
use super::users::{staff, user};
use crate::db::query::{Postgres, Query};
use crate::domain::identity::IdentityLink;
use crate::domain::identity::entry::Known;
use crate::domain::log::NewEntry;
use crate::domain::user::{Email, Person, PersonName, Role, UserRow, naming};

const FIND: &str = concat!(
    "SELECT json_build_object(
         'linked', (SELECT ",
    user!(),
    " FROM users WHERE org_id = $1 AND id = (
             SELECT user_id FROM user_identities WHERE org_id = $1 AND issuer = $2 AND subject = $3)),
         'addressed', (SELECT ",
    user!(),
    " FROM users WHERE org_id = $1 AND lower(email) = lower($4)),
         'is_taken', EXISTS (
             SELECT 1 FROM user_identities JOIN users ON users.id = user_identities.user_id
             WHERE user_identities.org_id = $1 AND user_identities.issuer = $2 AND lower(users.email) = lower($4)))",
);

/// An invited account is accepted by it, under a name of its own if there is one, and its links let nobody in any more.
const LINK: &str = concat!(
    "WITH person AS (
         SELECT * FROM users
         WHERE org_id = $1 AND id = $2::uuid AND status IN ('active', 'invited') AND lower(email) = lower($5) FOR UPDATE
     ), linked AS (
         INSERT INTO user_identities (org_id, issuer, subject, user_id, linked_at)
         SELECT org_id, $3, $4, id, ",
    time!("$7"),
    " FROM person ON CONFLICT DO NOTHING
         RETURNING user_id
     ), entered AS (
         UPDATE users
         SET status = 'active', name = CASE users.status WHEN 'invited' THEN coalesce($6, users.name) ELSE users.name END,
             updated_at = ",
    time!("$7"),
    " FROM linked WHERE users.id = linked.user_id
         RETURNING users.*
     ), links AS (
         UPDATE user_links SET used_at = entered.updated_at FROM entered
         WHERE user_links.user_id = entered.id AND kind = 'invitation' AND used_at IS NULL AND replaced_at IS NULL
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $8, updated_at, $9::jsonb FROM entered
     )
     SELECT ",
    user!(),
    " FROM entered",
);

const JOIN: &str = concat!(
    "WITH made AS (
         INSERT INTO users (id, org_id, email, name, role, status, created_at, updated_at)
         SELECT $2::uuid, $1, $3, $4, $5, 'active', ",
    time!("$8"),
    ", ",
    time!("$8"),
    " WHERE NOT EXISTS (SELECT 1 FROM user_identities WHERE org_id = $1 AND issuer = $6 AND subject = $7)
         ON CONFLICT DO NOTHING
         RETURNING *
     ), linked AS (
         INSERT INTO user_identities (org_id, issuer, subject, user_id, linked_at)
         SELECT org_id, $6, $7, id, created_at FROM made
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $9, created_at, $10::jsonb FROM made
     )
     SELECT ",
    user!(),
    " FROM made",
);

/// Sessions end with it: whoever has the identity may have opened them.
const UNLINK: &str = concat!(
    "WITH gone AS (
         DELETE FROM user_identities WHERE org_id = $1 AND user_id = $2::uuid RETURNING user_id
     ), changed AS (
         UPDATE users SET version = version + 1, updated_at = ",
    time!("$3"),
    " WHERE org_id = $1 AND id IN (SELECT user_id FROM gone)
         RETURNING *
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $4, updated_at, $5::jsonb FROM changed
     ), ends AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, news)
         SELECT org_id, id, version, updated_at, 'unlinked', ",
    security_changed!("'identity_unlinked'", "NULL", "$5"),
    " FROM changed
     )
     SELECT to_json(count(*)) FROM changed",
);

const OF: &str = concat!(
    "SELECT json_build_object('issuer', issuer, 'linked_at', ",
    ms!("linked_at"),
    ") FROM user_identities WHERE org_id = $1 AND user_id = $2::uuid ORDER BY linked_at, issuer",
);

/// Whom an identity, and an address that the provider has verified, may be.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindIdentity {
    /// The provider.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// Their address there, where it may find an account.
    #[serde(default)]
    pub email: Option<Email>,
}

impl Query for FindIdentity {
    const NAME: &'static str = "find_identity";
    type Reply = Known;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(FIND)
            .bind(postgres.org().to_string())
            .bind(self.issuer)
            .bind(self.subject)
            .bind(self.email.map(|email| email.as_str().to_owned()));
        Ok(postgres.record(statement).await?.unwrap_or_default())
    }
}

/// Links an account with an identity; the account after it, or nothing where it is no longer as it was found.
#[derive(Debug, Serialize, Deserialize)]
pub struct LinkIdentity {
    /// The account.
    pub id: UserId,
    /// The provider.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// The address by which the account was found.
    pub email: Email,
    /// What they are called there; for an account that nobody has been in yet.
    #[serde(default)]
    pub name: Option<PersonName>,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for LinkIdentity {
    const NAME: &'static str = "link_identity";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, issuer, subject, email, name, entry } = self;
        let staff: Vec<Person> = postgres.records(staff(postgres.org())).await?;
        // One that reads as somebody else's is not taken: they keep what they were invited as.
        let name = name.filter(|name| naming::check(name, id, &staff).is_ok());
        let statement = Statement::new(LINK)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(issuer)
            .bind(subject)
            .bind(email.as_str().to_owned())
            .bind(name.map(PersonName::into_string))
            .bind(postgres.now().as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?);
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}

/// Makes an account for somebody whom nobody has invited, and links it; the account, or nothing where there is one meanwhile.
#[derive(Debug, Serialize, Deserialize)]
pub struct JoinByIdentity {
    /// The new account.
    pub id: UserId,
    /// Their address.
    pub email: Email,
    /// What they are called there.
    #[serde(default)]
    pub name: Option<PersonName>,
    /// What they become.
    pub role: Role,
    /// The provider.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for JoinByIdentity {
    const NAME: &'static str = "join_by_identity";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, email, name, role, issuer, subject, entry } = self;
        let staff: Vec<Person> = postgres.records(staff(postgres.org())).await?;
        let local = email.as_str().split('@').next().unwrap_or_default();
        // Two people may be called alike: the second one is called by the first part of their address, and by something of their own where
        // that is somebody's, too.
        let id_digits = id.to_string();
        let own = format!("{local} {}", id_digits.rsplit('-').next().unwrap_or_default());
        let names = [name, PersonName::parse(local).ok(), PersonName::parse(&own).ok()];
        let name = names.into_iter().flatten().find(|name| naming::check(name, id, &staff).is_ok());
        let statement = Statement::new(JOIN)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(email.as_str().to_owned())
            .bind(name.ok_or(Refusal::Internal)?.into_string())
            .bind(role.to_string())
            .bind(issuer)
            .bind(subject)
            .bind(postgres.now().as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?);
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}

/// Ends the links of an account; whether it had any.
#[derive(Debug, Serialize, Deserialize)]
pub struct UnlinkIdentities {
    /// The account.
    pub id: UserId,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for UnlinkIdentities {
    const NAME: &'static str = "unlink_identities";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(UNLINK)
            .bind(postgres.org().to_string())
            .bind(self.id.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(self.entry.id.to_string())
            .bind(written(&self.entry)?);
        let ended: Option<i64> =
            postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))?;
        Ok(ended.is_some_and(|ended| ended > 0))
    }
}

/// The links of an account, oldest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct IdentitiesOf {
    /// The account.
    pub id: UserId,
}

impl Query for IdentitiesOf {
    const NAME: &'static str = "identities_of";
    type Reply = Vec<IdentityLink>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(Statement::new(OF).bind(postgres.org().to_string()).bind(self.id.to_string())).await
    }
}
