//! A page of rows on its way through: the items as JSON text that nobody parses, and where the next page starts.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::cursor::Position;
use crate::domain::refusal::Refusal;

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page {
    /// A JSON array.
    pub items: Box<RawValue>,
    /// The position of the last row, when more rows follow it.
    pub next: Option<Position>,
}

impl Page {
    /// A page of rows that are JSON text already. `limit + 1` rows are asked for, so that the one too many tells whether
    /// more follow.
    ///
    /// # Errors
    /// `Internal` when a row is not JSON.
    pub fn of(mut rows: Vec<(Position, String)>, limit: usize) -> Result<Page, Refusal> {
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
        let items = RawValue::from_string(items).map_err(|_| Refusal::Internal)?;
        Ok(Page { items, next })
    }
}
