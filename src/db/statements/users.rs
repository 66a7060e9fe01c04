//! Users: who may sign in, and the lists that pickers show.
//!
//! Only `credentials` and `credentials_of` select the password hash.

use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::directory;
use crate::db::query::{Postgres, Query};
use crate::domain::notify::Colleague;
use crate::domain::text::SearchText;
use crate::domain::user::{PersonName, User, UserRow, UserStatus, naming};
use crate::domain::{Limit, OrgId, Position, Role, UserId};

/// A `UserRow`, without the password hash.
macro_rules! user {
    () => {
        "json_build_object('id', id, 'org_id', org_id, 'email', email, 'username', username, 'name', name, 'role', role,
                           'status', status, 'created_at', (extract(epoch FROM created_at) * 1000)::bigint, 'version', version,
                           'factors', array_remove(ARRAY[CASE WHEN EXISTS (SELECT 1 FROM user_totp WHERE user_id = id) THEN 'totp' END,
                                                       CASE WHEN EXISTS (SELECT 1 FROM user_passkeys WHERE user_id = id) THEN 'passkey' END], NULL))"
    };
}
pub(super) use user;

/// A `UserRow` with the password hash.
macro_rules! account {
    () => {
        "json_build_object('id', id, 'org_id', org_id, 'email', email, 'username', username, 'name', name, 'role', role,
                           'status', status, 'password_hash', password_hash, 'version', version,
                           'created_at', (extract(epoch FROM created_at) * 1000)::bigint,
                           'factors', array_remove(ARRAY[CASE WHEN EXISTS (SELECT 1 FROM user_totp WHERE user_id = id) THEN 'totp' END,
                                                       CASE WHEN EXISTS (SELECT 1 FROM user_passkeys WHERE user_id = id) THEN 'passkey' END], NULL))"
    };
}
pub(super) use account;

/// The user behind an e-mail address or a user name in any spelling of case, disabled ones included, with the password hash. An address
/// has an `@` and a user name none, so it is one at most.
pub fn credentials(org: &OrgId, login: &str) -> Statement {
    let find = concat!(
        "SELECT ",
        account!(),
        " FROM users WHERE org_id = $1 AND (lower(email) = lower($2) OR lower(username) = lower($2))"
    );
    Statement::new(find).bind(org.to_string()).bind(login.to_owned())
}

/// One user, disabled or not, with the password hash.
pub fn credentials_of(org: &OrgId, id: UserId) -> Statement {
    let find = concat!("SELECT ", account!(), " FROM users WHERE org_id = $1 AND id = $2::uuid");
    Statement::new(find).bind(org.to_string()).bind(id.to_string())
}

/// One user, disabled or not.
pub fn by_id(org: &OrgId, id: UserId) -> Statement {
    Statement::new(concat!(
        "SELECT ",
        user!(),
        "
         FROM users
         WHERE org_id = $1 AND id = $2::uuid",
    ))
    .bind(org.to_string())
    .bind(id.to_string())
}

/// Active users, oldest account first, of one role or of all, after a position of (`created_at`, `id`). One more than the
/// limit comes when another page follows.
pub fn active(org: &OrgId, role: Option<Role>, after: Option<&Position>, limit: Limit) -> Statement {
    Statement::new(concat!(
        "SELECT ",
        user!(),
        "
         FROM users
         WHERE org_id = $1 AND status = 'active'
           AND ($2::text IS NULL OR role = $2)
           AND ($3::bigint IS NULL
                OR (created_at, id) > (",
        time!("$3"),
        ", $4::uuid))
         ORDER BY created_at, id
         LIMIT $5::bigint",
    ))
    .bind(org.to_string())
    .bind(role.map(|role| role.to_string()))
    .bind(after.map(|after| after.ts.to_string()))
    .bind(after.map(|after| after.id.clone()))
    .bind((limit.get() + 1).to_string())
}

/// The active technicians, managers and admins: whoever is not a requester.
pub fn staff(org: &OrgId) -> Statement {
    Statement::new(
        "SELECT json_build_object('id', id, 'name', name, 'role', role)
         FROM users
         WHERE org_id = $1 AND status = 'active' AND role <> 'requester'
         ORDER BY created_at, id",
    )
    .bind(org.to_string())
}

/// Users, disabled ones among them, oldest account first, after a position of (`created_at`, `id`). Ordered by the
/// milliseconds that a position has: a row written by hand has more of its moment. One more than `count` comes when others
/// follow.
pub fn all(org: &OrgId, after: Option<&Position>, count: u32) -> Statement {
    Statement::new(concat!(
        "SELECT ",
        user!(),
        "
         FROM users
         WHERE org_id = $1
           AND ($2::bigint IS NULL
                OR ((extract(epoch FROM created_at) * 1000)::bigint, id) > ($2::bigint, $3::uuid))
         ORDER BY (extract(epoch FROM created_at) * 1000)::bigint, id
         LIMIT $4::bigint",
    ))
    .bind(org.to_string())
    .bind(after.map(|after| after.ts.to_string()))
    .bind(after.map(|after| after.id.clone()))
    .bind(count.saturating_add(1).to_string())
}

/// Gives an active user another name; the row after it.
pub fn rename(org: &OrgId, id: UserId, name: &PersonName, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "UPDATE users
         SET name = $3, updated_at = ",
        time!("$4"),
        "
         WHERE org_id = $1 AND id = $2::uuid AND status = 'active'
         RETURNING ",
        user!(),
        "",
    ))
    .bind(org.to_string())
    .bind(id.to_string())
    .bind(name.as_str().to_owned())
    .bind(now.as_ms().to_string())
}

