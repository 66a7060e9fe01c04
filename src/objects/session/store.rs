//! The SQLite of a SessionObject: one row, which becomes a tombstone when the session ends.

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Database, Schema, StorageError, Writer};

use crate::domain::factor::Method;
use crate::domain::key::HeldKey;
use crate::domain::session::Term;
use crate::domain::user::Caller;

/// Schema steps.
pub const SCHEMA: Schema = Schema::first(&[
    "
    CREATE TABLE session (
        one          INTEGER PRIMARY KEY CHECK (one = 1),
        name         TEXT NOT NULL,
        caller       TEXT NOT NULL,
        email        TEXT NOT NULL,
        user_agent   TEXT NOT NULL,
        address      TEXT NOT NULL,
        opened_ms    INTEGER NOT NULL,
        seen_ms      INTEGER NOT NULL,
        idle_ms      INTEGER NOT NULL,
        ends_ms      INTEGER NOT NULL,
        ended_ms     INTEGER,
        ended_reason TEXT
    )
",
    "ALTER TABLE session ADD COLUMN key TEXT",
    "
    ALTER TABLE session ADD COLUMN methods TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE session ADD COLUMN proved_ms INTEGER;
",
]);

/// The row.
#[allow(clippy::large_enum_variant, reason = "an object has one of them")]
pub enum Stored {
    /// The session was not ended; whether it has expired is for the clock to say.
    Open(Session),
    /// It was ended.
    Ended {
        /// Its absolute limit.
        ends_at: Timestamp,
    },
}

/// A session that was not ended.
#[derive(Clone, Debug)]
pub struct Session {
    /// The object's own name: an alarm comes without one.
    pub name: String,
    /// Who it is.
    pub caller: Caller,
    /// What the user signs in with, in the column `email`.
    pub login: String,
    /// The browser.
    pub user_agent: String,
    /// The network address that signed in.
    pub address: String,
    /// How long it holds.
    pub term: Term,
    /// The API key whose secret it is, if it is one.
    pub key: Option<HeldKey>,
    /// By what its owner has proved who they are.
    pub methods: Vec<Method>,
    /// When they did that last, where that was not when it was opened.
    pub proved_at: Option<Timestamp>,
}

/// The row, if there is one.
pub fn load(db: &Database) -> Result<Option<Stored>, Refusal> {
    let row = db.row(
        "SELECT name, caller, email, user_agent, address, opened_ms, seen_ms, idle_ms, ends_ms, ended_ms, key,
                methods, proved_ms
         FROM session",
        &[],
    )?;
    let Some(row) = row else { return Ok(None) };
    let ends_at = Timestamp::from_ms(row.int(8));
    if row.optional_int(9).is_some() {
        return Ok(Some(Stored::Ended { ends_at }));
    }
    Ok(Some(Stored::Open(Session {
        name: row.text(0),
        caller: base::json::from_str(&row.text(1)).map_err(|_| Refusal::Internal)?,
        login: row.text(2),
        user_agent: row.text(3),
        address: row.text(4),
        term: Term {
            opened_at: Timestamp::from_ms(row.int(5)),
            seen_at: Timestamp::from_ms(row.int(6)),
            idle_ms: row.int(7),
            ends_at,
        },
        // Words that this release does not know are a newer one's, which can read them.
        key: row
            .optional_text(10)
            .map(|text| base::json::from_str(&text).map_err(|_| Refusal::unavailable("session", 1)))
            .transpose()?,
        methods: base::json::from_str(&row.text(11)).map_err(|_| Refusal::Internal)?,
        proved_at: row.optional_int(12).map(Timestamp::from_ms),
    })))
}

/// Writes a session that has just been opened.
pub fn insert(write: &Writer<'_>, session: &Session) -> Result<(), Refusal> {
    let caller = serde_json::to_string(&session.caller).map_err(|_| Refusal::Internal)?;
    #[cfg(feature = "fault-injection")]
    let caller = durable::release::written(caller);
    let key = session.key.as_ref().map(serde_json::to_string).transpose().map_err(|_| Refusal::Internal)?;
    let methods = serde_json::to_string(&session.methods).map_err(|_| Refusal::Internal)?;
    let Session { name, login, user_agent, address, term, .. } = session;
    let proved_ms = session.proved_at.map(Timestamp::as_ms);
    let (opened_ms, seen_ms, ends_ms) = (term.opened_at.as_ms(), term.seen_at.as_ms(), term.ends_at.as_ms());
    write.run(
        "INSERT INTO session (one, name, caller, email, user_agent, address, opened_ms, seen_ms, idle_ms, ends_ms, key,
                              methods, proved_ms)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            name,
            &caller,
            login,
            user_agent,
            address,
            &opened_ms,
            &seen_ms,
            &term.idle_ms,
            &ends_ms,
            &key,
            &methods,
            &proved_ms,
        ],
    )?;
    Ok(())
}

/// Writes down when the session was last used.
pub fn put_seen(write: &Writer<'_>, seen_at: Timestamp) -> Result<(), StorageError> {
    write.run("UPDATE session SET seen_ms = ?", &[&seen_at.as_ms()])?;
    Ok(())
}

/// Writes who the user is now.
pub fn put_caller(write: &Writer<'_>, caller: &Caller) -> Result<(), Refusal> {
    let caller = serde_json::to_string(caller).map_err(|_| Refusal::Internal)?;
    write.run("UPDATE session SET caller = ? WHERE ended_ms IS NULL", &[&caller])?;
    Ok(())
}

/// Writes what is known of the key.
pub fn put_key(write: &Writer<'_>, key: &HeldKey) -> Result<(), Refusal> {
    let key = serde_json::to_string(key).map_err(|_| Refusal::Internal)?;
    write.run("UPDATE session SET key = ? WHERE ended_ms IS NULL", &[&key])?;
    Ok(())
}

/// Writes another end.
pub fn put_end(write: &Writer<'_>, ends_at: Timestamp) -> Result<(), StorageError> {
    write.run("UPDATE session SET ends_ms = ? WHERE ended_ms IS NULL", &[&ends_at.as_ms()])?;
    Ok(())
}

/// Writes down that the user has proved again who they are.
pub fn put_proved(write: &Writer<'_>, methods: &[Method], at: Timestamp) -> Result<(), Refusal> {
    let methods = serde_json::to_string(methods).map_err(|_| Refusal::Internal)?;
    write.run("UPDATE session SET methods = ?, proved_ms = ? WHERE ended_ms IS NULL", &[&methods, &at.as_ms()])?;
    Ok(())
}

/// Makes the row a tombstone: it keeps that the session has ended, and nothing about whose it was.
pub fn bury(write: &Writer<'_>, now: Timestamp, reason: &str) -> Result<(), StorageError> {
    write.run(
        "UPDATE session SET ended_ms = ?, ended_reason = ?, caller = '', email = '', user_agent = '', address = '', key = NULL
         WHERE ended_ms IS NULL",
        &[&now.as_ms(), &reason],
    )?;
    Ok(())
}
