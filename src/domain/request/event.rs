//! What happened to a request, in the past tense. Events are permanent: the timeline shows them, a rebuild replays them.
//!
//! The JSON of an [`Event`] is the public one: `{"seq","ts","kind","actor":{"id","name","role"},"body":{…}}`. A body holds
//! whatever the fold needs, so that the events alone give the snapshot, under any later settings.

use base::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attachment::{self, Attachment, AttachmentId, Mark};
use super::link::Link;
use super::report::{Change, Changes, Report};
use super::visibility::Visibility;
use crate::domain::user::{Actor, Person};

/// One entry of a request's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its number within the request, from 1 without a gap; the request's version after it.
    pub seq: i64,
    /// When it happened; never before the event with the seq before.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ts: Timestamp,
    /// What happened: `kind` and `body`.
    #[serde(flatten)]
    pub body: EventBody,
    /// Who did it.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::domain::user::ActorSchema))]
    pub actor: Actor,
}

/// What happened, as `"kind"` and `"body"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "few are in memory at once, and a box would be a call to the allocator for each"
)]
pub enum EventBody {
    /// A fault was reported; the actor is who raised it.
    Created {
        /// What was reported.
        #[serde(flatten)]
        report: Report,
        /// Whose request it is.
        requester: Person,
        /// Milliseconds until it is due, not counting the time the clock stands still.
        target_ms: i64,
    },
    /// A manager accepted it.
    Approved {},
    /// A manager turned it down.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was given to somebody, or claimed.
    Assigned {
        /// Who has it now.
        assignee: Person,
        /// Who had it before.
        #[serde(default)]
        previous: Option<Person>,
    },
    /// The work was given back: nobody has it.
    Released {
        /// Why.
        reason: String,
    },
    /// The work began.
    Started {},
    /// The work waits for something.
    Held {
        /// For what.
        reason: String,
    },
    /// The work goes on.
    Resumed {},
    /// The work is finished.
    Completed {
        /// What was done.
        resolution: String,
        /// Milliseconds until it closes by itself, as the rules were; absent in what is older than that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auto_close_ms: Option<i64>,
    },
    /// It was agreed that it is done; by the system after the configured days.
    Closed {
        /// 1 to 5, if one was given.
        #[serde(default)]
        rating: Option<u8>,
    },
    /// It was not done after all.
    Reopened {
        /// Why.
        reason: String,
    },
    /// It was withdrawn.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// What was reported was corrected; only what changed is here.
    Edited {
        /// What changed of the report.
        #[serde(flatten)]
        changes: Changes,
        /// Milliseconds until it is due, which follow the priority.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target_ms: Option<Change<i64>>,
    },
    /// Somebody said something about it.
    Commented {
        /// What.
        body: String,
        /// To whom.
        visibility: Visibility,
    },
    /// A file was attached.
    Attached {
        /// The file.
        attachment: Attachment,
    },
    /// A picture was marked, or its mark was taken away.
    Marked {
        /// The file.
        attachment: AttachmentId,
        /// What it is called.
        filename: String,
        /// What it shows.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(required = true))]
        mark: Option<Mark>,
        /// Who may know of it.
        #[serde(default = "attachment::public", skip_serializing_if = "attachment::is_public")]
        #[cfg_attr(feature = "openapi", schema(required = false))]
        visibility: Visibility,
    },
    /// A file was removed, and its bytes with it.
    Detached {
        /// The file.
        attachment: AttachmentId,
        /// What it was called.
        filename: String,
        /// How many bytes it had.
        size: i64,
        /// Who may know of it.
        #[serde(default = "attachment::public", skip_serializing_if = "attachment::is_public")]
        #[cfg_attr(feature = "openapi", schema(required = false))]
        visibility: Visibility,
    },
    /// It is something to another request.
    Linked {
        /// What, and to which.
        link: Link,
        /// Who may know of it.
        #[serde(default = "attachment::public", skip_serializing_if = "attachment::is_public")]
        #[cfg_attr(feature = "openapi", schema(required = false))]
        visibility: Visibility,
        /// Whether it was said of the other.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(required = true))]
        theirs: bool,
    },
    /// It is that no more.
    Unlinked {
        /// What it was, and to which.
        link: Link,
        /// Who may know of it.
        #[serde(default = "attachment::public", skip_serializing_if = "attachment::is_public")]
        #[cfg_attr(feature = "openapi", schema(required = false))]
        visibility: Visibility,
        /// Whether it was said of the other, or refused by it.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(required = true))]
        theirs: bool,
    },
}

impl Event {
    /// Who may read this event: an internal comment is internal, and what is about an internal file, or a link that is no merge;
    /// everything else is public.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        self.body.visibility()
    }

    /// The word for what happened, as in the JSON's `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.body.kind()
    }
}

impl EventBody {
    /// The word for what happened.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Approved {} => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Assigned { .. } => "assigned",
            Self::Released { .. } => "released",
            Self::Started {} => "started",
            Self::Held { .. } => "held",
            Self::Resumed {} => "resumed",
            Self::Completed { .. } => "completed",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
            Self::Cancelled { .. } => "cancelled",
            Self::Edited { .. } => "edited",
            Self::Commented { .. } => "commented",
            Self::Attached { .. } => "attached",
            Self::Marked { .. } => "marked",
            Self::Detached { .. } => "detached",
            Self::Linked { .. } => "linked",
            Self::Unlinked { .. } => "unlinked",
        }
    }

    /// Who may read it.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        match self {
            Self::Commented { visibility, .. }
            | Self::Attached { attachment: Attachment { visibility, .. } }
            | Self::Marked { visibility, .. }
            | Self::Detached { visibility, .. }
            | Self::Linked { visibility, .. }
            | Self::Unlinked { visibility, .. } => *visibility,
            _ => Visibility::Public,
        }
    }

    /// The JSON's `body` alone, for stores that keep `kind` in a column of its own.
    ///
    /// # Errors
    /// Those of `serde_json`; no value of this type causes one.
    pub fn to_body(&self) -> Result<Value, serde_json::Error> {
        let mut tagged = serde_json::to_value(self)?;
        Ok(tagged.get_mut("body").map(Value::take).unwrap_or_default())
    }

    /// What was stored as `kind` and `body`.
    ///
    /// # Errors
    /// If the kind is not known or the body is not one of that kind.
    pub fn from_parts(kind: &str, body: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(json!({ "kind": kind, "body": body }))
    }
}

#[cfg(test)]
mod tests;
