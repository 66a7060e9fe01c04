//! Pages on the wire: `{"items":[…],"next_cursor":…}`, with a `total` where it was asked for, and a `Link: rel="next"`.

use base::cursor::{self, Position};
use base::page::{Limit, PageSize};
use base::refusal::Refusal;
use durable::page::Page;

use crate::router::context::Exchange;
use crate::router::http::address::Query;
use crate::router::http::reply::Reply;

/// What the query says about the page.
pub struct Wanted {
    /// At most so many items.
    pub limit: Limit,
    /// Behind this one.
    pub from: Option<Position>,
}

impl Wanted {
    /// Reads `limit` and `cursor`; a cursor opens only in the scope it was sealed in.
    ///
    /// # Errors
    /// `Invalid` for the limit, `InvalidCursor` for the cursor.
    pub fn read(exchange: &Exchange<'_>, scope: &str, query: &Query<'_>) -> Result<Self, Refusal> {
        Wanted::read_within(exchange, scope, PageSize::USUAL, query)
    }

    /// The same for a list whose pages have a size of their own.
    ///
    /// # Errors
    /// `Invalid` for the limit, `InvalidCursor` for the cursor.
    pub fn read_within(
        exchange: &Exchange<'_>,
        scope: &str,
        size: PageSize,
        query: &Query<'_>,
    ) -> Result<Self, Refusal> {
        let from =
            query.get("cursor").map(|text| cursor::open(&exchange.config.cursor_key, scope, text)).transpose()?;
        Ok(Wanted { limit: Limit::parse_within(query.get("limit"), size)?, from })
    }
}

/// A page as the API answers it. The items are not parsed on the way.
///
/// # Errors
/// `Internal` when the link cannot be written.
pub fn reply(exchange: &Exchange<'_>, scope: &str, page: Page) -> Reply {
    reply_with(exchange, scope, page, "")
}

/// The same with `more` fields behind the others, JSON that begins with a comma.
pub fn reply_with(exchange: &Exchange<'_>, scope: &str, page: Page, more: &str) -> Reply {
    let next = page.next.as_ref().map(|position| cursor::seal(&exchange.config.cursor_key, scope, position));
    let cursor = next.as_ref().map_or("null".to_owned(), |text| format!("\"{text}\""));
    let total = page.total.map_or_else(String::new, |total| format!(",\"total\":{total}"));
    let reply =
        Reply::json_around(200, "{\"items\":", page.items, &format!(",\"next_cursor\":{cursor}{total}{more}}}"));
    match next {
        Some(text) => reply.with("link", format!("<{}>; rel=\"next\"", exchange.incoming.with_cursor(&text))),
        None => reply,
    }
}
