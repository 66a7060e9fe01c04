//! A list of requests as a query by keys: which index leads, and what is left to check row by row.
//!
//! Each filter has an index in each order, so a list with one filter reads what it shows and nothing else. With several,
//! the one that is likely to leave the fewest rows leads: a person first, then open work (there is always more that is
//! done), then category and priority. The order by due time, which each step may change, has an index for people and states alone.

use base::ids::UserId;
use base::time::Timestamp;
use durable::keyset::{Condition, Direction, IndexRange, KeysetQuery, Value};

use super::columns::{COLUMNS, Column, column};
use super::places::Within;
use super::places::store::{IS_BELOW, JSON, PUBLIC_JSON};
use super::said::store as said;
use super::search;
use crate::domain::request::{ListFilter, Sort};

/// What the summary says of files, which is the same whoever reads it.
const HAS_FILES: &str = "(coalesce(json_extract(json, '$.attachments'), 0) > 0) = {}";

/// A filter that is set: the column is one of the values.
struct Wanted {
    column: &'static Column,
    values: Vec<Value>,
}

/// The requests that match, of `only`'s or all. Whoever does not read internal comments sees one requester's alone, as they were at
/// their last event that is not internal. `within` are the places of the filter and those below it; a word that `leads` finds the
/// requests, whatever their order.
pub fn of(
    filter: &ListFilter,
    only: Option<UserId>,
    reads_internal: bool,
    within: Option<Within>,
    leads: Option<&str>,
) -> KeysetQuery {
    let sought = filter.q.as_ref().map(|text| search::sought(text.as_str()));
    let number = sought.as_ref().and_then(|sought| sought.number);
    let mut conditions = Vec::new();
    let places = match within {
        Some(Within::Few(ids)) => ids.into_iter().map(Value::Text).collect(),
        Some(Within::Many(id)) => {
            conditions.push(Condition::Holds("location_id", IS_BELOW, Value::Text(id.to_string())));
            Vec::new()
        }
        None => Vec::new(),
    };
    let mut wanted = wanted(filter, only, places);
    let index = |column: &Column| match filter.sort {
        Sort::RecentlyUpdated if !reads_internal && column.name == "requester_id" => {
            Some("request_by_requester_id_public")
        }
        Sort::RecentlyUpdated => column.by_updated,
        Sort::Newest | Sort::Oldest => column.by_created,
        Sort::Due => column.by_due,
    };
    let ahead = wanted.iter().enumerate().find_map(|(place, wanted)| Some((place, index(wanted.column)?)));
    let ranges = if let Some(number) = number {
        vec![IndexRange { index: None, equals: vec![("number", Value::Int(number))] }]
    } else if leads.is_some() {
        vec![IndexRange { index: None, equals: Vec::new() }]
    } else if let Some((place, index)) = ahead {
        let Wanted { column, values } = wanted.remove(place);
        let range = |value| IndexRange { index: Some(index), equals: vec![(column.name, value)] };
        values.into_iter().map(range).collect()
    } else {
        let index = match filter.sort {
            Sort::Newest | Sort::Oldest => "request_by_created",
            Sort::RecentlyUpdated => "request_by_updated",
            Sort::Due => "request_by_due",
        };
        vec![IndexRange { index: Some(index), equals: Vec::new() }]
    };
    conditions.extend(wanted.into_iter().map(|Wanted { column, values }| Condition::OneOf(column.name, values)));
    let words = sought.into_iter().flat_map(|sought| sought.words);
    conditions.extend(words.map(|word| match leads {
        Some(rarest) if rarest == word => said::found_by(&word, reads_internal),
        Some(_) | None => said::has(&word, reads_internal),
    }));
    if let Some(wanted) = filter.files {
        conditions.push(Condition::Holds("json", HAS_FILES, Value::Int(wanted.into())));
    }
    let (mut from, mut to) = (filter.from.map(Timestamp::as_ms), filter.to.map(Timestamp::as_ms));
    if matches!(filter.sort, Sort::RecentlyUpdated | Sort::Due) {
        // The range is of creation, the order is not.
        conditions.extend(from.take().map(|from| Condition::AtLeast("created_ms", from)));
        conditions.extend(to.take().map(|to| Condition::Below("created_ms", to)));
    }
    // What is done or ended is behind all moments.
    let due_before = filter.due_before.map(Timestamp::as_ms);
    if filter.sort == Sort::Due {
        to = due_before;
    } else {
        conditions.extend(due_before.map(|moment| Condition::Below("due_order", moment)));
    }
    KeysetQuery {
        table: "request",
        json: if reads_internal { JSON } else { PUBLIC_JSON },
        json_of: &["json", "public_json", "location_id"],
        time: match filter.sort {
            Sort::RecentlyUpdated if reads_internal => "updated_ms",
            Sort::RecentlyUpdated => "public_ms",
            Sort::Newest | Sort::Oldest => "created_ms",
            Sort::Due => "due_order",
        },
        key: "number",
        direction: match filter.sort {
            Sort::Newest | Sort::RecentlyUpdated => Direction::Newest,
            Sort::Oldest | Sort::Due => Direction::Oldest,
        },
        ranges,
        from,
        to,
        conditions,
    }
}

/// The filters that are set, the one that leads first: whose requests one may see at all, then what few requests have, then as the
/// columns come, but for a status that may be final, of which there are many.
fn wanted(filter: &ListFilter, only: Option<UserId>, places: Vec<Value>) -> Vec<Wanted> {
    let only = column("requester_id").zip(only);
    let only = only.map(|(column, user)| Wanted { column, values: vec![Value::Text(user.to_string())] });
    let assets = column("asset_id").map(|column| Wanted { column, values: (column.wanted)(filter) });
    let is_last = |column: &Column| column.name == "status" && filter.status.iter().any(|status| status.is_final());
    let (mut columns, last): (Vec<_>, Vec<_>) = COLUMNS.iter().partition(|column| !is_last(column));
    columns.extend(last);
    let filters = columns
        .into_iter()
        .filter(|column| column.name != "asset_id")
        .map(|column| Wanted { column, values: (column.wanted)(filter) });
    let places = column("location_id").map(|column| Wanted { column, values: places });
    only.into_iter().chain(places).chain(assets).chain(filters).filter(|wanted| !wanted.values.is_empty()).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
