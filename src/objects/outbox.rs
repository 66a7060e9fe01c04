//! The transactional outbox: what an actor still owes to others, kept beside the event that caused it.
//!
//! A row `(destination, seq)` says that event `seq` has not reached `destination`. It is written in the transaction of
//! the event and deleted when the destination has committed it; what is sent is read from the actor's own tables at
//! that moment. A flush deletes the seqs that it sent, never "all".
//!
//! Architecture invariants: delivery is at least once and in order of seq per destination; a transient failure is
//! retried for ever with backoff; a refused row stops its destination ("parked") until an operator replays it.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::backoff;
use crate::domain::time::{Timestamp, rfc3339};
use crate::objects::clock;
use crate::objects::sqlite::{Database, Row, StorageError, Writer};

/// The schema step of every actor that has an outbox.
pub const SCHEMA: &str = "
    CREATE TABLE outbox (
        destination TEXT NOT NULL,
        seq         INTEGER NOT NULL,
        PRIMARY KEY (destination, seq)
    ) WITHOUT ROWID;
    CREATE TABLE delivery (
        destination     TEXT PRIMARY KEY,
        delivered_seq   INTEGER NOT NULL DEFAULT 0,
        delivered_ms    INTEGER,
        attempts        INTEGER NOT NULL DEFAULT 0,
        next_attempt_ms INTEGER NOT NULL DEFAULT 0,
        parked_seq      INTEGER,
        error           TEXT
    ) WITHOUT ROWID;
";

/// At most this many rows are sent at once.
pub const BATCH: usize = 100;

/// The first retry comes this long after the write, in milliseconds: the push right behind the reply is usually done.
const GRACE_MS: i64 = 1_500;

/// Where events go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The read model, through a DatabaseObject.
    Postgres,
    /// The organisation's RequestIndexObject.
    Index,
    /// The `audit` stream.
    Audit,
}

impl Destination {
    /// All of them.
    pub const ALL: [Destination; 3] = [Destination::Postgres, Destination::Index, Destination::Audit];

    /// The name in the tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Destination::Postgres => "postgres",
            Destination::Index => "index",
            Destination::Audit => "audit",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Why a delivery did not happen.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The destination is away or busy: tried again.
    Transient(String),
    /// The destination will never take this row as it is: parked.
    Refused {
        /// The row.
        seq: i64,
        /// What it said.
        error: String,
    },
}

/// What is owed to one destination.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Debt {
    /// The destination.
    pub destination: Destination,
    /// Rows that have not arrived.
    pub pending: i64,
    /// The newest seq that has.
    pub delivered_seq: i64,
    /// Failed attempts since the last success.
    pub attempts: i64,
    /// When it is tried again, if something is pending.
    #[serde(default, with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub next_attempt_at: Option<Timestamp>,
    /// The seq that was refused for good.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub parked_seq: Option<i64>,
    /// The last error.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub error: Option<String>,
}

/// The outbox of one actor.
#[derive(Default)]
pub struct Outbox {
    busy: Cell<u8>,
}

