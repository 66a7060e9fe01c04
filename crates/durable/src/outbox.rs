//! The transactional outbox: what an actor still owes to others, kept beside the event that caused it.
//!
//! An actor's events have seqs without gaps, so what a destination lacks is a range: the events behind the one that it had
//! last. The offsets of all destinations ([`Offsets`]) are one small row. It is written in the transaction of the event; what is
//! sent is read from the actor's own tables at that moment. docs/decisions/0009-the-outbox-is-a-book-of-runs.md has the reasons.
//!
//! A success is written down with the next event or, when nothing more is on its way, by [`Outbox::keep`], at the latest
//! when the alarm rings that was set with the event: an object that dies before has the run delivered once more.
//!
//! Architecture invariants: delivery is at least once and in order of seq per destination; a transient failure is
//! retried for ever with backoff; a refused event stops its destination ("parked") until an operator replays it.

mod offsets;

use std::cell::{Cell, RefCell, RefMut};
use std::fmt::Display;

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::sqlite::{Database, StorageError, Writer};
use crate::state::Alarm;

pub use offsets::{Offsets, SeqRange};

/// The tables of every actor that has an outbox.
pub const TABLES: &str = "
    CREATE TABLE book (
        one   INTEGER PRIMARY KEY CHECK (one = 1),
        lines TEXT NOT NULL
    );
";

/// The step of the schema that had a row per event and destination.
pub const ROWS_STEP: &str = "
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

/// The step behind [`TABLES`] that turns those rows into offsets.
pub const BOOK_STEP: &str = "
    INSERT INTO book (one, lines)
    SELECT 1, json_group_array(json_object(
        'destination', d.destination,
        'owed_seq', max(d.delivered_seq, coalesce((SELECT max(seq) FROM outbox o WHERE o.destination = d.destination), 0)),
        'delivered_seq',
            coalesce((SELECT min(seq) - 1 FROM outbox o WHERE o.destination = d.destination), d.delivered_seq),
        'attempts', d.attempts,
        'next_attempt_ms', d.next_attempt_ms,
        'parked_seq', d.parked_seq,
        'error', d.error
    )) FROM delivery d;
    DROP TABLE outbox;
    DROP TABLE delivery;
";

/// The most JSON that is sent at once, in bytes. An event beyond it goes alone: a delivery that is larger than what a
/// message may be, or than what a destination lets wait, would be put off for ever.
pub const MOST_BYTES: i64 = 512 * 1024;

/// What has arrived is written down within this long, in milliseconds: an object lives on for longer after a call.
const KEPT_WITHIN_MS: i64 = 2_000;

/// Offsets that cannot be read are looked at again after this long, in milliseconds.
const UNREADABLE_MS: i64 = 1_000;

/// Whom an actor's events go to: an enum of its own, each with its name in the table.
pub trait Destination: Copy + Eq + Display + Serialize + DeserializeOwned + 'static {
    /// All of them; at most eight.
    const ALL: &'static [Self];
}

/// The place of a destination in a set of flags.
fn bit<D: Destination>(destination: D) -> u8 {
    let place = D::ALL.iter().position(|known| *known == destination).unwrap_or_default();
    1 << place.min(7)
}

/// Why a delivery did not happen.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The destination is away or busy: tried again.
    Transient(String),
    /// The destination will never take this event as it is: parked.
    Refused {
        /// The event.
        seq: i64,
        /// What it said.
        error: String,
    },
}

impl From<Refusal> for Failure {
    /// Who refuses now may take it later; that it never will, only the actor's own [`Deliver`] can tell.
    fn from(refusal: Refusal) -> Self {
        Failure::Transient(refusal.to_string())
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Refusal::from(error).into()
    }
}

/// What is owed to one destination.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Debt {
    /// The destination.
    pub destination: String,
    /// Events that have not arrived.
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
pub struct Outbox<D> {
    busy: Cell<u8>,
    /// The offsets, once it was read: what SQLite has, and what has arrived since.
    offsets: RefCell<Option<Offsets<D>>>,
    /// Whether something has arrived that SQLite does not know of.
    unsaved: Cell<bool>,
}

