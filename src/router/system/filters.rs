//! What the query of a list of log entries asks for, as the domain's filter.

use base::refusal::Refusal;
use base::text::{parse_time, parse_value, parse_words};

use crate::domain::log::LogFilter;
use crate::domain::text::SearchText;
use crate::router::http::address::Query;

/// The parameters of a list of log entries, its page among them.
pub const OF_LOG_ENTRIES: [&str; 8] = ["level", "q", "actor", "request_id", "from", "to", "cursor", "limit"];

/// The filter of a search in a log stream; what a route does not know as a parameter is not there.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn log_filter(query: &Query<'_>) -> Result<LogFilter, Refusal> {
    Ok(LogFilter {
        level: query.get("level").map(|text| parse_words("level", text)).transpose()?.unwrap_or_default(),
        q: query.get("q").map(SearchText::parse).transpose()?,
        actor: query.get("actor").map(|text| parse_value("actor", text)).transpose()?,
        request_id: query.get("request_id").map(|text| parse_value("request_id", text)).transpose()?,
        from: query.get("from").map(|text| parse_time("from", text)).transpose()?,
        to: query.get("to").map(|text| parse_time("to", text)).transpose()?,
    })
}
