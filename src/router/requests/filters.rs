//! What the query of a list of requests asks for, as the domain's filter.

use base::ids::UserId;
use base::refusal::Refusal;
use base::text::{parse_time, parse_value, parse_words};

use crate::domain::asset::AssetId;
use crate::domain::place::PlaceId;
use crate::domain::request::{Category, ListFilter};
use crate::domain::text::SearchText;
use crate::domain::user::Caller;
use crate::router::http::address::Query;

/// The filters of a list and its order, and what else a route takes.
macro_rules! filters_and {
    ($($other:literal),+) => {
        &[
            "status", "priority", "hazard", "assignee", "requester", "category", "location", "asset", "q", "files", "due_before", "overdue",
            "from", "to", "sort", $($other),+
        ]
    };
}

/// The parameters of a list of requests, its page among them.
pub const OF_REQUESTS: &[&str] = filters_and!["limit", "cursor", "total"];

/// The parameters of a list of requests as a file.
pub const OF_FILES: &[&str] = filters_and!["bom"];

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
        location: query.get("location").map(|text| parse_value::<PlaceId>("location", text)).transpose()?,
        asset: query.get("asset").map(|text| parse_value::<AssetId>("asset", text)).transpose()?,
        q: query.get("q").map(SearchText::parse).transpose()?,
        files: query.flag("files")?,
        due_before: query.get("due_before").map(|text| parse_time("due_before", text)).transpose()?,
        overdue: overdue(query)?,
        from: query.get("from").map(|text| parse_time("from", text)).transpose()?,
        to: query.get("to").map(|text| parse_time("to", text)).transpose()?,
        sort: query.get("sort").map(|text| parse_value("sort", text)).transpose()?.unwrap_or_default(),
    })
}

/// There is no list of what is not overdue: what is done is neither.
fn overdue(query: &Query<'_>) -> Result<bool, Refusal> {
    match query.flag("overdue")? {
        Some(false) => Err(Refusal::invalid("overdue", "unknown_value", "overdue is true or is left out.")),
        wanted => Ok(wanted.is_some()),
    }
}