impl Outbox {
    /// Owes `seq` to each of `destinations`; inside the transaction that writes the event.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn owe(
        &self,
        write: &Writer<'_>,
        destinations: &[Destination],
        seq: i64,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let due = now.as_ms() + GRACE_MS;
        let names: Vec<&str> = destinations.iter().map(|destination| destination.as_str()).collect();
        let names = json!(names).to_string();
        write.run("INSERT INTO outbox (destination, seq) SELECT value, ?2 FROM json_each(?1)", &[&names, &seq])?;
        write.run(
            "INSERT INTO delivery (destination, next_attempt_ms) SELECT value, ?2 FROM json_each(?1) WHERE true
             ON CONFLICT (destination) DO UPDATE SET next_attempt_ms = excluded.next_attempt_ms
             WHERE delivery.attempts = 0",
            &[&names, &due],
        )?;
        Ok(())
    }

    /// Owes `seqs` to `destination` once more: it was found not to have them, whatever it said.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn owe_again(
        &self,
        write: &Writer<'_>,
        destination: Destination,
        seqs: impl IntoIterator<Item = i64>,
    ) -> Result<(), StorageError> {
        for seq in seqs {
            write
                .run("INSERT OR IGNORE INTO outbox (destination, seq) VALUES (?, ?)", &[&destination.as_str(), &seq])?;
        }
        Ok(())
    }

    /// The oldest rows owed to `destination`, unless it is parked.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn pending(&self, db: &Database, destination: Destination) -> Result<Vec<i64>, StorageError> {
        let rows = db.rows(
            "SELECT o.seq FROM outbox o LEFT JOIN delivery d USING (destination)
             WHERE o.destination = ?1 AND d.parked_seq IS NULL ORDER BY o.seq LIMIT ?2",
            &[&destination.as_str(), &(BATCH as i64)],
        )?;
        Ok(rows.iter().map(|row| row.int(0)).collect())
    }

    /// Takes the exclusive right to send to `destination`; `None` while another flush holds it.
    pub fn start(&self, destination: Destination) -> Option<Sending<'_>> {
        if self.busy.get() & destination.bit() != 0 {
            return None;
        }
        self.busy.set(self.busy.get() | destination.bit());
        Some(Sending { outbox: self, destination })
    }

    /// Writes down what came of sending `seqs`.
    ///
    /// # Errors
    /// When SQLite refuses; the rows are then sent again, which the destinations bear.
    pub fn settle(
        &self,
        db: &Database,
        destination: Destination,
        seqs: &[i64],
        outcome: Result<(), Failure>,
    ) -> Result<(), StorageError> {
        match outcome {
            Ok(()) => self.delivered(db, destination, seqs),
            Err(Failure::Transient(error)) => self.postpone(db, destination, &error),
            Err(Failure::Refused { seq, error }) => self.park(db, destination, seq, &error),
        }
    }

    fn delivered(&self, db: &Database, destination: Destination, seqs: &[i64]) -> Result<(), StorageError> {
        let (Some(first), Some(last)) = (seqs.first(), seqs.last()) else { return Ok(()) };
        let (name, now) = (destination.as_str(), clock::now().as_ms());
        // Rows of one destination are sent as an unbroken run, so the run's ends name exactly what was sent.
        db.atomically(|write| {
            write.run("DELETE FROM outbox WHERE destination = ? AND seq BETWEEN ? AND ?", &[&name, first, last])?;
            write.run(
                "UPDATE delivery SET delivered_seq = max(delivered_seq, ?2), delivered_ms = ?3, attempts = 0,
                                     next_attempt_ms = ?3 + ?4, error = NULL WHERE destination = ?1",
                &[&name, last, &now, &GRACE_MS],
            )?;
            Ok(())
        })
    }

    fn postpone(&self, db: &Database, destination: Destination, error: &str) -> Result<(), StorageError> {
        let name = destination.as_str();
        let attempts =
            db.row("SELECT attempts FROM delivery WHERE destination = ?", &[&name])?.map_or(0, |row| row.int(0));
        let delay = backoff::delay_ms(attempts.try_into().unwrap_or(u32::MAX), clock::chance());
        let next = clock::now().as_ms() + delay;
        db.atomically(|write| {
            write.run(
                "UPDATE delivery SET attempts = attempts + 1, next_attempt_ms = ?2, error = ?3 WHERE destination = ?1",
                &[&name, &next, &error],
            )?;
            Ok(())
        })
    }

    fn park(&self, db: &Database, destination: Destination, seq: i64, error: &str) -> Result<(), StorageError> {
        db.atomically(|write| {
            write.run(
                "UPDATE delivery SET parked_seq = ?2, error = ?3 WHERE destination = ?1",
                &[&destination.as_str(), &seq, &error],
            )?;
            Ok(())
        })
    }

    /// Makes everything due now: what was parked is tried again, what waits for its backoff too.
    ///
    /// # Errors
    /// When SQLite refuses.
    fn replay(&self, db: &Database) -> Result<(), StorageError> {
        if !db.exists()? {
            return Ok(());
        }
        db.atomically(|write| {
            write.run(
                "UPDATE delivery SET parked_seq = NULL, error = NULL, attempts = 0, next_attempt_ms = ?",
                &[&clock::now().as_ms()],
            )?;
            Ok(())
        })
    }

    /// Makes what waits for its backoff due now: somebody knows that the destination is back.
    ///
    /// # Errors
    /// When SQLite refuses.
    fn hurry(&self, db: &Database) -> Result<(), StorageError> {
        let now = clock::now().as_ms();
        let waits = "parked_seq IS NULL AND attempts > 0 AND next_attempt_ms > ?";
        if db.row(&format!("SELECT 1 FROM delivery WHERE {waits}"), &[&now])?.is_none() {
            return Ok(());
        }
        db.atomically(|write| {
            write.run(
                &format!("UPDATE delivery SET next_attempt_ms = ?1 WHERE {}", waits.replace('?', "?1")),
                &[&now],
            )?;
            Ok(())
        })
    }

    /// What a poke asks for: [`Outbox::replay`] or [`Outbox::hurry`].
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn poked(&self, db: &Database, replay: bool) -> Result<(), StorageError> {
        if replay { self.replay(db) } else { self.hurry(db) }
    }

    /// What is owed, per destination.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn debts(&self, db: &Database) -> Result<Vec<Debt>, StorageError> {
        let rows = db.rows(
            "SELECT d.destination, d.delivered_seq, d.attempts, d.next_attempt_ms, d.parked_seq, d.error,
                    (SELECT count(*) FROM outbox o WHERE o.destination = d.destination)
             FROM delivery d ORDER BY d.destination",
            &[],
        )?;
        Ok(rows.iter().filter_map(debt).collect())
    }

    /// When the next delivery is due, if one is owed and not parked.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn next_due(&self, db: &Database) -> Result<Option<Timestamp>, StorageError> {
        let row = db.row(
            "SELECT min(d.next_attempt_ms) FROM delivery d WHERE d.parked_seq IS NULL
             AND EXISTS (SELECT 1 FROM outbox o WHERE o.destination = d.destination)",
            &[],
        )?;
        Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
    }

    /// The oldest rows owed to `destination`, if it may be tried at `now`.
    ///
    /// # Errors
    /// When SQLite refuses.
    fn due(&self, db: &Database, destination: Destination, now: Timestamp) -> Result<Vec<i64>, StorageError> {
        let rows = db.rows(
            "SELECT o.seq FROM delivery d JOIN outbox o USING (destination)
             WHERE d.destination = ?1 AND d.parked_seq IS NULL AND (d.attempts = 0 OR d.next_attempt_ms <= ?3)
             ORDER BY o.seq LIMIT ?2",
            &[&destination.as_str(), &(BATCH as i64), &now.as_ms()],
        )?;
        Ok(rows.iter().map(|row| row.int(0)).collect())
    }
}

