//! The SQLite of one maintenance request: its snapshot, its events, the replies that are kept for idempotency keys.
//!
//! An event is stored as its public JSON text, so a page of the timeline is handed on as it is and parsed by nobody.

use base::ids::{TraceId, UserId};
use base::page::Limit;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::outbox::{self, SeqRange};
use durable::page::Page;
#[cfg(feature = "fault-injection")]
use durable::release;
use durable::{Database, Schema, StorageError, Writer};
use serde::Serialize;

use crate::domain::notify::assignee_after;
use crate::domain::request::due::Reminders;
use crate::domain::request::{Event, FileLedger, MaintenanceRequest, Visibility};
use crate::domain::user::Person;
use crate::objects::context::Idempotency;

/// The tables.
pub const SCHEMA: Schema = Schema {
    whole: &[TABLES, outbox::TABLES, TOLD, FILES],
    steps: &[
        TABLES,
        outbox::ROWS_STEP,
        outbox::TABLES,
        outbox::BOOK_STEP,
        "DROP INDEX IF EXISTS idempotency_by_at",
        // A timeline is read by seq, which has the order of time.
        "DROP INDEX IF EXISTS event_by_ts",
        TOLD,
        FILES,
    ],
};

const TABLES: &str = "
    CREATE TABLE request (
        one      INTEGER PRIMARY KEY CHECK (one = 1),
        org      TEXT NOT NULL,
        snapshot TEXT NOT NULL
    );
    CREATE TABLE event (
        seq      INTEGER PRIMARY KEY,
        ts       INTEGER NOT NULL,
        internal INTEGER NOT NULL,
        trace    TEXT NOT NULL,
        json     TEXT NOT NULL
    );
    CREATE INDEX event_public ON event (seq) WHERE internal = 0;
    CREATE TABLE idempotency (
        key       TEXT PRIMARY KEY,
        body_hash TEXT NOT NULL,
        seq       INTEGER NOT NULL,
        reply     TEXT NOT NULL,
        at        INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// What was told of the due time stands in the snapshot's row, so that an event writes no row more.
const TOLD: &str = "
    ALTER TABLE request ADD COLUMN reminders TEXT;
    CREATE TABLE watcher (
        user TEXT PRIMARY KEY
    ) WITHOUT ROWID;
";

/// What is remembered of bytes stands in the snapshot's row, too: it is read with it.
const FILES: &str = "ALTER TABLE request ADD COLUMN files TEXT";

/// How long the reply to an idempotency key is kept, in milliseconds: two days.
const KEEP_REPLIES_MS: i64 = 2 * 24 * 60 * 60 * 1_000;

/// The stored snapshot and what is remembered of bytes, if the request exists.
///
/// # Errors
/// When the storage fails, or holds what cannot be read.
pub fn load(db: &Database) -> Result<Option<(MaintenanceRequest, FileLedger)>, Refusal> {
    let Some(row) = db.row("SELECT snapshot, files FROM request", &[])? else { return Ok(None) };
    let unreadable = |error: serde_json::Error| {
        worker::console_error!("a stored request cannot be read: {error}");
        Refusal::Internal
    };
    let request = base::json::from_str(&row.text(0)).map_err(unreadable)?;
    let files = row.optional_text(1).map(|text| base::json::from_str(&text).map_err(unreadable)).transpose()?;
    Ok(Some((request, files.unwrap_or_default())))
}

/// A request as it was when it was opened, with its number if it has one by now: a create whose first answer had none may be
/// repeated when much has happened since.
///
/// # Errors
/// When the storage fails, or holds a first event that opens nothing.
pub fn as_opened(db: &Database, now: &MaintenanceRequest) -> Result<MaintenanceRequest, Refusal> {
    if now.version == 1 {
        return Ok(now.clone());
    }
    let stored = events_owed(db, SeqRange { first: 1, last: 1 })?;
    let first = stored.first().and_then(|stored| base::json::from_str::<Event>(&stored.json).ok());
    first.and_then(|first| now.as_opened(&first)).ok_or(Refusal::Internal)
}

/// The organisation that the stored request belongs to.
///
/// # Errors
/// When the storage fails.
pub fn org(db: &Database) -> Result<Option<String>, StorageError> {
    Ok(db.row("SELECT org FROM request", &[])?.map(|row| row.text(0)))
}

/// A snapshot, an event or a reply, as it is stored.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub fn json(value: &impl Serialize) -> Result<String, Refusal> {
    let text = serde_json::to_string(value).map_err(|_| Refusal::Internal)?;
    #[cfg(feature = "fault-injection")]
    let text = release::written(text);
    Ok(text)
}

