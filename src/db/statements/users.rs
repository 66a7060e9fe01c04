//! Users: who may sign in, and the lists that pickers show.
//!
//! Only `credentials` selects the password hash.

use crate::db::row::{DecodeError, Rows};
use crate::db::rows::UserRow;
use crate::db::statement::Statement;

/// The user behind an e-mail address in any spelling of case, disabled ones included, with the password hash.
pub fn credentials(org_id: &str, email: &str) -> Statement {
    Statement::new(
        "SELECT json_build_object('id', id, 'org_id', org_id, 'email', email, 'name', name, 'role', role,
                                  'status', status, 'password_hash', password_hash,
                                  'created_at', (extract(epoch FROM created_at) * 1000)::bigint)
         FROM users
         WHERE org_id = $1 AND lower(email) = lower($2)",
    )
    .bind(org_id.to_owned())
    .bind(email.to_owned())
}

/// One user, disabled or not.
pub fn by_id(org_id: &str, id: &str) -> Statement {
    Statement::new(
        "SELECT json_build_object('id', id, 'org_id', org_id, 'email', email, 'name', name, 'role', role,
                                  'status', status,
                                  'created_at', (extract(epoch FROM created_at) * 1000)::bigint)
         FROM users
         WHERE org_id = $1 AND id = $2::uuid",
    )
    .bind(org_id.to_owned())
    .bind(id.to_owned())
}

/// Where a page of users begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// `created_at` of the last user seen, milliseconds since the epoch.
    pub created_at: i64,
    /// Their id.
    pub id: String,
}

/// Active users, oldest account first, of one role or of all. Ask for one more than a page to learn whether another follows.
pub fn active(org_id: &str, role: Option<&str>, after: Option<&After>, limit: u32) -> Statement {
    Statement::new(
        "SELECT json_build_object('id', id, 'org_id', org_id, 'email', email, 'name', name, 'role', role,
                                  'status', status,
                                  'created_at', (extract(epoch FROM created_at) * 1000)::bigint)
         FROM users
         WHERE org_id = $1 AND status = 'active'
           AND ($2::text IS NULL OR role = $2)
           AND ($3::bigint IS NULL
                OR (created_at, id) > ('epoch'::timestamptz + $3::bigint * interval '1 millisecond', $4::uuid))
         ORDER BY created_at, id
         LIMIT $5::bigint",
    )
    .bind(org_id.to_owned())
    .bind(role.map(str::to_owned))
    .bind(after.map(|after| after.created_at.to_string()))
    .bind(after.map(|after| after.id.clone()))
    .bind(limit.to_string())
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
    .bind(user.role.as_str().to_owned())
    .bind(user.status.as_str().to_owned())
    .bind(password_hash.to_owned())
    .bind(user.created_at.as_ms().to_string())
}

/// The constraint that says: this address is taken.
pub const EMAIL_CONSTRAINT: &str = "users_org_email";

/// The rows of `credentials`, `by_id` and `active`.
pub fn decode(rows: &Rows) -> Result<Vec<UserRow>, DecodeError> {
    rows.records()
}
