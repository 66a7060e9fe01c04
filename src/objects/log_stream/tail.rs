//! A stream's live viewers: what they missed, and every matching entry as it comes.
//!
//! Architecture invariant: replay and live entries meet without a gap and without a repetition, because both the replay
//! and the accept of a viewer are one turn of the object.

use std::collections::HashMap;

use base::refusal::Refusal;
use durable::Database;
use durable::sockets::{Socket, Sockets};
use js_sys::JsString;
use serde::Serialize;
use serde_json::value::RawValue;

use super::query::Wish;
use super::store::{self, Kept};
use super::stored::Stored;
use crate::domain::log::{Entry, LogFilter};
use crate::objects::viewer::Viewer;

/// At most so many entries are looked at for a viewer that comes back.
const REPLAY: i64 = 1_000;

/// A message to a viewer.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message<'a> {
    /// Entries that match, oldest first.
    Entries { entries: &'a RawValue },
    /// So many entries before those that follow were too many to replay: read them with a query.
    Skipped { entries: i64 },
    /// Senders had to drop so many entries.
    Dropped { entries: i64 },
    /// The viewer has everything up to this seq.
    Ready { seq: i64 },
}

/// Sends a new viewer what matches behind `after` (nothing when it does not say), and then that it is up to date.
pub fn replay(db: &Database, socket: &Socket, filter: &LogFilter, after: Option<i64>) -> Result<(), Refusal> {
    let last = store::last_seq(db)?;
    let after = after.unwrap_or(last).clamp(0, last);
    let start = after.max(last - REPLAY);
    if start > after {
        say(socket, &Message::Skipped { entries: start - after });
    }
    let kept = store::between(db, start + 1, last)?;
    let wish = Wish::new(filter);
    let wanted = kept.iter().filter(|kept| is_wanted(&wish, kept)).map(|kept| kept.json.as_str());
    if let Some(entries) = array(wanted) {
        say(socket, &Message::Entries { entries: &entries });
    }
    say(socket, &Message::Ready { seq: last });
    Ok(())
}

/// Tells every viewer what came that matches. Viewers with the same wish are told the same text.
pub fn broadcast(sockets: &Sockets<Viewer>, new: &[Stored], dropped: i64) {
    let viewers = sockets.viewers();
    let mut texts: HashMap<&str, Option<JsString>> = HashMap::new();
    for (socket, viewer) in viewers.iter() {
        if dropped > 0 {
            say(socket, &Message::Dropped { entries: dropped });
        }
        let wish = viewer.wish.as_deref().unwrap_or_default();
        let text = texts.entry(wish).or_insert_with_key(|wish| {
            let filter: LogFilter = base::json::from_str(wish).ok()?;
            let wish = Wish::new(&filter);
            let wanted = new.iter().filter(|stored| wish.matches(&stored.entry, &stored.search));
            let entries = array(wanted.map(|stored| stored.json.as_str()))?;
            serde_json::to_string(&Message::Entries { entries: &entries }).ok().map(JsString::from)
        });
        if let Some(text) = text {
            socket.send(text);
        }
    }
}

fn is_wanted(wish: &Wish<'_>, kept: &Kept) -> bool {
    base::json::from_str::<Entry>(&kept.json).is_ok_and(|entry| wish.matches(&entry, &kept.search))
}

/// A JSON array of JSON texts; `None` without any.
fn array<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Box<RawValue>> {
    let joined = texts.collect::<Vec<_>>().join(",");
    if joined.is_empty() { None } else { RawValue::from_string(format!("[{joined}]")).ok() }
}

fn say(socket: &Socket, message: &Message<'_>) {
    if let Ok(text) = serde_json::to_string(message) {
        socket.send(&text.into());
    }
}
