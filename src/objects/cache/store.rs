//! The SQLite of a CacheObject: the values, and the tags that they carry.
//!
//! A value that is stored again is a new row, so the lowest id is the one that was stored longest ago. One of an older version than
//! what is there is not stored.

use base::time::Timestamp;
use durable::{Database, Schema, StorageError, Writer};

use crate::objects::cache::api::Put;

/// Schema steps. Foreign keys are on in a Durable Object: a value takes its tags with it.
pub const SCHEMA: Schema = Schema::first(&[
    "
    CREATE TABLE entry (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        key      TEXT NOT NULL UNIQUE,
        fresh_ms INTEGER NOT NULL,
        kept_ms  INTEGER NOT NULL,
        value    TEXT NOT NULL
    );
    CREATE INDEX entry_by_kept ON entry (kept_ms);
    CREATE TABLE tag (
        tag   TEXT NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
        PRIMARY KEY (tag, entry)
    ) WITHOUT ROWID;
    CREATE INDEX tag_by_entry ON tag (entry);
",
    "
    ALTER TABLE entry ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE entry ADD COLUMN stored_ms INTEGER;
",
]);

/// A stored value.
pub struct Entry {
    /// JSON text.
    pub value: String,
    /// Until when it is fresh.
    pub fresh_until: Timestamp,
    /// When it was asked for at its source.
    pub as_of: Option<Timestamp>,
}

/// What became of a value that was to be stored.
pub enum Stored {
    /// It is there; by how much the number of values grew.
    There(i64),
    /// A newer one is.
    Older,
}

/// The value of a key, if it is kept at `now`.
pub fn get(db: &Database, key: &str, now: Timestamp) -> Result<Option<Entry>, StorageError> {
    let row =
        db.row("SELECT value, fresh_ms, stored_ms FROM entry WHERE key = ? AND kept_ms > ?", &[&key, &now.as_ms()])?;
    Ok(row.map(|row| Entry {
        value: row.text(0),
        fresh_until: Timestamp::from_ms(row.int(1)),
        as_of: row.optional_int(2).map(Timestamp::from_ms),
    }))
}

/// How many values there are, kept or not.
pub fn count(db: &Database) -> Result<i64, StorageError> {
    let row = db.row("SELECT count(*) FROM entry", &[])?;
    Ok(row.map_or(0, |row| row.int(0)))
}

/// Stores a value in place of the one that its key had, unless that is newer.
pub fn put(write: &Writer<'_>, put: &Put, fresh: Timestamp, kept: Timestamp) -> Result<Stored, StorageError> {
    let as_of = put.as_of.unwrap_or(fresh.plus_ms(-put.ttl_ms));
    let replace = "DELETE FROM entry WHERE key = ? AND version <= ? RETURNING id";
    let replaced = write.rows(replace, &[&put.key, &put.version])?;
    let stored = write.rows(
        "INSERT INTO entry (key, fresh_ms, kept_ms, value, version, stored_ms) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (key) DO NOTHING RETURNING id",
        &[&put.key, &fresh.as_ms(), &kept.as_ms(), &put.value, &put.version, &as_of.as_ms()],
    )?;
    let Some(id) = stored.first().map(|row| row.int(0)) else { return Ok(Stored::Older) };
    for tag in &put.tags {
        write.run("INSERT INTO tag (tag, entry) VALUES (?, ?) ON CONFLICT DO NOTHING", &[tag, &id])?;
    }
    Ok(Stored::There(1 - replaced.len() as i64))
}

/// Drops the `number` values that were stored longest ago; how many went.
pub fn drop_oldest(write: &Writer<'_>, number: i64) -> Result<i64, StorageError> {
    let oldest = "DELETE FROM entry WHERE id IN (SELECT id FROM entry ORDER BY id LIMIT ?) RETURNING 1";
    Ok(write.rows(oldest, &[&number])?.len() as i64)
}

/// Drops what carries a tag; how many went.
pub fn drop_tagged(write: &Writer<'_>, tag: &str) -> Result<i64, StorageError> {
    let tagged = "DELETE FROM entry WHERE id IN (SELECT entry FROM tag WHERE tag = ?) RETURNING 1";
    Ok(write.rows(tagged, &[&tag])?.len() as i64)
}

/// Drops what is not kept at `now` any more; how many went.
pub fn drop_over(write: &Writer<'_>, now: Timestamp) -> Result<i64, StorageError> {
    Ok(write.rows("DELETE FROM entry WHERE kept_ms <= ? RETURNING 1", &[&now.as_ms()])?.len() as i64)
}

/// Drops everything; how many went.
pub fn drop_all(write: &Writer<'_>) -> Result<i64, StorageError> {
    Ok(write.rows("DELETE FROM entry RETURNING 1", &[])?.len() as i64)
}

/// When the oldest value was stored: the lowest id is its.
pub fn oldest(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row = db.row("SELECT stored_ms FROM entry ORDER BY id LIMIT 1", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}

/// Until when the first value is kept.
pub fn first_over(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row = db.row("SELECT min(kept_ms) FROM entry", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}
