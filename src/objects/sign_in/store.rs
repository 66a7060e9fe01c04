//! The SQLite of a SignInObject: one row, for 10 minutes at most.

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Database, Schema, StorageError, Writer};

use crate::objects::sign_in::api::Attempt;

/// Schema steps.
pub const SCHEMA: Schema = Schema::first(&["
    CREATE TABLE attempt (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        ends_ms INTEGER NOT NULL,
        body    TEXT NOT NULL
    )
"]);

/// The attempt and when it ends, if there is one.
pub fn load(db: &Database) -> Result<Option<(Attempt, Timestamp)>, Refusal> {
    let Some(row) = db.row("SELECT body, ends_ms FROM attempt", &[])? else { return Ok(None) };
    let attempt = base::json::from_str(&row.text(0)).map_err(|_| Refusal::Internal)?;
    Ok(Some((attempt, Timestamp::from_ms(row.int(1)))))
}

/// When the attempt ends, if there is one.
pub fn ends_at(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    Ok(db.row("SELECT ends_ms FROM attempt", &[])?.map(|row| Timestamp::from_ms(row.int(0))))
}

/// Keeps the attempt.
pub fn put(write: &Writer<'_>, body: &str, ends_at: Timestamp) -> Result<(), StorageError> {
    write.run("INSERT INTO attempt (one, ends_ms, body) VALUES (1, ?, ?)", &[&ends_at.as_ms(), &body])?;
    Ok(())
}