/// The user with an address or a user name, with the password hash; for sign-in alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindCredentials {
    /// The address, or the user name, in lower case.
    pub email: String,
}

impl Query for FindCredentials {
    const NAME: &'static str = "find_credentials";
    type Reply = Option<UserRow>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.record(credentials(postgres.org(), &self.email)).await
    }
}

/// An active user.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindUser {
    /// The user.
    pub id: UserId,
}

impl Query for FindUser {
    const NAME: &'static str = "find_user";
    type Reply = Option<User>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let found: Option<UserRow> = postgres.record(by_id(postgres.org(), self.id)).await?;
        Ok(found.filter(|user| user.status == UserStatus::Active).map(User::from))
    }
}

/// Active users, by name.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListUsers {
    /// With this role only.
    #[serde(default)]
    pub role: Option<Role>,
}

impl Query for ListUsers {
    const NAME: &'static str = "list_users";
    type Reply = Vec<User>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let most = Limit::try_from(Limit::MAX)?;
        let found: Vec<UserRow> = postgres.records(active(postgres.org(), self.role, None, most)).await?;
        let mut shown: Vec<User> = found.into_iter().map(User::from).collect();
        shown.sort_by_cached_key(|user| user.name.to_lowercase());
        Ok(shown)
    }
}

/// The active technicians, managers and admins, oldest account first.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListStaff {}

impl Query for ListStaff {
    const NAME: &'static str = "list_staff";
    type Reply = Vec<Colleague>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.records(staff(postgres.org())).await
    }
}

/// A page of users, disabled ones among them, oldest account first.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageUsers {
    /// The name or the address contains this, in any spelling that folds alike.
    #[serde(default)]
    pub q: Option<SearchText>,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// One page of users.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserPage {
    /// The users.
    pub items: Vec<User>,
    /// Where the next page begins, when more may follow; a search among very many has pages with few users, or none.
    #[serde(default)]
    pub next: Option<Position>,
}

impl Query for PageUsers {
    const NAME: &'static str = "page_users";
    type Reply = UserPage;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { q, after, limit } = self;
        let read = async |after: Option<&Position>, count| {
            postgres.records::<UserRow>(all(postgres.org(), after, count)).await
        };
        let (found, next) = directory::page(q.as_ref(), after, limit, read).await?;
        Ok(UserPage { items: found.into_iter().map(User::from).collect(), next })
    }
}

/// Whether there is such a user, disabled or not.
#[derive(Debug, Serialize, Deserialize)]
pub struct KnowsUser {
    /// The user.
    pub id: UserId,
}

impl Query for KnowsUser {
    const NAME: &'static str = "knows_user";
    type Reply = bool;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let found: Option<UserRow> = postgres.record(by_id(postgres.org(), self.id)).await?;
        Ok(found.is_some())
    }
}

/// Gives an active user another name; the user after it, or nothing when there is no such user. `Invalid` for a name that
/// reads as somebody else's on the staff, or as the system's.
#[derive(Debug, Serialize, Deserialize)]
pub struct RenameUser {
    /// The user.
    pub id: UserId,
    /// The new name.
    pub name: PersonName,
}

impl Query for RenameUser {
    const NAME: &'static str = "rename_user";
    type Reply = Option<User>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let (org, Self { id, name }) = (postgres.org(), self);
        let known: Option<UserRow> = postgres.record(by_id(org, id)).await?;
        // Whoever has a name may be told it again, for example behind an answer that was lost.
        if known.is_some_and(|user| user.name != name.as_str()) {
            naming::check(&name, id, &postgres.records(staff(org)).await?)?;
        }
        let written = postgres.write(rename(org, id, &name, postgres.now())).await?;
        let renamed: Option<UserRow> = written.record().map_err(|error| postgres.unreadable(error))?;
        Ok(renamed.map(User::from))
    }
}
