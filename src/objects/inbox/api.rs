//! The contract of the InboxObject: what one person is told, and what of it they have read.

use base::cursor::Position;
use base::ids::{OrgId, UserId};
use base::page::Limit;
use durable::Key;
use durable::actor_api;
use durable::page::Page;
use serde::{Deserialize, Serialize};

use crate::domain::notify::{Notice, NoticeId};
use crate::objects::context::CallContext;

/// Names one person's inbox: `{org}/{uuid}`.
#[derive(Clone, Debug)]
pub struct InboxKey {
    /// The organisation.
    pub org: OrgId,
    /// Whose it is.
    pub user: UserId,
}

impl Key for InboxKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.user)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, user) = name.split_once('/')?;
        Some(InboxKey { org: org.parse().ok()?, user: user.parse().ok()? })
    }
}

actor_api! {
    /// One person's notices.
    actor Notices { binding: "INBOX", context: CallContext, key: InboxKey, watch: Watch }

    /// Keeps notices. One that it has, or had, changes nothing.
    tell(Tell) -> ();
    /// A page of notices, newest first.
    list(List) -> Page;
    /// Marks notices as read.
    mark(Mark) -> Marked;
}

/// A live viewer hears of each new notice, and of how many are unread.
#[derive(Debug, Serialize, Deserialize)]
pub struct Watch {}

/// See [`Handler::tell`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Tell {
    /// The notices, oldest first.
    pub notices: Vec<Notice>,
}

/// See [`Handler::list`].
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    /// Only those that are not read.
    #[serde(default)]
    pub unread: bool,
    /// Rows behind this one only.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
    /// Whether to count all of them, whatever the page.
    #[serde(default)]
    pub total: bool,
}

/// See [`Handler::mark`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Mark {
    /// These, at most 200.
    #[serde(default)]
    pub ids: Vec<NoticeId>,
    /// This one and all that came before it.
    #[serde(default)]
    pub until: Option<NoticeId>,
}

/// How many are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Marked {
    /// Notices that are not read.
    pub unread: u32,
}
