//! The contract of the InboxObject: what one person is told, and what of it they have read.

use base::cursor::Position;
use base::ids::{OrgId, SessionName, UserId};
use base::page::Limit;
use base::time::{Timestamp, rfc3339};
use durable::Key;
use durable::actor_api;
use durable::page::Page;
use serde::{Deserialize, Serialize};

use crate::domain::notify::times::Times;
use crate::domain::notify::{Choice, Chosen, DeviceId, Notice, NoticeId, NoticeKind};
use crate::domain::request::RequestId;
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
    /// How they are told of each kind of notice; `Some` choices are made first.
    choose(Choose) -> Vec<Chosen>;
    /// When they want to be written to, if they have said so; `Some` says so first.
    set_times(SetTimes) -> Option<Times>;
    /// Whether they want to hear nothing of a request; `Some` says so first.
    mute(Mute) -> Muted;
    /// Ends mails of one kind, for who has a link of theirs: `NotFound` for any other.
    unsubscribe(Unsubscribe) -> ();
    /// Ends all mails but those about the safety of the account, likewise.
    end_all(EndAll) -> ();
    /// Tells a device from now on, as long as the caller's session holds; gives all devices.
    add_device(Device) -> Vec<DeviceShown>;
    /// The devices that are told.
    devices(Devices) -> Vec<DeviceShown>;
    /// Tells a device, or those of a session, nothing more. One that there is not is no error.
    forget(Forget) -> ();
    /// Has what is stuck tried again, or gives it up: `NotFound` for what is not kept any more, `Conflict` for what is not stuck.
    again(Again) -> ();
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

/// See [`Handler::choose`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Choose {
    /// Those that change.
    #[serde(default)]
    pub choices: Vec<Choice>,
}

/// See [`Handler::set_times`].
#[derive(Debug, Serialize, Deserialize)]
pub struct SetTimes {
    /// When they want to be written to from now on.
    #[serde(default)]
    pub times: Option<Times>,
}

/// See [`Handler::mute`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Mute {
    /// The request.
    pub request: RequestId,
    /// Whether to hear nothing of it from now on.
    #[serde(default)]
    pub muted: Option<bool>,
}

/// Whether somebody hears of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Muted {
    /// Nothing of it is told, but for mentions and work that one is given.
    pub muted: bool,
}

/// See [`Handler::unsubscribe`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// What is no longer mailed.
    pub kind: NoticeKind,
    /// The secret of the mail's link.
    pub secret: String,
}

/// See [`Handler::end_all`].
#[derive(Debug, Serialize, Deserialize)]
pub struct EndAll {
    /// The secret of the mail's link.
    pub secret: String,
}

/// How many are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Marked {
    /// Notices that are not read.
    pub unread: u32,
}

/// A device that asks to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Where its push service is, and its keys: closed.
    pub sealed: String,
    /// The browser, as it names itself.
    pub name: String,
}

/// See [`Handler::devices`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Devices {}

/// A device that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceShown {
    /// Its id.
    pub id: DeviceId,
    /// The browser, as it names itself.
    pub name: String,
    /// When it asked to be told.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub added_at: Timestamp,
    /// Whether it is the one of this session.
    #[serde(rename = "current")]
    pub is_current: bool,
}

/// See [`Handler::forget`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Forget {
    /// This one.
    #[serde(default)]
    pub id: Option<DeviceId>,
    /// Those of this session.
    #[serde(default)]
    pub session: Option<SessionName>,
}

/// See [`Handler::again`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Again {
    /// What is told.
    pub notice: NoticeId,
    /// On which device; `None` by mail.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// Whether it is given up instead.
    #[serde(default)]
    pub give_up: bool,
}
