//! What a request is to another, as it is shown and stored.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use base::words;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::RequestId;
use super::status::Status;
use super::visibility::Visibility;
use crate::domain::user::Person;

words! {
    /// What a request is to another.
    pub enum LinkKind: "kind of link" {
        /// They have to do with each other.
        Relates = "relates",
        /// The other waits for this one.
        Blocks = "blocks",
        /// This one waits for the other.
        BlockedBy = "blocked_by",
        /// The other reports the same, and stays. This one is closed.
        DuplicateOf = "duplicate_of",
        /// The other reported the same, and is closed.
        HasDuplicate = "has_duplicate",
        /// This one was a part of the other.
        SplitFrom = "split_from",
        /// The other was a part of this one.
        SplitInto = "split_into",
    }
}

impl LinkKind {
    /// What the other is to this one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Relates => Self::Relates,
            Self::Blocks => Self::BlockedBy,
            Self::BlockedBy => Self::Blocks,
            Self::DuplicateOf => Self::HasDuplicate,
            Self::HasDuplicate => Self::DuplicateOf,
            Self::SplitFrom => Self::SplitInto,
            Self::SplitInto => Self::SplitFrom,
        }
    }

    /// Whether it makes one of two requests.
    #[must_use]
    pub const fn is_merge(self) -> bool {
        matches!(self, Self::DuplicateOf | Self::HasDuplicate)
    }

    /// Who may read what is said of it: whose report was merged is told; of other requests a requester learns nothing.
    #[must_use]
    pub const fn visibility(self) -> Visibility {
        if self.is_merge() { Visibility::Public } else { Visibility::Internal }
    }
}

/// What a request is to another. Its JSON is public, and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// What this one is to the other.
    pub kind: LinkKind,
    /// The other.
    pub other: RequestId,
    /// The other's number, if it had one when they were linked.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub number: Option<String>,
    /// The other's title when they were linked; not there for a duplicate, whose report is somebody else's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub title: Option<String>,
    /// When they were linked.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// Whose request the duplicate is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub reporter: Option<Person>,
    /// Where a duplicate stood before it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub was: Option<Status>,
    /// Why it stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub was_reason: Option<String>,
}

impl TryFrom<Value> for Link {
    type Error = &'static str;

    fn try_from(link: Value) -> Result<Self, Self::Error> {
        Self::read(&link).ok_or("is no link")
    }
}

impl Link {
    /// By hand, from JSON that was read: as an [`Attachment`](super::Attachment) is.
    fn read(link: &Value) -> Option<Self> {
        let text = |name: &str| link.get(name).and_then(Value::as_str);
        Some(Self {
            kind: text("kind")?.parse().ok()?,
            other: text("other")?.parse().ok()?,
            number: text("number").map(str::to_owned),
            title: text("title").map(str::to_owned),
            at: Timestamp::parse_rfc3339(text("at")?).ok()?,
            reporter: link.get("reporter").and_then(Person::read),
            was: text("was").map(str::parse).transpose().ok()?,
            was_reason: text("was_reason").map(str::to_owned),
        })
    }

    /// A link to a request of which the caller was shown `record`.
    ///
    /// # Errors
    /// `Invalid` naming `kind` where it is said of the other; `Conflict` where a duplicate would be of one that is itself merged into
    /// another, or of one to which nothing more happens. `Internal` if it is no record.
    pub fn to(kind: LinkKind, record: &Value, now: Timestamp) -> Result<Self, Refusal> {
        if matches!(kind, LinkKind::HasDuplicate | LinkKind::SplitInto) {
            let detail = format!("Say it of the other request: {}.", kind.opposite());
            return Err(Refusal::invalid("kind", "of_the_other", detail));
        }
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let parsed = || Some((text("id")?.parse().ok()?, text("status")?.parse::<Status>().ok()?));
        let (other, status) = parsed().ok_or(Refusal::Internal)?;
        if kind == LinkKind::DuplicateOf {
            let links = record.get("links").and_then(Value::as_array).into_iter().flatten().filter_map(Self::read);
            if let Some(into) = links.into_iter().find(|link| link.kind == LinkKind::DuplicateOf) {
                let into = into.number.as_deref().unwrap_or(ANOTHER);
                return Err(Refusal::conflict("merged", format!("The other request is itself a duplicate of {into}.")));
            }
            if status.is_final() {
                let detail = "Nothing more happens to the other request: reopen it first.";
                return Err(Refusal::conflict("other_is_final", detail));
            }
        }
        let (number, title) = (text("number").map(str::to_owned), text("title").map(str::to_owned));
        Ok(Self { kind, other, number, title, at: now, reporter: None, was: None, was_reason: None })
    }
}

/// As one says of a request without a number.
pub(super) const ANOTHER: &str = "another request";