impl<D> Default for Outbox<D> {
    fn default() -> Self {
        Outbox { busy: Cell::new(0), offsets: RefCell::new(None), unsaved: Cell::new(false) }
    }
}

impl<D: Destination> Outbox<D> {
    /// What `look` finds in the offsets.
    fn read<T>(&self, db: &Database, look: impl FnOnce(&Offsets<D>) -> T) -> Result<T, StorageError> {
        Ok(look(&*self.offsets(db)?))
    }

    fn offsets(&self, db: &Database) -> Result<RefMut<'_, Offsets<D>>, StorageError> {
        let mut known = self.offsets.borrow_mut();
        if known.is_none()
            && let Some(row) = db.row("SELECT lines FROM book", &[])?
        {
            let stored = base::json::from_str(&row.text(0)).map_err(|error| StorageError::unreadable(&error))?;
            *known = Some(stored);
        }
        Ok(RefMut::map(known, Option::get_or_insert_default))
    }

    /// One transaction, in which the actor writes events and owes them. When it fails, the offsets is as before.
    ///
    /// # Errors
    /// What `work` returned, or what SQLite refused.
    pub fn atomically<T, E: From<StorageError>>(
        &self,
        db: &Database,
        work: impl FnOnce(&Writer<'_>, &mut Offsets<D>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut offsets = self.read(db, Offsets::clone)?;
        let done = db.atomically(|write| {
            let done = work(write, &mut offsets)?;
            save(write, &offsets)?;
            Ok::<_, E>(done)
        })?;
        self.saved(offsets);
        Ok(done)
    }

    /// Changes the offsets by itself.
    fn change(&self, db: &Database, change: impl FnOnce(&mut Offsets<D>)) -> Result<(), StorageError> {
        let mut offsets = self.read(db, Offsets::clone)?;
        change(&mut offsets);
        if self.unsaved.get() || self.read(db, |known| *known != offsets)? {
            db.atomically(|write| save(write, &offsets))?;
            self.saved(offsets);
        }
        Ok(())
    }

    fn saved(&self, offsets: Offsets<D>) {
        *self.offsets.borrow_mut() = Some(offsets);
        self.unsaved.set(false);
    }

    /// Owes everything behind `seq` to `destination` once more: it was found not to have it, whatever it said.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn owe_again(&self, db: &Database, destination: D, behind: i64) -> Result<(), StorageError> {
        self.change(db, |offsets| offsets.owe_again(destination, behind))
    }

    /// The oldest events owed to `destination`, unless it is parked.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn pending(&self, db: &Database, destination: D) -> Result<Option<SeqRange>, StorageError> {
        self.read(db, |offsets| offsets.pending(destination))
    }

    /// Takes the exclusive right to send to `destination`; `None` while another flush holds it.
    pub fn start(&self, destination: D) -> Option<Sending<'_, D>> {
        if self.busy.get() & bit(destination) != 0 {
            return None;
        }
        self.busy.set(self.busy.get() | bit(destination));
        Some(Sending { outbox: self, destination })
    }

    /// Takes note of what came of a delivery: what has arrived, or why nothing has.
    ///
    /// # Errors
    /// When SQLite refuses; the events are then sent again, which the destinations bear.
    pub fn settle(
        &self,
        db: &Database,
        destination: D,
        outcome: Result<SeqRange, Failure>,
    ) -> Result<(), StorageError> {
        let now = clock::now();
        match outcome {
            Ok(arrived) => {
                if let Some(offsets) = self.offsets.borrow_mut().as_mut() {
                    offsets.delivered(destination, arrived, now);
                    self.unsaved.set(true);
                }
                Ok(())
            }
            Err(Failure::Transient(error)) => {
                self.change(db, |offsets| offsets.postpone(destination, error, clock::chance(), now))
            }
            Err(Failure::Refused { seq, error }) => self.change(db, |offsets| offsets.park(destination, seq, error)),
        }
    }

    /// Writes down what has arrived, unless that was done with an event. For when nothing more is on its way. With an
    /// alarm that rings soon it is left to that: until then the next event may do it, and a commit is saved.
    pub fn keep(&self, db: &Database, alarm: &Alarm) {
        if self.busy.get() == 0
            && self.unsaved.get()
            && !alarm.is_set_within(KEPT_WITHIN_MS)
            && let Err(error) = self.change(db, |_| ())
        {
            worker::console_error!("outbox: {error}");
        }
    }

    /// What a poke asks for: everything is due now, with `replay` also what was parked. That what waited is hurried needs
    /// no commit: it is sent at once, and what comes of that is written down.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn poked(&self, db: &Database, replay: bool) -> Result<(), StorageError> {
        let now = clock::now();
        if replay {
            return self.change(db, |offsets| offsets.replay(now));
        }
        self.offsets(db)?.hurry(now);
        Ok(())
    }

    /// What is owed, per destination.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn debts(&self, db: &Database) -> Result<Vec<Debt>, StorageError> {
        self.read(db, Offsets::debts)
    }

    /// When the next delivery is due, if one is owed and not parked. What is on its way is looked at again later, in case
    /// that it ends with the object: an alarm that rings meanwhile would find nothing to do, and ring at once again.
    pub fn next_due(&self, db: &Database) -> Option<Timestamp> {
        let is_sent = |destination: D| self.busy.get() & bit(destination) != 0;
        self.read(db, |offsets| offsets.next_due(clock::now(), is_sent)).unwrap_or_else(|error| {
            worker::console_error!("outbox: {error}");
            Some(clock::now().plus_ms(UNREADABLE_MS))
        })
    }
}

