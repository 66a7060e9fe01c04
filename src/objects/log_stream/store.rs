//! The SQLite of one log stream: its entries, the end of its hash chain, and its tallies.
//!
//! Tallies are kept in the transaction that changes them, so that nothing is ever counted. An entry that is part of the
//! hash chain can be neither changed nor deleted: the database itself refuses.

use std::collections::HashSet;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::outbox::{self, SeqRange};
use durable::sqlite::Row;
use durable::{Database, Key, Schema, StorageError, Writer};
use serde_json::{Value, json};

use super::api::StreamKey;
use super::stored::{Stored, search_text};
use crate::domain::log::chain;
use crate::domain::log::{Entry, Level, NewEntry, Retention, StreamName};

/// The tables.
pub const SCHEMA: Schema = Schema {
    whole: &[ENTRIES, FOLDING, outbox::TABLES],
    steps: &[ENTRIES, outbox::ROWS_STEP, outbox::TABLES, outbox::BOOK_STEP, FOLDING],
};

/// Those of the stream itself, as the first release made them.
const ENTRIES: &str = "
    CREATE TABLE stream (
        one       INTEGER PRIMARY KEY CHECK (one = 1),
        name      TEXT NOT NULL,
        last_seq  INTEGER NOT NULL DEFAULT 0,
        last_hash TEXT NOT NULL,
        dropped   INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE tally (
        level   TEXT PRIMARY KEY,
        entries INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE entry (
        seq        INTEGER PRIMARY KEY,
        id         TEXT NOT NULL UNIQUE,
        ts         INTEGER NOT NULL,
        level      TEXT NOT NULL,
        actor_id   TEXT,
        request_id TEXT,
        hash       TEXT,
        search     TEXT NOT NULL,
        json       TEXT NOT NULL
    );
    CREATE INDEX entry_by_level ON entry (level, ts);
    CREATE INDEX entry_by_actor ON entry (actor_id, level, ts) WHERE actor_id IS NOT NULL;
    CREATE INDEX entry_by_request ON entry (request_id, ts) WHERE request_id IS NOT NULL;
    CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
    CREATE TRIGGER chained_entry_stays BEFORE DELETE ON entry WHEN old.hash IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'the audit stream is append-only'); END;
";

/// Marks which entries the present rule has folded for searches: none of those that are there. The rule runs in the Worker and not in
/// SQL, so the object folds them when it starts ([`fold_some`]); until then they are found by their old folding. Entries themselves
/// never change: only what they are searched by.
const FOLDING: &str = "
    ALTER TABLE entry ADD COLUMN folding INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX entry_to_fold ON entry (seq) WHERE folding < 1;
    DROP TRIGGER entry_never_changes;
    CREATE TRIGGER entry_never_changes BEFORE UPDATE OF seq, id, ts, level, actor_id, request_id, hash, json ON entry
        BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
";

/// At most so many entries of one level leave at once, so that no other call waits long.
const SWEEP: i64 = 500;

/// Which of the ids in a JSON array are there.
pub(super) const KNOWN: &str = "SELECT id FROM entry WHERE id IN (SELECT value FROM json_each(?))";

/// Writes entries: a JSON array with an array per entry.
pub(super) const INSERT: &str = "
    INSERT INTO entry (seq, id, ts, level, actor_id, request_id, hash, search, json, folding)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, 1
    FROM json_each(?)";

/// Changes the tallies of levels: a JSON array with a pair per level.
const TALLY: &str = "
    INSERT INTO tally (level, entries) SELECT value->>0, value->>1 FROM json_each(?) WHERE true
    ON CONFLICT (level) DO UPDATE SET entries = entries + excluded.entries";

/// Deletes a slice of the entries of one level up to a time.
pub(super) const SWEEP_SLICE: &str = "
    DELETE FROM entry WHERE seq IN (
        SELECT seq FROM entry INDEXED BY entry_by_level WHERE level = ? AND ts <= ? ORDER BY ts LIMIT ?
    ) RETURNING seq";

/// Where a stream ends.
#[derive(Clone)]
pub struct End {
    /// The newest entry's seq; 0 in an empty stream.
    pub seq: i64,
    /// Its link, in the audit stream.
    hash: String,
}

/// What an append did.
pub struct Growth {
    /// The entries that were new, oldest first.
    pub entries: Vec<Stored>,
    /// Where the stream ends now.
    pub end: End,
}

/// The stream's name, if anything was ever written.
///
/// # Errors
/// When SQLite refuses.
pub fn key(db: &Database) -> Result<Option<StreamKey>, StorageError> {
    Ok(db.row("SELECT name FROM stream", &[])?.and_then(|row| StreamKey::parse(&row.text(0))))
}

/// Where the stream ends; its row is made when this is its first write.
///
/// # Errors
/// When SQLite refuses.
pub fn end(write: &Writer<'_>, key: &StreamKey) -> Result<End, StorageError> {
    write.run(
        "INSERT INTO stream (one, name, last_hash) VALUES (1, ?, ?) ON CONFLICT (one) DO NOTHING",
        &[&key.name(), &chain::GENESIS],
    )?;
    let rows = write.rows("SELECT last_seq, last_hash FROM stream", &[])?;
    let (seq, hash) = rows.first().map(|row| (row.int(0), row.text(1))).unwrap_or_default();
    Ok(End { seq, hash })
}

/// Appends what the stream does not have yet behind its `end`, and counts what its sender dropped.
///
/// # Errors
/// When SQLite refuses.
pub fn append(
    write: &Writer<'_>,
    stream: StreamName,
    mut end: End,
    entries: Vec<NewEntry>,
    dropped: i64,
) -> Result<Growth, Refusal> {
    let mut known = known(write, &entries)?;
    let mut new = Vec::with_capacity(entries.len());
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries.into_iter().filter(|entry| known.insert(entry.id.to_string())) {
        let stored = Stored::new(entry, end.seq + 1).map_err(|_| Refusal::Internal)?;
        let hash = (stream == StreamName::Audit).then(|| chain::link(&end.hash, &stored.json));
        rows.push(row(&stored, hash.as_deref()));
        end = End { seq: stored.entry.seq, hash: hash.unwrap_or(end.hash) };
        new.push(stored);
    }
    if !rows.is_empty() {
        write.run(INSERT, &[&json!(rows).to_string()])?;
    }
    write.run(
        "UPDATE stream SET last_seq = ?, last_hash = ?, dropped = dropped + ?",
        &[&end.seq, &end.hash, &dropped.max(0)],
    )?;
    let of = |level: Level| (level, new.iter().filter(|stored| stored.entry.level == level).count() as i64);
    tally(write, Level::ALL.iter().copied().map(of))?;
    Ok(Growth { entries: new, end })
}

/// The ids of these entries that are there already.
fn known(write: &Writer<'_>, entries: &[NewEntry]) -> Result<HashSet<String>, StorageError> {
    if entries.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    Ok(write.rows(KNOWN, &[&json!(ids).to_string()])?.iter().map(|row| row.text(0)).collect())
}

/// An entry's row, as [`INSERT`] takes it.
pub(super) fn row(stored: &Stored, hash: Option<&str>) -> Value {
    let entry = &stored.entry;
    let actor = entry.actor.as_ref().and_then(|actor| actor.id());
    let (id, ts, level) = (entry.id.as_str(), entry.ts.as_ms(), entry.level.as_str());
    json!([entry.seq, id, ts, level, actor, entry.request_id, hash, stored.search, stored.json])
}

fn tally(write: &Writer<'_>, changes: impl Iterator<Item = (Level, i64)>) -> Result<(), StorageError> {
    let changes: Vec<_> = changes.filter(|(_, change)| *change != 0).collect();
    if changes.is_empty() {
        return Ok(());
    }
    write.run(TALLY, &[&json!(changes).to_string()])
}

/// The newest entry's seq; 0 in an empty stream.
///
/// # Errors
/// When SQLite refuses.
pub fn last_seq(db: &Database) -> Result<i64, StorageError> {
    Ok(db.row("SELECT last_seq FROM stream", &[])?.map_or(0, |row| row.int(0)))
}

/// The JSON of the entry with this id.
///
/// # Errors
/// When SQLite refuses.
pub fn entry(db: &Database, id: &str) -> Result<Option<String>, StorageError> {
    Ok(db.row("SELECT json FROM entry WHERE id = ?", &[&id])?.map(|row| row.text(0)))
}

/// An entry as it is delivered or replayed.
pub struct Kept {
    /// Its seq.
    pub seq: i64,
    /// Its public JSON.
    pub json: String,
    /// What it is searched by.
    pub search: String,
    /// Its link in the chain, in the audit stream.
    pub hash: Option<String>,
}

/// The entries from `first` to `last`, oldest first.
///
/// # Errors
/// When SQLite refuses.
pub fn between(db: &Database, first: i64, last: i64) -> Result<Vec<Kept>, StorageError> {
    let rows =
        db.rows("SELECT seq, json, search, hash FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq", &[&first, &last])?;
    Ok(all_kept(&rows))
}

/// The entries of a run, as many as go together.
pub(super) const OWED: &str = "
    SELECT seq, json, search, hash FROM (
        SELECT seq, json, search, hash,
               sum(octet_length(json)) OVER (ORDER BY seq) - octet_length(json) AS bytes_before
        FROM entry WHERE seq BETWEEN ? AND ?
    ) WHERE bytes_before < ? ORDER BY seq";

/// The entries of `run`, or the first of them when they are more than [`outbox::MOST_BYTES`] together.
///
/// # Errors
/// When SQLite refuses.
pub fn owed(db: &Database, run: SeqRange) -> Result<Vec<Kept>, StorageError> {
    if run.first == run.last {
        return between(db, run.first, run.last);
    }
    Ok(all_kept(&db.rows(OWED, &[&run.first, &run.last, &outbox::MOST_BYTES])?))
}

fn all_kept(rows: &[Row]) -> Vec<Kept> {
    let kept = |row: &Row| Kept { seq: row.int(0), json: row.text(1), search: row.text(2), hash: row.optional_text(3) };
    rows.iter().map(kept).collect()
}

/// What the stream holds of one level.
pub struct LevelTally {
    /// The level.
    pub level: Level,
    /// How many entries.
    pub entries: i64,
    /// The earliest of them.
    pub earliest: Option<Timestamp>,
    /// The latest.
    pub latest: Option<Timestamp>,
}

/// What the stream holds, per level.
///
/// # Errors
/// When SQLite refuses.
pub fn tallies(db: &Database) -> Result<Vec<LevelTally>, StorageError> {
    let rows = db.rows(
        "SELECT level, entries,
                (SELECT min(ts) FROM entry INDEXED BY entry_by_level WHERE level = t.level),
                (SELECT max(ts) FROM entry INDEXED BY entry_by_level WHERE level = t.level)
         FROM tally t",
        &[],
    )?;
    let tallies = rows.iter().filter_map(|row| {
        Some(LevelTally {
            level: row.text(0).parse().ok()?,
            entries: row.int(1),
            earliest: row.optional_int(2).map(Timestamp::from_ms),
            latest: row.optional_int(3).map(Timestamp::from_ms),
        })
    });
    Ok(tallies.collect())
}

/// How many entries senders had to drop.
///
/// # Errors
/// When SQLite refuses.
pub fn dropped(db: &Database) -> Result<i64, StorageError> {
    Ok(db.row("SELECT dropped FROM stream", &[])?.map_or(0, |row| row.int(0)))
}

/// When the first entry leaves, if any ever does.
///
/// # Errors
/// When SQLite refuses.
pub fn next_expiry(db: &Database, stream: StreamName, kept: Retention) -> Result<Option<Timestamp>, StorageError> {
    let expiry = |tally: &LevelTally| kept.expires_at(stream, tally.level, tally.earliest?);
    Ok(tallies(db)?.iter().filter_map(expiry).min())
}

/// Lets a slice of what has expired leave; whether more is left.
///
/// # Errors
/// When SQLite refuses.
pub fn sweep(db: &Database, stream: StreamName, kept: Retention, now: Timestamp) -> Result<bool, StorageError> {
    let mut more = false;
    for level in Level::ALL {
        let Some(keep_ms) = kept.keep_ms(stream, *level) else { continue };
        let last_expired = now.plus_ms(-keep_ms).as_ms();
        let left = db.atomically(|write| {
            let left = write.rows(SWEEP_SLICE, &[&level.as_str(), &last_expired, &SWEEP])?;
            tally(write, std::iter::once((*level, -(left.len() as i64))))?;
            Ok::<_, StorageError>(left.len() as i64)
        })?;
        more |= left == SWEEP;
    }
    Ok(more)
}

/// The oldest entries that are to be folded.
const TO_FOLD: &str = "SELECT seq, json FROM entry INDEXED BY entry_to_fold WHERE folding < 1 ORDER BY seq LIMIT ?";

/// Writes search texts: a JSON array with a pair of seq and text per entry. What has none keeps what it had.
const FOLD: &str = "
    UPDATE entry SET search = coalesce(folded.value->>1, entry.search), folding = 1
    FROM json_each(?) AS folded WHERE entry.seq = folded.value->>0";

/// Folds at most `most` entries of an earlier release anew, from their JSON; whether there may be more.
///
/// # Errors
/// When SQLite refuses.
pub fn fold_some(db: &Database, most: u32) -> Result<bool, StorageError> {
    let rows = db.rows(TO_FOLD, &[&i64::from(most)])?;
    if rows.is_empty() {
        return Ok(false);
    }
    let folded = folded(rows.iter().map(|row| (row.int(0), row.text(1))));
    db.atomically(|write| write.run(FOLD, &[&folded]))?;
    Ok(true)
}

/// What [`FOLD`] takes of entries, each a seq and its JSON.
fn folded(entries: impl Iterator<Item = (i64, String)>) -> String {
    let pair = |(seq, json): (i64, String)| {
        // What cannot be read is found as it was.
        json!([seq, base::json::from_str::<Entry>(&json).ok().as_ref().map(search_text)])
    };
    Value::from_iter(entries.map(pair)).to_string()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
