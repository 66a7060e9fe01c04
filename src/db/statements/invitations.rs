//! Invitations: accounts that wait for their people, and the links that let them in.
//!
//! Each change writes its audit entry in its own transaction.

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use super::accounts::told;
use super::audit::written;
use super::users::{staff, user};
use crate::db::query::{Postgres, Query};
use crate::domain::Role;
use crate::domain::log::NewEntry;
use crate::domain::mailed::Mailed;
use crate::domain::organisation::Language;
use crate::domain::user::{AccountNews, Email, Invitation, PersonName, UserRow, Username, naming};

const INVITE: &str = concat!(
    "WITH made AS (
         INSERT INTO users (id, org_id, email, username, name, role, language, status, created_at, updated_at)
         VALUES ($2::uuid, $1, $3, $12, $4, $5, $11, 'invited', ",
    time!("$6"),
    ", ",
    time!("$6"),
    ") ON CONFLICT DO NOTHING
         RETURNING *
     ), link AS (
         INSERT INTO user_links (hash, org_id, user_id, kind, created_at, expires_at)
         SELECT $7, org_id, id, 'invitation', created_at, ",
    time!("$8"),
    " FROM made
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $9, created_at, $10::jsonb FROM made
     )
     SELECT ",
    user!(),
    " FROM made",
);

const INVITE_AGAIN: &str = concat!(
    "WITH person AS (
         SELECT * FROM users WHERE org_id = $1 AND id = $2::uuid AND status = 'invited' FOR UPDATE
     ), before AS (
         UPDATE user_links SET replaced_at = ",
    time!("$3"),
    " FROM person WHERE user_links.user_id = person.id AND kind = 'invitation' AND replaced_at IS NULL
     ), link AS (
         INSERT INTO user_links (hash, org_id, user_id, kind, created_at, expires_at)
         SELECT $4, org_id, id, 'invitation', ",
    time!("$3"),
    ", ",
    time!("$5"),
    " FROM person
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $6, ",
    time!("$3"),
    ", $7::jsonb FROM person
     )
     SELECT ",
    user!(),
    " FROM person",
);

const FIND_INVITATION: &str = concat!(
    "SELECT json_build_object('id', users.id, 'invitation', json_build_object(
         'email', users.email, 'username', users.username, 'name', users.name, 'role', users.role, 'status', users.status, 'organisation', organisations.name,
         'expires_at', ",
    ms!("link.expires_at"),
    ", 'used_at', ",
    ms!("link.used_at"),
    ", 'replaced_at', ",
    ms!("link.replaced_at"),
    "))
     FROM user_links link
     JOIN users ON users.id = link.user_id
     JOIN organisations ON organisations.id = link.org_id
     WHERE link.org_id = $1 AND link.hash = $2 AND link.kind = 'invitation'",
);

/// Of two at once the second waits for the row of the link, and finds it used.
const ACCEPT: &str = concat!(
    "WITH link AS (
         UPDATE user_links SET used_at = ",
    time!("$3"),
    " WHERE org_id = $1 AND hash = $2 AND kind = 'invitation' AND used_at IS NULL AND replaced_at IS NULL
           AND expires_at > ",
    time!("$3"),
    " RETURNING user_id
     ), entered AS (
         UPDATE users
         SET name = $4, password_hash = $5, language = $6, status = 'active', updated_at = ",
    time!("$3"),
    " FROM link WHERE users.id = link.user_id AND users.status = 'invited'
         RETURNING users.*
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT org_id, $7, updated_at, $8::jsonb FROM entered
     ), told AS (
         INSERT INTO account_owed (org_id, user_id, version, ts, reason, news)
         SELECT org_id, id, version, updated_at, 'entered', $9::jsonb FROM entered WHERE $9::jsonb IS NOT NULL
         ON CONFLICT DO NOTHING
     )
     SELECT ",
    user!(),
    " FROM entered",
);

/// A link on its way to PostgreSQL, which knows its hash alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewLink {
    /// The SHA-256 of its token, in hexadecimal digits.
    pub hash: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Makes an account for somebody and a link that lets them in; `None` when there is an account with this address or user name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Invite {
    /// The new account.
    pub id: UserId,
    /// Their address, where they have one.
    #[serde(default)]
    pub email: Option<Email>,
    /// What they sign in with where they have none.
    #[serde(default)]
    pub username: Option<Username>,
    /// What they are called until they say so themselves.
    pub name: PersonName,
    /// What they will be.
    pub role: Role,
    /// What they are written to in, until they say so themselves; else the organisation's language.
    #[serde(default)]
    pub language: Option<Language>,
    /// The link.
    pub link: NewLink,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for Invite {
    const NAME: &'static str = "invite";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, email, username, name, role, language, link, entry } = self;
        let statement = Statement::new(INVITE)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(email.map(|email| email.as_str().to_owned()))
            .bind(name.to_string())
            .bind(role.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(link.hash)
            .bind(link.expires_at.as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?)
            .bind(language.map(|language| language.to_string()))
            .bind(username.map(|username| username.as_str().to_owned()));
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}

/// Makes another link for somebody who has not accepted yet, and ends the ones before it; `None` when there is nobody like that.
#[derive(Debug, Serialize, Deserialize)]
pub struct InviteAgain {
    /// The account.
    pub id: UserId,
    /// The link.
    pub link: NewLink,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl Query for InviteAgain {
    const NAME: &'static str = "invite_again";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { id, link, entry } = self;
        let statement = Statement::new(INVITE_AGAIN)
            .bind(postgres.org().to_string())
            .bind(id.to_string())
            .bind(postgres.now().as_ms().to_string())
            .bind(link.hash)
            .bind(link.expires_at.as_ms().to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?);
        postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))
    }
}