/// Stores the snapshot; what was told of its due time, and what is remembered of bytes, where they are given.
///
/// # Errors
/// When SQLite refuses.
pub fn put_snapshot(
    write: &Writer<'_>,
    org: &str,
    request: &MaintenanceRequest,
    reminders: Option<&Reminders>,
    files: Option<&FileLedger>,
) -> Result<(), Refusal> {
    let snapshot = json(request)?;
    let reminders = reminders.map(json).transpose()?;
    let files = files.map(json).transpose()?;
    write.run(
        "INSERT INTO request (one, org, snapshot, reminders, files) VALUES (1, ?, ?, ?, ?)
         ON CONFLICT (one) DO UPDATE
         SET snapshot = excluded.snapshot, reminders = coalesce(excluded.reminders, reminders), files = coalesce(excluded.files, files)",
        &[&org, &snapshot, &reminders, &files],
    )?;
    Ok(())
}

/// Stores what is remembered of bytes.
///
/// # Errors
/// When SQLite refuses.
pub fn put_files(write: &Writer<'_>, files: &FileLedger) -> Result<(), Refusal> {
    write.run("UPDATE request SET files = ?", &[&json(files)?])?;
    Ok(())
}

/// One event.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn event(db: &Database, seq: i64) -> Result<Option<Event>, Refusal> {
    let row = db.row("SELECT json FROM event WHERE seq = ?", &[&seq])?;
    row.map(|row| base::json::from_str(&row.text(0))).transpose().map_err(|_| Refusal::Internal)
}

/// What was told of the due time; none for what a release of before stored.
///
/// # Errors
/// When the storage fails, or holds what cannot be read.
pub fn reminders(db: &Database) -> Result<Option<Reminders>, Refusal> {
    let text = db.row("SELECT reminders FROM request", &[])?.and_then(|row| row.optional_text(0));
    text.map(|text| base::json::from_str(&text)).transpose().map_err(|_| Refusal::Internal)
}

/// Remembers what was told of the due time.
///
/// # Errors
/// When SQLite refuses.
pub fn put_reminders(write: &Writer<'_>, reminders: &Reminders) -> Result<(), Refusal> {
    write.run("UPDATE request SET reminders = ?", &[&json(reminders)?])?;
    Ok(())
}

/// Who watches the request.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn watchers(db: &Database) -> Result<Vec<UserId>, Refusal> {
    let rows = db.rows("SELECT user FROM watcher", &[])?;
    rows.iter().map(|row| row.text(0).parse().map_err(|_| Refusal::Internal)).collect()
}

/// Remembers that somebody watches the request, or does no more.
///
/// # Errors
/// When SQLite refuses.
pub fn watch(write: &Writer<'_>, user: UserId, watching: bool) -> Result<(), StorageError> {
    let statement = if watching {
        "INSERT INTO watcher (user) VALUES (?) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM watcher WHERE user = ?"
    };
    write.run(statement, &[&user.to_string()])
}

/// Appends an event.
///
/// # Errors
/// When SQLite refuses, above all a seq that is there already.
pub fn append(write: &Writer<'_>, event: &Event, json: &str, trace: &TraceId) -> Result<(), StorageError> {
    let internal = event.visibility() == Visibility::Internal;
    write.run(
        "INSERT INTO event (seq, ts, internal, trace, json) VALUES (?, ?, ?, ?, ?)",
        &[&event.seq, &event.ts.as_ms(), &internal, &trace.as_str(), &json],
    )?;
    Ok(())
}

/// A stored event, as it is delivered.
pub struct StoredEvent {
    /// The HTTP request that caused it.
    pub trace: String,
    /// Its public JSON.
    pub json: String,
}

/// The events of `run`, as many as go together.
pub(super) const OWED: &str = "
    SELECT trace, json FROM (
        SELECT seq, trace, json, sum(octet_length(json)) OVER (ORDER BY seq) - octet_length(json) AS bytes_before
        FROM event WHERE seq BETWEEN ? AND ?
    ) WHERE bytes_before < ? ORDER BY seq";

/// The events of `run`, or the first of them when they are more than [`outbox::MOST_BYTES`] together.
///
/// # Errors
/// When SQLite refuses.
pub fn events_owed(db: &Database, run: SeqRange) -> Result<Vec<StoredEvent>, StorageError> {
    let rows = db.rows(OWED, &[&run.first, &run.last, &outbox::MOST_BYTES])?;
    Ok(rows.iter().map(|row| StoredEvent { trace: row.text(0), json: row.text(1) }).collect())
}

