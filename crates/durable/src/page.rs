//! A page of rows on its way through: the items as JSON text that nobody parses, and where the next page starts.

use base::cursor::Position;
use base::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::wire::{OnTheWire, Wire};

/// The time and the key of a row.
pub type Place = (i64, i64);

/// The place as a position in a list.
pub fn position((time, key): Place) -> Position {
    Position { ts: time, id: key.to_string() }
}

/// What a statement found whose rows are a time, a key and JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How many rows there are.
    pub count: u32,
    /// Where the last one is that is to be shown.
    pub last: Option<Place>,
    /// The JSON of those that are to be shown, with a comma between two.
    pub shown: Text,
}

impl Found {
    /// No row.
    pub fn nothing() -> Found {
        Found { count: 0, last: None, shown: Text::from("") }
    }

    /// These rows, then those of `more`.
    #[must_use]
    pub fn and(self, more: Found) -> Found {
        let shown = match (self.last, more.last) {
            (_, None) => self.shown,
            (None, Some(_)) => more.shown,
            (Some(_), Some(_)) => self.shown.between("", ",").followed_by(more.shown),
        };
        Found { count: self.count + more.count, last: more.last.or(self.last), shown }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// A JSON array.
    pub items: Text,
    /// The position of the last row, when more rows follow it.
    pub next: Option<Position>,
    /// How many rows there are in all, if they were counted.
    pub total: Option<u32>,
}

impl Page {
    /// A page of `limit` rows at most. One row more was asked for: it tells whether more follow.
    pub fn of(found: Found, limit: u32) -> Page {
        let next = found.last.filter(|_| found.count > limit).map(position);
        Page { items: found.shown.between("[", "]"), next, total: None }
    }
}

/// What stands before the items.
#[derive(Serialize, Deserialize)]
struct Head {
    next: Option<Position>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u32>,
}

impl OnTheWire for Page {
    fn write(self) -> serde_json::Result<Wire> {
        Ok(Wire { items: Some(self.items), ..Head { next: self.next, total: self.total }.write()? })
    }

    fn read(wire: Wire) -> serde_json::Result<Result<Self, Refusal>> {
        let items = wire.items.unwrap_or_else(|| Text::from("[]"));
        Ok(Head::read(wire.head.into())?.map(|Head { next, total }| Page { items, next, total }))
    }
}
