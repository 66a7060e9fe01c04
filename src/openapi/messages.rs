//! What live sockets send, as the document shows it. The objects write these messages from JSON text that they do not
//! parse (`live.rs`, `tail.rs`, the index), so the types here are for readers alone.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::log::Entry;
use crate::domain::mailed::MailOutcome;
use crate::domain::notify::Notice;
use crate::domain::request::Event;
use crate::domain::request::Record;
use crate::domain::request::Summary;

/// A message of the live timeline of one request.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "it is described, never made")]
pub enum RequestMessage<'a> {
    /// Something happened.
    Event {
        /// What.
        event: Event,
        /// The request after it, as the viewer may see it.
        request: Record<'a>,
    },
    /// The viewer has every event up to `version`.
    Ready {
        /// The last event's seq.
        version: i64,
        /// The request as it is now.
        request: Record<'a>,
    },
}

/// A message of the live list.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ListMessage {
    /// A request was reported or has changed.
    Request {
        /// The request as it is now.
        request: Summary,
    },
}

/// A notice, and whether it is read.
#[derive(Serialize, ToSchema)]
pub struct NoticeItem {
    /// The notice.
    #[serde(flatten)]
    pub notice: Notice,
    /// Whether it is not read yet.
    pub unread: bool,
    /// What became of the mail about it; null while none was sent.
    #[schema(required = true)]
    pub mail: Option<MailOutcome>,
}

/// A message of somebody's inbox.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "it is described, never made")]
pub enum InboxMessage {
    /// Something is told.
    Notice {
        /// What.
        notice: NoticeItem,
        /// How many are unread, with it.
        unread: u32,
    },
    /// So many are unread: sent first, and whenever some were read.
    Unread {
        /// How many.
        unread: u32,
    },
}

/// A message of a log stream's tail.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TailMessage {
    /// Entries that match, oldest first.
    Entries {
        /// The entries.
        entries: Vec<Entry>,
    },
    /// So many entries before those that follow were too many to replay: read them with a query.
    Skipped {
        /// How many.
        entries: i64,
    },
    /// The Worker had to drop so many entries.
    Dropped {
        /// How many.
        entries: i64,
    },
    /// The viewer has everything up to `seq`.
    Ready {
        /// The last entry's seq.
        seq: i64,
    },
}
