//! What the query of a list asks for, as the domain's filters: of requests, and of log entries.

use base::ids::UserId;
use base::refusal::Refusal;

use crate::domain::list::ListFilter;
use crate::domain::log::LogFilter;
use crate::domain::person::Caller;
use crate::domain::validation::{Category, SearchText, parse_time, parse_value, parse_words};
use crate::router::address::Query;

/// The parameters of a list of requests, its page among them.
pub const OF_REQUESTS: [&str; 11] =
    ["status", "priority", "assignee", "requester", "category", "q", "from", "to", "sort", "limit", "cursor"];

/// The parameters of a list of log entries, its page among them.
pub const OF_LOG_ENTRIES: [&str; 8] = ["level", "q", "actor", "request_id", "from", "to", "cursor", "limit"];

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
        assignee: someone("assignee")?,
        requester: someone("requester")?,
        category: query.get("category").map(Category::parse).transpose()?,
        q: query.get("q").filter(|text| !text.trim().is_empty()).map(SearchText::parse).transpose()?,
        from: query.get("from").map(|text| parse_time("from", text)).transpose()?,
        to: query.get("to").map(|text| parse_time("to", text)).transpose()?,
        sort: query.get("sort").map(|text| parse_value("sort", text)).transpose()?.unwrap_or_default(),
    })
}

/// The filter of a search in a log stream; what a route does not know as a parameter is not there.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn log_filter(query: &Query<'_>) -> Result<LogFilter, Refusal> {
    Ok(LogFilter {
        level: query.get("level").map(|text| parse_words("level", text)).transpose()?.unwrap_or_default(),
        q: query.get("q").filter(|text| !text.trim().is_empty()).map(SearchText::parse).transpose()?,
        actor: query.get("actor").map(|text| parse_value("actor", text)).transpose()?,
        request_id: query.get("request_id").map(|text| parse_value("request_id", text)).transpose()?,
        from: query.get("from").map(|text| parse_time("from", text)).transpose()?,
        to: query.get("to").map(|text| parse_time("to", text)).transpose()?,
    })
}
