//! The contract of the RequestObject: one maintenance request.

use base::ids::OrgId;
use base::page::Limit;
use base::words;
use durable::Key;
use durable::actor_api;
use durable::outbox::Debt;
use durable::page::Page;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::request::CommentBody;
use crate::domain::request::RequestId;
use crate::domain::request::{AttachmentId, Held, HeldAs};
use crate::domain::request::{Command, NewRequest, Visibility};
use crate::domain::user::Person;
use crate::objects::context::CallContext;

/// Names one maintenance request: `{org}/{uuid}`.
#[derive(Clone, Debug)]
pub struct RequestKey {
    /// The organisation.
    pub org: OrgId,
    /// The request.
    pub id: RequestId,
}

impl Key for RequestKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.id)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, id) = name.split_once('/')?;
        Some(RequestKey { org: org.parse().ok()?, id: id.parse().ok()? })
    }
}

actor_api! {
    /// One maintenance request: its state, its timeline, its live viewers, its outbox.
    actor Request { binding: "REQUEST", context: CallContext, key: RequestKey, watch: Watch }

    /// Opens the request. Repeated with the same idempotency key it answers the same.
    create(Create) -> Versioned;
    /// The record, as the caller may see it.
    read(Read) -> Versioned;
    /// Carries out a command of the state machine, or an edit.
    act(Act) -> Versioned;
    /// Adds a comment; the reply is its event.
    comment(Comment) -> Box<RawValue>;
    /// A page of the timeline, oldest first.
    timeline(Timeline) -> Page;
    /// Whether the caller watches the request; `Some` says so first.
    follow(Follow) -> Following;
    /// The staff who have taken part in what the caller sees, the latest first.
    participants(Participants) -> Vec<Person>;
    /// Does something with a file, or tells of it: one message for all of it, since each is code that every isolate loads.
    file(File) -> Box<RawValue>;
    /// What operators see of the object.
    inspect(Inspect) -> Inspection;
    /// Sends what is owed, now; with `replay` also what was parked.
    poke(Poke) -> Vec<Debt>;
}

/// A live viewer's wish.
#[derive(Debug, Serialize, Deserialize)]
pub struct Watch {
    /// The last event that the viewer has; later ones are replayed first.
    #[serde(default)]
    pub after: Option<i64>,
}

/// See [`Handler::create`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Create {
    /// What is reported.
    pub draft: NewRequest,
}

/// See [`Handler::read`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Read {}

/// See [`Handler::act`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Act {
    /// What to do.
    pub command: Command,
    /// The version that the client acted on (`If-Match`); another one is refused as stale.
    #[serde(default)]
    pub if_match: Option<i64>,
    /// In which categories work is completed only with a picture that is marked as after; for that step alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after_pictures: Vec<String>,
}

/// See [`Handler::comment`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Comment {
    /// What is said.
    pub body: CommentBody,
    /// To whom.
    pub visibility: Visibility,
}

/// See [`Handler::timeline`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Timeline {
    /// Events with a greater seq only.
    #[serde(default)]
    pub after: i64,
    /// At most so many.
    pub limit: Limit,
}

/// See [`Handler::follow`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Follow {
    /// Whether to be told of everything that happens to it from now on.
    #[serde(default)]
    pub watching: Option<bool>,
}

/// Whether somebody watches a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Following {
    /// They are told of everything that happens to it.
    pub watching: bool,
}

/// See [`Handler::participants`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Participants {}

/// See [`Handler::file`].
#[derive(Debug, Serialize, Deserialize)]
pub struct File {
    /// What is done with it.
    pub deed: FileDeed,
    /// The file, and what is told of it.
    pub file: Held,
}

words! {
    /// What is done with a file, or asked of it.
    pub enum FileDeed: "deed" {
        /// It is to come: it is written down before its bytes are. The reply is the file, if it came under this idempotency key before, or
        /// `null`: then its bytes are wanted.
        Begin = "begin",
        /// Its bytes are there. The reply is the file.
        Commit = "commit",
        /// It will not come. The reply is `null`.
        Drop = "drop",
        /// What is known of it: a [`FilesHeld`] of itself, and of its small picture if there is one.
        Read = "read",
        /// Whether it has its small picture, for who may give it one; with a media type, it has one now. The reply is `true` or `false`.
        Draw = "draw",
        /// It shows something of the work, or nothing in particular. The reply is the file.
        Mark = "mark",
        /// It is removed. The reply is `null`.
        Detach = "detach",
        /// All files and bytes, for the sweep: a [`FilesHeld`].
        List = "list",
    }
}

/// Files and bytes of a request.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FilesHeld {
    /// Its version; 0 where there is no such request.
    pub version: i64,
    /// What it knows of.
    pub items: Vec<Held>,
}

impl FilesHeld {
    /// What it knows of a file, as this.
    #[must_use]
    pub fn find(&self, what: HeldAs, id: AttachmentId) -> Option<&Held> {
        self.items.iter().find(|held| held.what == what && held.id == id)
    }
}

/// See [`Handler::inspect`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Inspect {}

/// See [`Handler::poke`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Poke {
    /// Also tries again what was parked.
    pub replay: bool,
    /// The version that the read model was found to have, 0 when it has none: what is newer is owed once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced: Option<i64>,
}

/// A record and the version in its `ETag`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Versioned {
    /// The last event's seq.
    pub version: i64,
    /// The record, as JSON text.
    pub record: Box<RawValue>,
}

/// The inside of the object.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inspection {
    /// The stored snapshot, `null` when the request does not exist.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>, required = true))]
    pub snapshot: Box<RawValue>,
    /// How many events it has.
    pub events: i64,
    /// What it owes.
    pub outbox: Vec<Debt>,
    /// How many live viewers it has.
    pub viewers: u32,
    /// Its database's size in bytes.
    pub storage_bytes: i64,
}
