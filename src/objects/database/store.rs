//! The SQLite of a DatabaseObject: who was put off during an outage and has not been called back. Nothing else lasts here.
//!
//! It is written only while PostgreSQL is away and when it is back, so a delivery on a good day costs nothing.

use base::ids::OrgId;
use durable::{Database, Schema, StorageError};

use crate::domain::request::RequestId;

/// Schema steps. An empty `request` stands for the audit stream.
pub const SCHEMA: Schema = Schema::first(&["
    CREATE TABLE waiting (
        org     TEXT NOT NULL,
        request TEXT NOT NULL,
        PRIMARY KEY (org, request)
    ) WITHOUT ROWID
"]);

/// Who waits: the organisation and a request, or `None` for its audit stream.
pub type Waiting = (OrgId, Option<RequestId>);

/// Everybody who waits.
///
/// # Errors
/// When SQLite refuses.
pub fn all(db: &Database) -> Result<Vec<Waiting>, StorageError> {
    let rows = db.rows("SELECT org, request FROM waiting", &[])?;
    let read = |org: String, request: String| {
        let request = if request.is_empty() { None } else { Some(request.parse().ok()?) };
        Some((org.parse().ok()?, request))
    };
    Ok(rows.iter().filter_map(|row| read(row.text(0), row.text(1))).collect())
}

/// Somebody waits.
///
/// # Errors
/// When SQLite refuses.
pub fn add(db: &Database, org: &OrgId, request: Option<RequestId>) -> Result<(), StorageError> {
    db.atomically(|write| {
        let request = name(request);
        write.run("INSERT OR IGNORE INTO waiting (org, request) VALUES (?, ?)", &[&org.as_str(), &request])?;
        Ok(())
    })
}

/// These wait no longer.
///
/// # Errors
/// When SQLite refuses.
pub fn remove(db: &Database, org: &OrgId, requests: &[Option<RequestId>]) -> Result<(), StorageError> {
    db.atomically(|write| {
        for request in requests {
            write.run("DELETE FROM waiting WHERE org = ? AND request = ?", &[&org.as_str(), &name(*request)])?;
        }
        Ok(())
    })
}

fn name(request: Option<RequestId>) -> String {
    request.map_or_else(String::new, |request| request.to_string())
}
