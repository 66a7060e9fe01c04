//! What a change of an account ends in objects: PostgreSQL keeps it until it has ended.

use base::ids::{EntryId, SessionName, UserId};
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
    /// What was done, where the kind alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// What it was done to, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// When that ends, where that is what is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// What the owner of an account has not been told of it yet, where nothing ends with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsOwed {
    /// The account.
    pub user: UserId,
    /// Of one change the same.
    pub id: EntryId,
    /// When it happened.
    pub ts: Timestamp,
    /// What.
    pub news: AccountNews,
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
        AccountNews { kind: kind.to_owned(), actor, role: None, change: None, item: None, ends_at: None }
    }
}
