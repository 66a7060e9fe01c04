//! Users: who may sign in, and the lists that pickers show.
//!
//! Only `credentials` selects the password hash.

use base::time::Timestamp;
use pg::row::{DecodeError, Rows};
use pg::statement::Statement;

use crate::domain::user::{Person, PersonName, UserRow};
use crate::domain::{Limit, OrgId, Position, Role, UserId};

/// A user as `decode` reads one, without the password hash.
macro_rules! user {
    () => {
        "json_build_object('id', id, 'org_id', org_id, 'email', email, 'name', name, 'role', role, 'status', status,
                           'created_at', (extract(epoch FROM created_at) * 1000)::bigint)"
    };
}

/// The user behind an e-mail address in any spelling of case, disabled ones included, with the password hash.
pub fn credentials(org: &OrgId, email: &str) -> Statement {
    Statement::new(
        "SELECT json_build_object('id', id, 'org_id', org_id, 'email', email, 'name', name, 'role', role,
                                  'status', status, 'password_hash', password_hash,
                                  'created_at', (extract(epoch FROM created_at) * 1000)::bigint)
         FROM users
         WHERE org_id = $1 AND lower(email) = lower($2)",
    )
    .bind(org.to_string())
    .bind(email.to_owned())
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
                OR (created_at, id) > ('epoch'::timestamptz + $3::bigint * interval '1 millisecond', $4::uuid))
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
        "SELECT json_build_object('id', id, 'name', name)
         FROM users
         WHERE org_id = $1 AND status = 'active' AND role <> 'requester'",
    )
    .bind(org.to_string())
}

/// The rows of `staff`.
pub fn decode_staff(rows: &Rows) -> Result<Vec<Person>, DecodeError> {
    rows.records()
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
         SET name = $3, updated_at = 'epoch'::timestamptz + $4::bigint * interval '1 millisecond'
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

/// Adds a user. A second one with the address violates `EMAIL_CONSTRAINT`.
pub fn insert(user: &UserRow, password_hash: &str) -> Statement {
    Statement::new(
        "INSERT INTO users (id, org_id, email, name, role, status, password_hash, created_at, updated_at)
         SELECT $1::uuid, $2, $3, $4, $5, $6, $7, at, at
         FROM (SELECT 'epoch'::timestamptz + $8::bigint * interval '1 millisecond' AS at) AS moment",
    )
    .bind(user.id.to_string())
    .bind(user.org_id.to_string())
    .bind(user.email.clone())
    .bind(user.name.clone())
    .bind(user.role.to_string())
    .bind(user.status.to_string())
    .bind(password_hash.to_owned())
    .bind(user.created_at.as_ms().to_string())
}

/// The constraint that says: this address is taken.
pub const EMAIL_CONSTRAINT: &str = "users_org_email";

/// The rows of `credentials`, `by_id`, `active`, `all` and `rename`.
pub fn decode(rows: &Rows) -> Result<Vec<UserRow>, DecodeError> {
    rows.records()
}