fn save<D: Destination>(write: &Writer<'_>, offsets: &Offsets<D>) -> Result<(), StorageError> {
    let lines = serde_json::to_string(offsets).map_err(|error| StorageError::unreadable(&error))?;
    write.run(
        "INSERT INTO book (one, lines) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET lines = excluded.lines",
        &[&lines],
    )
}

/// The exclusive right to send to one destination, until dropped.
pub struct Sending<'a, D: Destination> {
    outbox: &'a Outbox<D>,
    destination: D,
}

impl<D: Destination> Drop for Sending<'_, D> {
    fn drop(&mut self) {
        self.outbox.busy.set(self.outbox.busy.get() & !bit(self.destination));
    }
}

/// An actor that delivers its events to others.
#[allow(async_fn_in_trait, reason = "everything here runs on the one thread of its isolate")]
pub trait Deliver {
    /// Whom to.
    type Destination: Destination;
    /// Its outbox.
    fn outbox(&self) -> &Outbox<Self::Destination>;
    /// Its database.
    fn database(&self) -> &Database;
    /// Sends the events of `range` to `destination`, and says which of them have arrived: all, or the first of them when the
    /// rest would be more than [`MOST_BYTES`].
    ///
    /// # Errors
    /// What the destination, or the way there, said.
    async fn deliver(&self, destination: Self::Destination, range: SeqRange) -> Result<SeqRange, Failure>;
}

/// Sends what is due to `destination` until nothing is left or a delivery fails.
pub async fn flush<A: Deliver>(actor: &A, destination: A::Destination) {
    let (outbox, db) = (actor.outbox(), actor.database());
    let Some(_sending) = outbox.start(destination) else { return };
    loop {
        let range = match outbox.read(db, |offsets| offsets.due(destination, clock::now())) {
            Ok(Some(range)) => range,
            Ok(None) => return,
            Err(error) => return worker::console_error!("outbox: {error}"),
        };
        let outcome = actor.deliver(destination, range).await;
        let failed = outcome.is_err();
        if let Err(error) = outbox.settle(db, destination, outcome) {
            return worker::console_error!("outbox: {error}");
        }
        if failed {
            return;
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
