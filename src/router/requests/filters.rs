//! What the query of a list of requests asks for, as the domain's filter.

use base::ids::UserId;
use base::refusal::Refusal;
use base::text::{parse_time, parse_value, parse_words};

use crate::domain::request::{Category, ListFilter};
use crate::domain::text::SearchText;
use crate::domain::user::Caller;
use crate::router::http::address::Query;

/// The parameters of a list of requests, its page among them.
pub const OF_REQUESTS: [&str; 13] = [
    "status",
    "priority",
    "hazard",
    "assignee",
    "requester",
    "category",
    "q",
    "from",
    "to",
    "sort",
    "limit",
    "cursor",
    "total",
];

/// The filter of a list of requests; `me` stands for the caller.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn list_filter(query: &Query<'_>, caller: &Caller) -> Result<ListFilter, Refusal> {
    let someone = |name: &str| match query.get(name) {
        Some("me") => Ok(Some(caller.user.id)),
        Some(text) => parse_value::<UserId>(name, text).map(Some),
        None => Ok(None),
    };
    Ok(ListFilter {
        status: query.get("status").map(|text| parse_words("status", text)).transpose()?.unwrap_or_default(),
        priority: query.get("priority").map(|text| parse_words("priority", text)).transpose()?.unwrap_or_default(),
        hazard: query.flag("hazard")?,
        assignee: someone("assignee")?,
        requester: someone("requester")?,
        category: query.get("category").map(Category::parse).transpose()?,
        q: query.get("q").map(SearchText::parse).transpose()?,
        from: query.get("from").map(|text| parse_time("from", text)).transpose()?,
        to: query.get("to").map(|text| parse_time("to", text)).transpose()?,
        sort: query.get("sort").map(|text| parse_value("sort", text)).transpose()?.unwrap_or_default(),
    })
}
