//! A search of a stream as a walk: which index answers it, and what is left to check row by row.
//!
//! An HTTP request has few entries, so its id leads wherever it is given; then the actor; the level is part of every
//! other index, and a search that names none merges the four. Only the search text is looked for row by row.

use crate::domain::log::{Entry, Level, LogFilter};
use crate::domain::time::Timestamp;
use crate::objects::walk::{Check, Direction, Leg, Value, Walk, fold};

/// The entries that match, newest first.
pub fn walk(filter: &LogFilter) -> Walk {
    let mut checks = Vec::new();
    let legs = if let Some(request_id) = &filter.request_id {
        checks.extend(filter.actor.map(|actor| Check::OneOf("actor_id", vec![Value::Text(actor.to_string())])));
        if !filter.level.is_empty() {
            checks.push(Check::OneOf("level", filter.level.iter().map(|level| word(*level)).collect()));
        }
        vec![Leg { index: Some("entry_by_request"), equals: vec![("request_id", Value::Text(request_id.to_string()))] }]
    } else if let Some(actor) = &filter.actor {
        let leg = |level| Leg {
            index: Some("entry_by_actor"),
            equals: vec![("actor_id", Value::Text(actor.to_string())), ("level", word(level))],
        };
        levels(filter).into_iter().map(leg).collect()
    } else {
        let leg = |level| Leg { index: Some("entry_by_level"), equals: vec![("level", word(level))] };
        levels(filter).into_iter().map(leg).collect()
    };
    checks.extend(filter.q.as_ref().map(|text| Check::Contains("search", text.to_string())));
    Walk {
        table: "entry",
        time: "ts",
        key: "seq",
        direction: Direction::Newest,
        legs,
        from: filter.from.map(Timestamp::as_ms),
        to: filter.to.map(Timestamp::as_ms),
        checks,
    }
}

/// Whether one entry, searched by `search`, matches: what [`walk`] would say of it.
pub fn matches(filter: &LogFilter, entry: &Entry, search: &str) -> bool {
    let actor = entry.actor.as_ref().and_then(|actor| actor.id());
    (filter.level.is_empty() || filter.level.contains(&entry.level))
        && filter.actor.is_none_or(|wanted| actor == Some(wanted))
        && filter.request_id.as_ref().is_none_or(|wanted| entry.request_id.as_ref() == Some(wanted))
        && filter.from.is_none_or(|from| entry.ts >= from)
        && filter.to.is_none_or(|to| entry.ts < to)
        && filter.q.as_ref().is_none_or(|text| search.contains(&fold(text.as_str())))
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
