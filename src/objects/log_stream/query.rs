//! A search of a stream as a query by keys: which index answers it, and what is left to check row by row.
//!
//! An HTTP request has few entries, so its id leads wherever it is given; then the actor; the level is part of every
//! other index, and a search that names none merges the four. Only the search text is looked for row by row.

use base::time::Timestamp;
use durable::keyset::{Condition, Direction, IndexRange, KeysetQuery, Value};

use crate::domain::log::{Entry, Level, LogFilter};
use crate::domain::text::fold;

/// The entries that match, newest first.
pub fn of(filter: &LogFilter) -> KeysetQuery {
    let mut conditions = Vec::new();
    let ranges = if let Some(request_id) = &filter.request_id {
        conditions.extend(filter.actor.map(|actor| Condition::OneOf("actor_id", vec![Value::Text(actor.to_string())])));
        if !filter.level.is_empty() {
            conditions.push(Condition::OneOf("level", filter.level.iter().map(|level| word(*level)).collect()));
        }
        vec![IndexRange {
            index: Some("entry_by_request"),
            equals: vec![("request_id", Value::Text(request_id.to_string()))],
        }]
    } else if let Some(actor) = &filter.actor {
        let range = |level| IndexRange {
            index: Some("entry_by_actor"),
            equals: vec![("actor_id", Value::Text(actor.to_string())), ("level", word(level))],
        };
        levels(filter).into_iter().map(range).collect()
    } else {
        let range = |level| IndexRange { index: Some("entry_by_level"), equals: vec![("level", word(level))] };
        levels(filter).into_iter().map(range).collect()
    };
    conditions.extend(filter.q.as_ref().map(|text| Condition::Contains("search", fold(text.as_str()))));
    KeysetQuery {
        table: "entry",
        json: "json",
        json_of: &[],
        time: "ts",
        key: "seq",
        direction: Direction::Newest,
        ranges,
        from: filter.from.map(Timestamp::as_ms),
        to: filter.to.map(Timestamp::as_ms),
        conditions,
    }
}

/// A search as single entries are asked about it; what is sought is folded once.
pub struct Wish<'a> {
    filter: &'a LogFilter,
    sought: Option<String>,
}

impl<'a> Wish<'a> {
    /// The wish for what `filter` says.
    pub fn new(filter: &'a LogFilter) -> Self {
        Wish { filter, sought: filter.q.as_ref().map(|text| fold(text.as_str())) }
    }

    /// Whether one entry, searched by `search`, matches: what [`of`] would say of it.
    pub fn matches(&self, entry: &Entry, search: &str) -> bool {
        let filter = self.filter;
        let actor = entry.actor.as_ref().and_then(|actor| actor.id());
        (filter.level.is_empty() || filter.level.contains(&entry.level))
            && filter.actor.is_none_or(|wanted| actor == Some(wanted))
            && filter.request_id.as_ref().is_none_or(|wanted| entry.request_id.as_ref() == Some(wanted))
            && filter.from.is_none_or(|from| entry.ts >= from)
            && filter.to.is_none_or(|to| entry.ts < to)
            && self.sought.as_ref().is_none_or(|sought| search.contains(sought.as_str()))
    }
}

/// Each level that is asked for, once.
fn levels(filter: &LogFilter) -> Vec<Level> {
    let asked = |level: &Level| filter.level.is_empty() || filter.level.contains(level);
    Level::ALL.iter().copied().filter(asked).collect()
}

fn word(level: Level) -> Value {
    Value::Text(level.as_str().to_owned())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
