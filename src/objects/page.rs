//! A page of rows on its way through: the items as JSON text that nobody parses, and where the next page starts.

use serde::{Deserialize, Serialize};

use crate::domain::cursor::Position;
use crate::domain::refusal::Refusal;
use crate::objects::protocol::{OnTheWire, Reply};

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// A JSON array.
    pub items: String,
    /// The position of the last row, when more rows follow it.
    pub next: Option<Position>,
}

impl Page {
    /// A page of rows that are JSON text already. `limit + 1` rows are asked for, so that the one too many tells whether
    /// more follow.
    pub fn of(mut rows: Vec<(Position, String)>, limit: usize) -> Page {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|(position, _)| position.clone()) } else { None };
        let size = rows.iter().map(|(_, json)| json.len() + 1).sum::<usize>();
        let mut items = String::with_capacity(size + 2);
        items.push('[');
        for (index, (_, json)) in rows.iter().enumerate() {
            if index > 0 {
                items.push(',');
            }
            items.push_str(json);
        }
        items.push(']');
        Page { items, next }
    }
}

/// What stands before the items.
#[derive(Serialize, Deserialize)]
struct Head {
    next: Option<Position>,
}

/// The items stand on a line of their own: JSON on one line has no line break.
impl OnTheWire for Page {
    fn write(self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string(&Reply::Ok(Head { next: self.next }))?;
        text.reserve_exact(self.items.len() + 1);
        text.push('\n');
        text.push_str(&self.items);
        Ok(text)
    }

    fn read(text: &str) -> serde_json::Result<Result<Self, Refusal>> {
        let (head, items) = text.split_once('\n').unwrap_or((text, "[]"));
        Ok(match serde_json::from_str(head)? {
            Reply::Ok(Head { next }) => Ok(Page { items: items.to_owned(), next }),
            Reply::Refused(refusal) => Err(refusal),
        })
    }
}
