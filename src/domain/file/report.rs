//! What a sweep of the bucket finds: whether every byte has its row, and every row its bytes.

use base::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::request::RequestId;

/// So many of the largest files are named.
pub const LARGEST: usize = 10;

/// So many of what does not fit are named; all are counted.
pub const MOST_FINDINGS: usize = 50;

/// One sweep, finished or not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesReport {
    /// When it began.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub finished_at: Option<Timestamp>,
    /// Objects in the bucket.
    pub objects: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Those that are files of requests.
    pub files: i64,
    /// Those that are small pictures of files.
    pub thumbnails: i64,
    /// Those that are portraits of people.
    #[serde(default)]
    pub avatars: i64,
    /// Those that are on their way: their request has not taken them yet.
    pub pending: i64,
    /// Those that are to be removed: the bucket has not said that they are gone.
    pub removing: i64,
    /// Objects that nobody knows of.
    pub orphans: i64,
    /// Those of them that were removed: they were older than a day.
    pub removed: i64,
    /// Files in PostgreSQL.
    pub rows: i64,
    /// Files of a request whose bytes are not in the bucket.
    pub missing: i64,
    /// Requests whose files are others in PostgreSQL than in their object, in the same version.
    pub unsynced: i64,
    /// The largest files.
    pub largest: Vec<LargeFile>,
    /// What does not fit, the first of it.
    pub findings: Vec<Finding>,
}

/// A file among the largest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LargeFile {
    /// Of which request.
    pub request: RequestId,
    /// The file.
    pub attachment: Uuid,
    /// What it is called.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub size: i64,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// `orphan`, `missing` or `unsynced`.
    pub what: String,
    /// Where it lies, or of which request it is.
    pub subject: String,
}

impl FilesReport {
    /// A sweep that begins.
    #[must_use]
    pub fn begin(now: Timestamp) -> Self {
        Self { started_at: now, ..Self::default() }
    }

    /// A file, which may be among the largest.
    pub fn note_file(&mut self, file: LargeFile) {
        let place = self.largest.partition_point(|known| known.size >= file.size);
        if place < LARGEST {
            self.largest.insert(place, file);
            self.largest.truncate(LARGEST);
        }
    }

    /// Something that does not fit.
    pub fn note(&mut self, what: &str, subject: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding { what: what.to_owned(), subject });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_only_they() {
        let mut report = FilesReport::begin(Timestamp::MIN);
        for size in [5, 1, 9, 3, 7, 2, 8, 4, 6, 0, 12, 11] {
            report.note_file(LargeFile {
                request: RequestId(Uuid::nil()),
                attachment: Uuid::nil(),
                filename: "a.txt".into(),
                content_type: "text/plain".into(),
                size,
            });
        }
        let sizes: Vec<i64> = report.largest.iter().map(|file| file.size).collect();
        assert_eq!(sizes, [12, 11, 9, 8, 7, 6, 5, 4, 3, 2]);
    }
}
