//! The devices that have asked for messages, and the messages that each is owed.

use base::ids::SessionName;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Database, StorageError, Writer};

use crate::domain::mailed::Mailed;
use crate::domain::notify::{DeviceId, Notice};

/// The tables.
pub const TABLES: &str = "
    CREATE TABLE device (
        id      TEXT PRIMARY KEY,
        -- It is told as long as this session holds.
        session TEXT NOT NULL,
        -- Where its push service is, and its keys: closed (src/push).
        sealed  TEXT NOT NULL,
        name    TEXT NOT NULL,
        added   INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE push (
        key    INTEGER PRIMARY KEY,
        notice INTEGER NOT NULL,
        device TEXT NOT NULL,
        due    INTEGER,
        tries  INTEGER NOT NULL DEFAULT 0,
        pushed TEXT,
        given_up INTEGER NOT NULL DEFAULT 0,
        UNIQUE (notice, device)
    );
    CREATE INDEX push_by_due ON push (due) WHERE due IS NOT NULL;
    CREATE TRIGGER push_purged AFTER DELETE ON notice BEGIN DELETE FROM push WHERE notice = old.key; END;
";

/// A person has so many devices that are told; the one that was added first goes.
pub const MOST_DEVICES: i64 = 10;

/// A device.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The session that it belongs to.
    pub session: SessionName,
    /// The closed subscription.
    pub sealed: String,
    /// The browser, as it names itself.
    pub name: String,
    /// When it was added.
    pub added: Timestamp,
}

/// The devices, newest first.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn devices(db: &Database) -> Result<Vec<Device>, Refusal> {
    let rows = db.rows("SELECT id, session, sealed, name, added FROM device ORDER BY added DESC, id", &[])?;
    let devices = rows.iter().map(|row| {
        Ok(Device {
            id: row.text(0).parse().map_err(|_| Refusal::Internal)?,
            session: row.text(1).parse().map_err(|_| Refusal::Internal)?,
            sealed: row.text(2),
            name: row.text(3),
            added: Timestamp::from_ms(row.int(4)),
        })
    });
    devices.collect()
}

/// Adds a device, or what is new about it; the oldest ones beyond the most go.
///
/// # Errors
/// When SQLite refuses.
pub fn put(write: &Writer<'_>, device: &Device) -> Result<(), StorageError> {
    write.run(
        "INSERT INTO device (id, session, sealed, name, added) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET session = excluded.session, sealed = excluded.sealed, name = excluded.name",
        &[&device.id.as_str(), &device.session.as_str(), &device.sealed, &device.name, &device.added.as_ms()],
    )?;
    write.run(
        "DELETE FROM device WHERE id <> ? AND id NOT IN (SELECT id FROM device WHERE id <> ? ORDER BY added DESC, id LIMIT ?)",
        &[&device.id.as_str(), &device.id.as_str(), &(MOST_DEVICES - 1)],
    )
}

/// Takes a device away, and what it was owed.
///
/// # Errors
/// When SQLite refuses.
pub fn remove(write: &Writer<'_>, id: &DeviceId) -> Result<(), StorageError> {
    write.run("DELETE FROM device WHERE id = ?", &[&id.as_str()])?;
    write.run("UPDATE push SET due = NULL, given_up = 1 WHERE device = ? AND due IS NOT NULL", &[&id.as_str()])
}

/// The devices of a session.
///
/// # Errors
/// When SQLite refuses.
pub fn of_session(db: &Database, session: &SessionName) -> Result<Vec<DeviceId>, StorageError> {
    let rows = db.rows("SELECT id FROM device WHERE session = ?", &[&session.as_str()])?;
    Ok(rows.iter().filter_map(|row| row.text(0).parse().ok()).collect())
}

/// Each device is owed a message about the notice in this row, which has just been kept; whether there is any.
///
/// # Errors
/// When SQLite refuses.
pub fn owe(write: &Writer<'_>, notice: i64, due: Timestamp) -> Result<bool, StorageError> {
    let owed = write.rows(
        "INSERT INTO push (notice, device, due) SELECT ?, id, ? FROM device WHERE true
         ON CONFLICT (notice, device) DO NOTHING RETURNING key",
        &[&notice, &due.as_ms()],
    )?;
    Ok(!owed.is_empty())
}

/// A message that a device is owed.
pub struct Owed {
    /// The row.
    pub key: i64,
    /// What it is about.
    pub notice: Notice,
    /// Whether that is not read yet.
    pub unread: bool,
    /// Which device.
    pub device: String,
    /// How often it was tried.
    pub tries: u32,
}

/// The first messages that are due.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn owed(db: &Database, now: Timestamp, most: i64) -> Result<Vec<Owed>, Refusal> {
    let rows = db.rows(
        "SELECT push.key, notice.json, notice.unread, push.device, push.tries FROM push JOIN notice ON notice.key = push.notice
         WHERE push.due IS NOT NULL AND push.due <= ? ORDER BY push.due, push.key LIMIT ?",
        &[&now.as_ms(), &most],
    )?;
    let owed = rows.iter().map(|row| {
        Ok(Owed {
            key: row.int(0),
            notice: base::json::from_str(&row.text(1)).map_err(|_| Refusal::Internal)?,
            unread: row.int(2) == 1,
            device: row.text(3),
            tries: u32::try_from(row.int(4)).unwrap_or(u32::MAX),
        })
    });
    owed.collect()
}

/// Puts off a message that is owed.
///
/// # Errors
/// When SQLite refuses.
pub fn put_off(write: &Writer<'_>, key: i64, due: Timestamp) -> Result<(), StorageError> {
    write.run("UPDATE push SET due = ? WHERE key = ? AND due IS NOT NULL", &[&due.as_ms(), &key])
}

/// When the next message is due, if one is owed.
///
/// # Errors
/// When SQLite refuses.
pub fn next(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row = db.row("SELECT min(due) FROM push WHERE due IS NOT NULL", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}

/// Writes down what became of a message; `again` is when it is tried once more.
///
/// # Errors
/// When SQLite refuses.
pub fn settle(write: &Writer<'_>, key: i64, pushed: Option<&Mailed>, again: Option<Timestamp>) -> Result<(), Refusal> {
    let pushed = pushed.map(serde_json::to_string).transpose().map_err(|_| Refusal::Internal)?;
    write.run(
        // One that was given up while it was on its way is not tried again, and one that was not needed is given up.
        "UPDATE push SET due = iif(given_up, NULL, ?), tries = tries + 1, pushed = coalesce(?, pushed), given_up = iif(?, 1, given_up)
         WHERE key = ?",
        &[&again.map(Timestamp::as_ms), &pushed, &pushed.is_none(), &key],
    )?;
    Ok(())
}