/// Keeps what became of the mail with a link.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoteMailed {
    /// The SHA-256 of the token.
    pub hash: String,
    /// What became of it.
    pub mailed: Mailed,
}

impl Query for NoteMailed {
    const NAME: &'static str = "note_mailed";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<(), Refusal> {
        let mailed = serde_json::to_string(&self.mailed).map_err(|_| Refusal::Internal)?;
        let statement = Statement::new(
            "UPDATE user_links SET mailed = $3::jsonb WHERE org_id = $1 AND hash = $2 RETURNING to_json(hash)",
        );
        let statement = statement.bind(postgres.org().to_string()).bind(self.hash).bind(mailed);
        postgres.write(statement).await.map(|_| ())
    }
}

/// The invitation behind a link.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindInvitation {
    /// The SHA-256 of the token.
    pub hash: String,
}

/// Whom an invitation lets in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// The account.
    pub id: UserId,
    /// The invitation.
    pub invitation: Invitation,
}

impl Query for FindInvitation {
    const NAME: &'static str = "find_invitation";
    type Reply = Option<Found>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        found(postgres, &self.hash).await
    }
}

async fn found(postgres: &impl Postgres, hash: &str) -> Result<Option<Found>, Refusal> {
    postgres.record(Statement::new(FIND_INVITATION).bind(postgres.org().to_string()).bind(hash.to_owned())).await
}

/// The holder of a link that is over asks for another.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskAgain {
    /// The SHA-256 of the token.
    pub hash: String,
}

impl Query for AskAgain {
    const NAME: &'static str = "ask_again";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<(), Refusal> {
        // The last link is the one that the page of people tells of.
        let ask = concat!(
            "UPDATE user_links SET asked_at = ",
            time!("$3"),
            " WHERE org_id = $1 AND kind = 'invitation' AND replaced_at IS NULL
                AND user_id = (SELECT user_id FROM user_links WHERE org_id = $1 AND hash = $2 AND kind = 'invitation')
              RETURNING to_json(hash)"
        );
        let statement = Statement::new(ask)
            .bind(postgres.org().to_string())
            .bind(self.hash)
            .bind(postgres.now().as_ms().to_string());
        postgres.write(statement).await.map(|_| ())
    }
}

/// Lets somebody in. `NotFound` for a link that nobody made, `Conflict` for one that is over, `Invalid` for a name that reads as
/// somebody else's on the staff.
#[derive(Debug, Serialize, Deserialize)]
pub struct Accept {
    /// The SHA-256 of the token.
    pub hash: String,
    /// What they are called.
    pub name: PersonName,
    /// Argon2id as a PHC string.
    pub password_hash: String,
    /// What they are written to in.
    pub language: Language,
    /// What the audit is told.
    pub entry: NewEntry,
    /// What they are told.
    #[serde(default)]
    pub news: Option<AccountNews>,
}

impl Query for Accept {
    const NAME: &'static str = "accept_invitation";
    type Reply = UserRow;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { hash, name, password_hash, language, entry, news } = self;
        let now = postgres.now();
        let Found { id, invitation } = found(postgres, &hash).await?.ok_or(Refusal::NotFound)?;
        Invitation::check(invitation.state(now))?;
        naming::check(&name, id, &postgres.records(staff(postgres.org())).await?)?;
        let statement = Statement::new(ACCEPT)
            .bind(postgres.org().to_string())
            .bind(hash.clone())
            .bind(now.as_ms().to_string())
            .bind(name.to_string())
            .bind(password_hash)
            .bind(language.to_string())
            .bind(entry.id.to_string())
            .bind(written(&entry)?)
            .bind(told(news.as_ref())?);
        let entered = postgres.write(statement).await?.record().map_err(|error| postgres.unreadable(error))?;
        if let Some(user) = entered {
            return Ok(user);
        }
        // Somebody was quicker: with the same link, with another one, or by taking it back.
        let now_is = found(postgres, &hash).await?.ok_or(Refusal::NotFound)?;
        Invitation::check(now_is.invitation.state(now))?;
        Err(Refusal::Internal)
    }
}
