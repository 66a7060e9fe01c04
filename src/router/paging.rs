//! Pages on the wire: `{"items":[…],"next_cursor":…}` with a `Link: rel="next"`.

use base::cursor::{self, Position};
use base::page::{Limit, PageSize};
use base::refusal::Refusal;
use durable::page::Page;

use crate::router::Visitor;
use crate::router::reply::Reply;

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
    pub fn read(visitor: &Visitor<'_>, scope: &str, limit: Option<&str>, from: Option<&str>) -> Result<Self, Refusal> {
        Wanted::read_within(visitor, scope, PageSize::USUAL, limit, from)
    }

    /// The same for a list whose pages have a size of their own.
    ///
    /// # Errors
    /// `Invalid` for the limit, `InvalidCursor` for the cursor.
    pub fn read_within(
        visitor: &Visitor<'_>,
        scope: &str,
        size: PageSize,
        limit: Option<&str>,
        from: Option<&str>,
    ) -> Result<Self, Refusal> {
        let from = from.map(|text| cursor::open(&visitor.config.cursor_key, scope, text)).transpose()?;
        Ok(Wanted { limit: Limit::parse_within(limit, size)?, from })
    }
}

/// A page as the API answers it. The items are not parsed on the way.
///
/// # Errors
/// `Internal` when the link cannot be written.
pub fn reply(visitor: &Visitor<'_>, scope: &str, page: Page) -> Reply {
    let next = page.next.as_ref().map(|position| cursor::seal(&visitor.config.cursor_key, scope, position));
    let cursor = next.as_ref().map_or("null".to_owned(), |text| format!("\"{text}\""));
    let reply = Reply::json_around(200, "{\"items\":", page.items, &format!(",\"next_cursor\":{cursor}}}"));
    match next {
        Some(text) => reply.with("link", format!("<{}>; rel=\"next\"", visitor.incoming.with_cursor(&text))),
        None => reply,
    }
}
