//! A guestbook: whoever signs it gets the number of the entry, and it is read a page at a time, the newest entry first.

use std::rc::Rc;

use base::{cursor::Position, refusal::Refusal};
use durable::keyset::{Direction, IndexRange, KeysetQuery};
use durable::{Answer, Context, Key, Object, Schema, State, Wire, actor_api, clock, page::Page};
use serde::{Deserialize, Serialize};

actor_api! {
    /// A book: what it takes, and what it answers.
    actor Book { binding: "GUESTBOOK", context: Call, key: House, watch: () }

    /// Signs the book with a name; the number of the entry.
    sign(Sign) -> i64;
    /// The 50 entries behind a position, or the first ones.
    read(Read) -> Page;
}

/// See [`Handler::sign`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Sign(pub String);
/// See [`Handler::read`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Read(pub Option<Position>);

/// The house in which the book lies: each has an object of its own.
pub struct House(pub String);
impl Key for House {
    fn name(&self) -> String {
        self.0.clone()
    }
    fn parse(name: &str) -> Option<Self> {
        Some(House(name.to_owned()))
    }
}

/// What every call carries; here nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {}
impl Context for Call {
    fn at(self, _object: String) -> Self {
        self
    }
    fn is_repeatable(&self) -> bool {
        false // Who signs twice has two entries: a lost call is not made again.
    }
}

const ENTRIES: &str = "CREATE TABLE entry (seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, json TEXT NOT NULL)";
const BY_TIME: &str = "CREATE INDEX entry_by_ts ON entry (ts)"; // A later release added this step.
pub(crate) const SIGN: &str = "INSERT INTO entry (ts, json) VALUES (?, ?) RETURNING seq";
pub(crate) const FORGET: &str = "DELETE FROM entry WHERE seq <= ? - 1000"; // The book has a thousand lines.

pub(crate) fn newest_first() -> KeysetQuery {
    let (table, json, time, key, direction) = ("entry", "json", "ts", "seq", Direction::Newest);
    let ranges = vec![IndexRange { index: Some("entry_by_ts"), equals: vec![] }];
    KeysetQuery { table, json, json_of: &[], time, key, direction, ranges, from: None, to: None, conditions: vec![] }
}

/// The object: what it has of the platform.
pub struct Guestbook(State);

impl Object for Guestbook {
    type Contract = Book;
    const SCHEMA: Schema = Schema::first(&[ENTRIES, BY_TIME]);
    fn start(state: State) -> Self {
        Guestbook(state)
    }
    fn answer(self: Rc<Self>, message: Inbox, cx: Call) -> Answer<Wire> {
        dispatch(self, message, cx)
    }
    fn state(&self) -> &State {
        &self.0
    }
}

impl Handler for Guestbook {
    fn sign(self: Rc<Self>, Sign(name): Sign, _: Call) -> Answer<i64> {
        // One transaction: when one of its statements fails, nothing of it remains.
        let signed = self.0.db.atomically(|write| {
            let rows = write.rows(SIGN, &[&clock::now().as_ms(), &serde_json::Value::from(name).to_string()])?;
            let seq = rows.first().ok_or(Refusal::Internal)?.int(0);
            write.run(FORGET, &[&seq])?;
            Ok(seq)
        });
        signed.into()
    }
    fn read(self: Rc<Self>, Read(after): Read, _: Call) -> Answer<Page> {
        newest_first().page(&self.0.db, after.as_ref(), 50).into()
    }
}
