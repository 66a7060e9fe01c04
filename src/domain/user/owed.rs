//! What a change of an account ends in objects: PostgreSQL keeps it until it has ended.

use base::ids::{SessionName, UserId};
use serde::{Deserialize, Serialize};

/// The sessions that end because an account was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOwed {
    /// The account.
    pub id: UserId,
    /// Sessions opened on an older version of it end.
    pub version: i64,
    /// Why, as they are told.
    pub reason: String,
    /// The session that made the change, which goes on.
    #[serde(default)]
    pub keep: Option<SessionName>,
}
