//! What a change of an account ends in objects: PostgreSQL keeps it until it has ended.

use base::ids::{SessionName, UserId};
use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Actor, Caller, Person, Role};

/// The sessions that end because an account was changed, and the work that goes to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOwed {
    /// The account.
    pub id: UserId,
    /// Sessions opened on an older version of it end.
    pub version: i64,
    /// When it was changed.
    pub ts: Timestamp,
    /// Why, as the sessions are told.
    pub reason: String,
    /// The session that made the change, which goes on.
    #[serde(default)]
    pub keep: Option<SessionName>,
    /// Whose the open work becomes.
    #[serde(default)]
    pub work: Option<Handover>,
    /// What the owner is told of it.
    #[serde(default)]
    pub news: Option<AccountNews>,
}

/// What the owner of an account is told of a change of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNews {
    /// What happened, a kind of notice.
    pub kind: String,
    /// By whose doing.
    pub actor: Actor,
    /// What they are now, where that is what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// Open work that somebody hands over because they do not do it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Who gets it; it is nobody's where there is none.
    #[serde(default)]
    pub to: Option<Person>,
    /// Why, as the timelines tell it of work that is nobody's.
    #[serde(default)]
    pub reason: Option<String>,
    /// By whose word.
    pub by: Caller,
}

impl AccountNews {
    /// That this was done.
    #[must_use]
    pub fn of(kind: &str, actor: Actor) -> Self {
        AccountNews { kind: kind.to_owned(), actor, role: None }
    }
}
