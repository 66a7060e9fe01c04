//! The SQLite of an AccountObject: the throttle of its sign-in, its live sessions, and its user's drafts.

use base::ids::SessionName;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::sqlite::Row;
use durable::{Database, Schema, StorageError, Writer};

use crate::domain::user::{Draft, DraftId, Throttle};
use crate::objects::account::api::Listing;

/// Schema steps.
pub const SCHEMA: Schema = Schema::first(&[
    "
    CREATE TABLE throttle (
        one      INTEGER PRIMARY KEY CHECK (one = 1),
        failures INTEGER NOT NULL,
        last_ms  INTEGER NOT NULL
    );
    CREATE TABLE session (
        session    TEXT PRIMARY KEY,
        opened_ms  INTEGER NOT NULL,
        ends_ms    INTEGER NOT NULL,
        user_agent TEXT NOT NULL,
        address    TEXT NOT NULL
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE draft (
        id         TEXT PRIMARY KEY,
        scope      TEXT NOT NULL,
        body       TEXT NOT NULL,
        updated_ms INTEGER NOT NULL,
        touched_ms INTEGER NOT NULL
    );
    CREATE INDEX draft_by_touched ON draft (touched_ms);
",
    "
    ALTER TABLE session ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE change (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        version INTEGER NOT NULL,
        told_ms INTEGER NOT NULL
    );
",
    "
    CREATE TABLE api_key (
        session TEXT PRIMARY KEY,
        ends_ms INTEGER NOT NULL,
        version INTEGER NOT NULL
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE spent (
        name     TEXT PRIMARY KEY,
        until_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
",
    "
    -- What its owner is to be told of it, while they have not been.
    CREATE TABLE device (
        family  TEXT PRIMARY KEY,
        seen_ms INTEGER NOT NULL,
        owed    TEXT
    ) WITHOUT ROWID;
",
]);

/// What is remembered of the tries.
pub fn throttle(db: &Database) -> Result<Throttle, StorageError> {
    let row = db.row("SELECT failures, last_ms FROM throttle", &[])?;
    Ok(row.map_or_else(Throttle::default, |row| Throttle {
        failures: u32::try_from(row.int(0)).unwrap_or(u32::MAX),
        last_at: Timestamp::from_ms(row.int(1)),
    }))
}

/// Remembers a try.
pub fn put_throttle(write: &Writer<'_>, throttle: Throttle) -> Result<(), StorageError> {
    write.run(
        "INSERT OR REPLACE INTO throttle (one, failures, last_ms) VALUES (1, ?, ?)",
        &[&i64::from(throttle.failures), &throttle.last_at.as_ms()],
    )?;
    Ok(())
}

/// Forgets the tries.
pub fn clear_throttle(write: &Writer<'_>) -> Result<(), StorageError> {
    write.run("DELETE FROM throttle", &[])?;
    Ok(())
}

/// The sessions that have not reached their end, newest first.
pub fn sessions(db: &Database, now: Timestamp) -> Result<Vec<Listing>, Refusal> {
    let rows = db.rows(
        "SELECT session, opened_ms, ends_ms, user_agent, address FROM session WHERE ends_ms > ?
         ORDER BY opened_ms DESC, session",
        &[&now.as_ms()],
    )?;
    rows.iter().map(listing).collect()
}

/// Lists a session that was opened on a version of the account. Listing it again changes nothing.
pub fn put_session(write: &Writer<'_>, listing: &Listing, version: i64) -> Result<(), StorageError> {
    let Listing { session, opened_at, ends_at, user_agent, address } = listing;
    write.run(
        "INSERT INTO session (session, opened_ms, ends_ms, user_agent, address, version) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
        &[&session.as_str(), &opened_at.as_ms(), &ends_at.as_ms(), user_agent, address, &version],
    )?;
    Ok(())
}

/// The devices that were signed in on.
pub fn devices(db: &Database) -> Result<Vec<String>, StorageError> {
    Ok(db.rows("SELECT family FROM device", &[])?.iter().map(|row| row.text(0)).collect())
}

/// Remembers a device, and what is owed about it; of those above `most` the ones that were seen first are forgotten.
pub fn put_device(
    write: &Writer<'_>,
    family: &str,
    owed: Option<&String>,
    now: Timestamp,
    most: usize,
) -> Result<(), StorageError> {
    write.run(PUT_DEVICE, &[&family, &now.as_ms(), &owed])?;
    write.run(PURGE_DEVICES, &[&i64::try_from(most).unwrap_or(i64::MAX)])
}

const PUT_DEVICE: &str = "INSERT INTO device (family, seen_ms, owed) VALUES (?, ?, ?)
    ON CONFLICT (family) DO UPDATE SET seen_ms = excluded.seen_ms, owed = coalesce(owed, excluded.owed)";

const PURGE_DEVICES: &str = "DELETE FROM device WHERE owed IS NULL AND family IN
    (SELECT family FROM device ORDER BY seen_ms DESC, family LIMIT -1 OFFSET ?1)";

/// What is owed about devices.
pub fn owed_devices(db: &Database) -> Result<Vec<(String, String)>, StorageError> {
    let rows = db.rows("SELECT family, owed FROM device WHERE owed IS NOT NULL", &[])?;
    Ok(rows.iter().map(|row| (row.text(0), row.text(1))).collect())
}

/// What was owed about a device has been told.
pub fn device_told(write: &Writer<'_>, family: &str) -> Result<(), StorageError> {
    write.run("UPDATE device SET owed = NULL WHERE family = ?", &[&family])
}

/// The version that the last change made, as long as it is remembered.
pub fn changed_to(db: &Database) -> Result<Option<i64>, StorageError> {
    Ok(db.row("SELECT version FROM change", &[])?.map(|row| row.int(0)))
}

/// Remembers a change, unless a later one is known. The session that made it goes on with the new version.
pub fn put_change(
    write: &Writer<'_>,
    version: i64,
    keep: Option<&SessionName>,
    now: Timestamp,
) -> Result<(), StorageError> {
    write.run(PUT_CHANGE, &[&version, &now.as_ms()])?;
    if let Some(session) = keep {
        write.run("UPDATE session SET version = max(version, ?) WHERE session = ?", &[&version, &session.as_str()])?;
    }
    Ok(())
}

const PUT_CHANGE: &str = "INSERT INTO change (one, version, told_ms) VALUES (1, ?, ?)
    ON CONFLICT (one) DO UPDATE SET version = max(version, excluded.version), told_ms = excluded.told_ms";

/// The sessions that were opened on an older version.
pub fn sessions_before(db: &Database, version: i64) -> Result<Vec<SessionName>, Refusal> {
    names(&db.rows("SELECT session FROM session WHERE version < ?", &[&version])?)
}

/// When the last change was told.
pub fn told_at(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    Ok(db.row("SELECT told_ms FROM change", &[])?.map(|row| Timestamp::from_ms(row.int(0))))
}

/// Uses something up; `Conflict` where it was used before.
pub fn spend(write: &Writer<'_>, name: &str, until: Timestamp) -> Result<(), Refusal> {
    let spent = "INSERT INTO spent (name, until_ms) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1";
    if write.rows(spent, &[&name.to_owned(), &until.as_ms()])?.is_empty() {
        return Err(Refusal::conflict("used_before", "This was used before. Begin again."));
    }
    Ok(())
}

/// When the last of what was used up has ended.
pub fn last_spent(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row = db.row("SELECT max(until_ms) FROM spent", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}

/// Takes a session off the list, or the secret of a key.
pub fn drop_session(write: &Writer<'_>, session: &SessionName) -> Result<(), StorageError> {
    write.run("DELETE FROM session WHERE session = ?", &[&session.as_str()])?;
    write.run("DELETE FROM api_key WHERE session = ?", &[&session.as_str()])?;
    Ok(())
}

/// Takes off the list what has reached its end, and forgets tries and changes up to `faded`.
pub fn purge(write: &Writer<'_>, now: Timestamp, faded: Timestamp) -> Result<(), StorageError> {
    write.run("DELETE FROM change WHERE told_ms <= ?", &[&faded.as_ms()])?;
    write.run("DELETE FROM spent WHERE until_ms <= ?", &[&now.as_ms()])?;
    write.run("DELETE FROM session WHERE ends_ms <= ?", &[&now.as_ms()])?;
    write.run("DELETE FROM api_key WHERE ends_ms <= ?", &[&now.as_ms()])?;
    write.run("DELETE FROM throttle WHERE last_ms <= ?", &[&faded.as_ms()])?;
    Ok(())
}

/// Lists the secret of a key that was made on a version of the account. Listing it again changes nothing.
pub fn put_key(
    write: &Writer<'_>,
    session: &SessionName,
    ends_at: Timestamp,
    version: i64,
) -> Result<(), StorageError> {
    write.run(
        "INSERT INTO api_key (session, ends_ms, version) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        &[&session.as_str(), &ends_at.as_ms(), &version],
    )?;
    Ok(())
}

/// The secrets of keys that were made on an older version.
pub fn keys_before(db: &Database, version: i64) -> Result<Vec<SessionName>, Refusal> {
    names(&db.rows("SELECT session FROM api_key WHERE version < ?", &[&version])?)
}

/// The secrets of keys that have not reached their end.
pub fn keys(db: &Database, now: Timestamp) -> Result<Vec<SessionName>, Refusal> {
    names(&db.rows("SELECT session FROM api_key WHERE ends_ms > ? ORDER BY session", &[&now.as_ms()])?)
}

fn names(rows: &[Row]) -> Result<Vec<SessionName>, Refusal> {
    rows.iter().map(|row| row.text(0).parse().map_err(|_| Refusal::Internal)).collect()
}

/// When the first session on the list reaches its end, or the first secret of a key.
pub fn first_end(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row =
        db.row("SELECT min(ends_ms) FROM (SELECT ends_ms FROM session UNION ALL SELECT ends_ms FROM api_key)", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}

/// Keeps a draft that was touched at `now`, unless what is kept under its id is as new by the clocks of its devices.
const PUT_DRAFT: &str = "INSERT INTO draft (id, scope, body, updated_ms, touched_ms) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET scope = excluded.scope, body = excluded.body, updated_ms = excluded.updated_ms, touched_ms = excluded.touched_ms
    WHERE excluded.updated_ms > updated_ms";

/// Forgets those that were touched last before `?1`, by our clock, whatever that of the device says.
const PURGE_OLD: &str = "DELETE FROM draft WHERE touched_ms < ?1";

/// Forgets all but the `?1` that were touched last.
const PURGE_REST: &str =
    "DELETE FROM draft WHERE id IN (SELECT id FROM draft ORDER BY touched_ms DESC, id LIMIT -1 OFFSET ?1)";

/// Keeps a draft, unless what is kept under its id is as new.
pub fn put_draft(write: &Writer<'_>, draft: &Draft, now: Timestamp) -> Result<(), StorageError> {
    let Draft { id, scope, body, updated_at } = draft;
    write.run(PUT_DRAFT, &[&id.to_string(), scope, body, &updated_at.as_ms(), &now.as_ms()])?;
    Ok(())
}

/// Forgets a draft.
pub fn drop_draft(write: &Writer<'_>, id: DraftId) -> Result<(), StorageError> {
    write.run("DELETE FROM draft WHERE id = ?", &[&id.to_string()])?;
    Ok(())
}

/// Forgets the drafts that were touched last before `before`, and of the others the oldest, so that `most` are left.
pub fn purge_drafts(write: &Writer<'_>, before: Timestamp, most: usize) -> Result<(), StorageError> {
    write.run(PURGE_OLD, &[&before.as_ms()])?;
    write.run(PURGE_REST, &[&i64::try_from(most).unwrap_or(i64::MAX)])?;
    Ok(())
}

/// The drafts that were touched at `since` or later, newest first.
pub fn drafts(db: &Database, since: Timestamp) -> Result<Vec<Draft>, Refusal> {
    let rows = db.rows(
        "SELECT id, scope, body, updated_ms FROM draft WHERE touched_ms >= ? ORDER BY updated_ms DESC, id",
        &[&since.as_ms()],
    )?;
    let draft = |row: &Row| {
        let id = row.text(0).parse().map_err(|_| Refusal::Internal)?;
        Ok(Draft { id, scope: row.text(1), body: row.text(2), updated_at: Timestamp::from_ms(row.int(3)) })
    };
    rows.iter().map(draft).collect()
}

/// When the draft was touched that was touched first.
pub fn oldest_draft(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row = db.row("SELECT min(touched_ms) FROM draft", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}

fn listing(row: &Row) -> Result<Listing, Refusal> {
    Ok(Listing {
        session: row.text(0).parse().map_err(|_| Refusal::Internal)?,
        opened_at: Timestamp::from_ms(row.int(1)),
        ends_at: Timestamp::from_ms(row.int(2)),
        user_agent: row.text(3),
        address: row.text(4),
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