/// The exclusive right to send to one destination, until dropped.
pub struct Sending<'a> {
    outbox: &'a Outbox,
    destination: Destination,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.outbox.busy.set(self.outbox.busy.get() & !self.destination.bit());
    }
}

fn debt(row: &Row) -> Option<Debt> {
    let name = row.text(0);
    let destination = Destination::ALL.into_iter().find(|known| known.as_str() == name)?;
    let pending = row.int(6);
    Some(Debt {
        destination,
        pending,
        delivered_seq: row.int(1),
        attempts: row.int(2),
        next_attempt_at: (pending > 0).then(|| Timestamp::from_ms(row.int(3))),
        parked_seq: row.optional_int(4),
        error: row.optional_text(5),
    })
}

/// An actor that owes events to others.
#[allow(async_fn_in_trait, reason = "everything here runs on the one thread of its isolate")]
pub trait Owes {
    /// Its outbox.
    fn outbox(&self) -> &Outbox;
    /// Its database.
    fn database(&self) -> &Database;
    /// Sends the events `seqs` (an unbroken run of what is owed) to `destination`.
    ///
    /// # Errors
    /// What the destination, or the way there, said.
    async fn deliver(&self, destination: Destination, seqs: &[i64]) -> Result<(), Failure>;
}

/// Sends what is due to `destination` until nothing is left or a delivery fails.
pub async fn flush<A: Owes>(actor: &A, destination: Destination) {
    let (outbox, db) = (actor.outbox(), actor.database());
    let Some(_sending) = outbox.start(destination) else { return };
    loop {
        let seqs = match outbox.due(db, destination, clock::now()) {
            Ok(seqs) if !seqs.is_empty() => seqs,
            Ok(_) => return,
            Err(error) => return worker::console_error!("outbox: {error}"),
        };
        let outcome = actor.deliver(destination, &seqs).await;
        let failed = outcome.is_err();
        if let Err(error) = outbox.settle(db, destination, &seqs, outcome) {
            return worker::console_error!("outbox: {error}");
        }
        if failed {
            return;
        }
    }
}
