//! The SQLite of an InboxObject: its notices.

use base::refusal::Refusal;
use durable::keyset::{Direction, IndexRange, KeysetQuery, Value};
use durable::{Database, Schema, StorageError, Writer};

use crate::domain::notify::{Notice, NoticeId};

/// Schema steps.
pub const SCHEMA: Schema = Schema::first(&["
    CREATE TABLE notice (
        key    INTEGER PRIMARY KEY,
        id     TEXT NOT NULL UNIQUE,
        ts     INTEGER NOT NULL,
        unread INTEGER NOT NULL,
        json   TEXT NOT NULL
    );
    CREATE INDEX notice_by_ts ON notice (ts);
    CREATE INDEX notice_by_unread ON notice (unread, ts);
"]);

/// So many notices are kept; the oldest go first.
pub const MOST_NOTICES: i64 = 1_000;

/// What a client is shown of a row.
const SHOWN: &str = "json_set(json, '$.unread', json(iif(unread, 'true', 'false')))";

/// Keeps a notice; whether it is new.
///
/// # Errors
/// When SQLite refuses, or the notice cannot be written as JSON.
pub fn put(write: &Writer<'_>, notice: &Notice) -> Result<bool, Refusal> {
    let json = serde_json::to_string(notice).map_err(|_| Refusal::Internal)?;
    let rows = write.rows(
        "INSERT INTO notice (id, ts, unread, json) VALUES (?, ?, 1, ?) ON CONFLICT (id) DO NOTHING RETURNING key",
        &[&notice.id.0.as_str(), &notice.ts.as_ms(), &json],
    )?;
    Ok(!rows.is_empty())
}

/// Forgets all but the newest. A notice that has left is one that came so long ago that its event is delivered no more.
///
/// # Errors
/// When SQLite refuses.
pub fn purge(write: &Writer<'_>) -> Result<(), StorageError> {
    write.run(
        "DELETE FROM notice WHERE key IN (SELECT key FROM notice ORDER BY ts DESC, key DESC LIMIT -1 OFFSET ?)",
        &[&MOST_NOTICES],
    )
}

/// How many are unread.
///
/// # Errors
/// When SQLite refuses.
pub fn unread(db: &Database) -> Result<u32, StorageError> {
    let row = db.row("SELECT count(*) FROM notice WHERE unread = 1", &[])?;
    Ok(row.map_or(0, |row| u32::try_from(row.int(0)).unwrap_or(u32::MAX)))
}

/// Marks these as read.
///
/// # Errors
/// When SQLite refuses.
pub fn mark(write: &Writer<'_>, ids: &[NoticeId]) -> Result<(), StorageError> {
    for NoticeId(id) in ids {
        write.run("UPDATE notice SET unread = 0 WHERE id = ? AND unread = 1", &[&id.as_str()])?;
    }
    Ok(())
}

/// Marks this one and those before it as read; none if there is no such notice.
///
/// # Errors
/// When SQLite refuses.
pub fn mark_until(write: &Writer<'_>, NoticeId(id): &NoticeId) -> Result<(), StorageError> {
    write.run(
        "UPDATE notice SET unread = 0
         WHERE unread = 1 AND (ts, key) <= (SELECT ts, key FROM notice WHERE id = ?)",
        &[&id.as_str()],
    )
}

/// The notices, newest first; all, or those that are not read.
pub fn query(unread: bool) -> KeysetQuery {
    let range = if unread {
        IndexRange { index: Some("notice_by_unread"), equals: vec![("unread", Value::Int(1))] }
    } else {
        IndexRange { index: Some("notice_by_ts"), equals: Vec::new() }
    };
    KeysetQuery {
        table: "notice",
        json: SHOWN,
        time: "ts",
        key: "key",
        direction: Direction::Newest,
        ranges: vec![range],
        from: None,
        to: None,
        conditions: Vec::new(),
    }
}
