//! What is known of a file of a request: as it is shown and stored, as it was declared, and as it arrived.
//!
//! The bytes lie in the bucket ([`crate::domain::file::place`]); here is what a request says of them.

use base::time::{Timestamp, rfc3339};
use base::{uuid_id, words};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::visibility::Visibility;
use crate::domain::file::{FileKind, FileName, Size};
use crate::domain::user::Person;

uuid_id! {
    /// A file of a request. It is random, and the last part of where its bytes lie.
    AttachmentId, "attachment id"
}

words! {
    /// What a picture shows of the work.
    pub enum Mark: "mark" {
        /// How it was before.
        Before = "before",
        /// How it is now.
        After = "after",
    }
}

/// A file that belongs to a request. Its JSON is public, and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// What it is called.
    pub filename: String,
    /// The media type, found from its bytes.
    pub content_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Who may know of it.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub visibility: Visibility,
    /// What the picture shows of the work, if somebody said so.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub mark: Option<Mark>,
    /// The seq of the comment that it was attached to.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub comment: Option<i64>,
    /// Pixels from left to right, where it is a picture that says so.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub width: Option<u32>,
    /// Pixels from top to bottom, likewise.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub height: Option<u32>,
    /// Whether it has a small picture. Events and snapshots do not know: it comes later, and is no event.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub thumbnail: bool,
    /// Who attached it.
    pub by: Person,
    /// When.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

impl TryFrom<Value> for Attachment {
    type Error = &'static str;

    fn try_from(file: Value) -> Result<Self, Self::Error> {
        Self::read(&file).ok_or("is no file of a request")
    }
}

impl Attachment {
    /// By hand, from JSON that was read: derived, it would be code for each way in which a file is read.
    fn read(file: &Value) -> Option<Self> {
        let text = |name: &str| file.get(name).and_then(Value::as_str);
        let number = |name: &str| file.get(name).and_then(Value::as_i64);
        let pixels = |name: &str| number(name).and_then(|number| u32::try_from(number).ok());
        Some(Self {
            id: text("id")?.parse().ok()?,
            filename: text("filename")?.to_owned(),
            content_type: text("content_type")?.to_owned(),
            size: number("size")?,
            sha256: text("sha256")?.to_owned(),
            visibility: text("visibility").map_or(Ok(Visibility::Public), str::parse).ok()?,
            mark: text("mark").map(str::parse).transpose().ok()?,
            comment: number("comment"),
            width: pixels("width"),
            height: pixels("height"),
            thumbnail: file.get("thumbnail").and_then(Value::as_bool).unwrap_or_default(),
            by: Person::read(file.get("by")?)?,
            created_at: Timestamp::parse_rfc3339(text("created_at")?).ok()?,
        })
    }
}

/// As serde asks for what a field is that is not there.
pub(super) const fn public() -> Visibility {
    Visibility::Public
}

/// As serde asks whether a field can be left out.
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(super) const fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public)
}

/// What whoever attaches a file says of it before its bytes come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// What it is called.
    pub filename: FileName,
    /// Its size in bytes.
    pub size: i64,
    /// Who may know of it.
    pub visibility: Visibility,
    /// What the picture shows of the work.
    pub mark: Option<Mark>,
    /// The seq of the comment that it belongs to.
    pub comment: Option<i64>,
}

/// What was found once the bytes were there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// What it is.
    pub kind: FileKind,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Pixels from left to right, where it is a picture that says so.
    pub width: Option<u32>,
    /// Pixels from top to bottom, likewise.
    pub height: Option<u32>,
}

impl Arrived {
    /// What was found of a file with this hash.
    #[must_use]
    pub const fn new(kind: FileKind, size: Option<Size>, sha256: String) -> Self {
        let (width, height) = match size {
            Some(Size { width, height }) => (Some(width), Some(height)),
            None => (None, None),
        };
        Self { kind, sha256, width, height }
    }
}
