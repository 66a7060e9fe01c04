//! An account as PostgreSQL has it.

use std::fmt;

use base::ids::{OrgId, UserId};
use base::time::Timestamp;
use base::words;
use serde::{Deserialize, Serialize};

use super::{Person, Role};

words! {
    /// Whether an account may sign in.
    pub enum UserStatus: "user status" {
        /// It may.
        Active = "active",
        /// It may not, and has no live session.
        Disabled = "disabled",
        /// It has not accepted its invitation, and has no password yet.
        Invited = "invited",
    }
}

words! {
    /// What a person may have besides a password.
    pub enum FactorKind: "factor" {
        /// An authenticator app that shows codes.
        Totp = "totp",
        /// A passkey.
        Passkey = "passkey",
    }
}

/// A row of `users`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The user.
    pub id: UserId,
    /// His organisation.
    pub org_id: OrgId,
    /// His address, as he spelled it; some have none.
    #[serde(default)]
    pub email: Option<String>,
    /// What whoever has no address signs in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// How others see him.
    pub name: String,
    /// What he is in the organisation.
    pub role: Role,
    /// Whether he may sign in.
    pub status: UserStatus,
    /// Argon2id as a PHC string; only there for signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// How often what ends sessions has changed: a session is opened on the version that was read. A release of before reads none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// What else than a password they have; whoever has none signs in by a password alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<FactorKind>,
}

impl AsRef<UserRow> for UserRow {
    fn as_ref(&self) -> &UserRow {
        self
    }
}

impl UserRow {
    /// The user as shown to others.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone() }
    }

    /// What the user signs in with: the address, or the user name.
    #[must_use]
    pub fn login(&self) -> &str {
        self.email.as_deref().or(self.username.as_deref()).unwrap_or_default()
    }
}

/// A user as pickers show one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The address, of whoever has one.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub email: Option<String>,
    /// What whoever has no address signs in with.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub username: Option<String>,
    /// The role.
    pub role: Role,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        User { id: row.id, name: row.name, email: row.email, username: row.username, role: row.role }
    }
}

impl fmt::Debug for UserRow {
    /// Neither the address nor the hash: they must not reach a log by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, org_id, role, status, .. } = self;
        formatter
            .debug_struct("UserRow")
            .field("id", id)
            .field("org_id", org_id)
            .field("role", role)
            .field("status", status)
            .finish_non_exhaustive()
    }
}