/// Who had the work before the event `seq`. A quotation mark within a text is escaped in its JSON, so no text reads as a kind.
///
/// # Errors
/// When SQLite refuses.
pub fn assignee_before(db: &Database, seq: i64) -> Result<Option<UserId>, StorageError> {
    let row = db.row(
        r#"SELECT json FROM event
           WHERE seq < ? AND (instr(json, '"kind":"assigned"') OR instr(json, '"kind":"released"'))
           ORDER BY seq DESC LIMIT 1"#,
        &[&seq],
    )?;
    let event = row.and_then(|row| base::json::from_str::<Event>(&row.text(0)).ok());
    Ok(event.and_then(|event| assignee_after(&event.body)?.map(|person| person.id)))
}

/// The staff who did or said something, the latest first, at most 50; what is internal counts where it is seen.
///
/// # Errors
/// When SQLite refuses.
pub fn participants(db: &Database, sees_internal: bool) -> Result<Vec<Person>, StorageError> {
    let rows = db.rows(
        "SELECT json ->> '$.actor.id', json ->> '$.actor.name', max(seq) FROM event
         WHERE (? OR internal = 0) AND json ->> '$.actor.role' IN ('technician', 'manager', 'admin')
         GROUP BY 1 ORDER BY 3 DESC LIMIT 50",
        &[&sees_internal],
    )?;
    let person = |id: String, name: String| Some(Person { id: id.parse().ok()?, name });
    Ok(rows.iter().filter_map(|row| person(row.text(0), row.text(1))).collect())
}

/// The public JSON of each event behind `after` that the viewer may see, oldest first, at most `limit`.
///
/// # Errors
/// When SQLite refuses.
pub fn events_after(
    db: &Database,
    after: i64,
    sees_internal: bool,
    limit: i64,
) -> Result<Vec<(i64, String)>, StorageError> {
    let rows = db.rows(
        if sees_internal {
            "SELECT seq, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        } else {
            "SELECT seq, json FROM event WHERE internal = 0 AND seq > ? ORDER BY seq LIMIT ?"
        },
        &[&after, &limit],
    )?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1))).collect())
}

/// The timeline's events behind a seq, and those of them that a requester sees.
pub(super) const TIMELINE: [&str; 2] = [
    "SELECT ts, seq, json FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
    "SELECT ts, seq, json FROM event WHERE internal = 0 AND seq > ? ORDER BY seq LIMIT ?",
];

/// A page of the timeline behind `after`.
///
/// # Errors
/// When SQLite refuses.
pub fn timeline(db: &Database, after: i64, sees_internal: bool, limit: Limit) -> Result<Page, StorageError> {
    let [all, public] = TIMELINE;
    let limit = limit.get();
    let found = db.found(if sees_internal { all } else { public }, &[&after, &i64::from(limit + 1)], limit)?;
    Ok(Page::of(found, limit))
}

/// How many events there are.
///
/// # Errors
/// When SQLite refuses.
pub fn count_events(db: &Database) -> Result<i64, StorageError> {
    Ok(db.row("SELECT count(*) FROM event", &[])?.map_or(0, |row| row.int(0)))
}

/// The reply that was given under this key.
///
/// # Errors
/// `IdempotencyKeyReused` when the key came with another body.
pub fn replied(db: &Database, idempotency: &Idempotency) -> Result<Option<String>, Refusal> {
    let row = db.row("SELECT body_hash, reply FROM idempotency WHERE key = ?", &[&idempotency.key])?;
    match row {
        Some(row) if row.text(0) != idempotency.body_hash => Err(Refusal::IdempotencyKeyReused),
        Some(row) => Ok(Some(row.text(1))),
        None => Ok(None),
    }
}

/// Forgets the replies that are too old.
///
/// # Errors
/// When SQLite refuses.
pub fn forget_replies(write: &Writer<'_>, now: Timestamp) -> Result<(), StorageError> {
    write.run("DELETE FROM idempotency WHERE at < ?", &[&now.plus_ms(-KEEP_REPLIES_MS).as_ms()])
}

/// Keeps the reply to a key.
///
/// # Errors
/// When SQLite refuses.
pub fn keep_reply(
    write: &Writer<'_>,
    idempotency: &Idempotency,
    seq: i64,
    reply: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    write.run(
        "INSERT INTO idempotency (key, body_hash, seq, reply, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET reply = excluded.reply",
        &[&idempotency.key, &idempotency.body_hash, &seq, &reply, &now.as_ms()],
    )?;
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
