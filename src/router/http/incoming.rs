//! An HTTP request as the router reads it: method, path segments, query, body. Reading a header crosses into JavaScript,
//! so only what is needed is read.

use std::borrow::Cow;
use std::cell::OnceCell;

use base::refusal::Refusal;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;

use super::address::{Address, Query};
use super::body;

/// What nearly every request is asked for, in the order in which `entry.js` tells it: all of it crosses at once. The last one is not
/// told where it was not sent, as people do not send it.
const READ_AHEAD: [&str; 3] = ["origin", "cookie", "authorization"];

/// Stands for a header that was not sent; no header can have this value.
const ABSENT: &str = "\r";

#[wasm_bindgen]
extern "C" {
    /// Method, URL and the headers of [`READ_AHEAD`], a line each.
    #[wasm_bindgen(js_name = cepatedge_request_line)]
    fn request_line(request: &Request) -> String;
}

/// One HTTP request.
pub struct Incoming {
    raw: Request,
    method: String,
    address: Address,
    read_ahead: [Option<String>; READ_AHEAD.len()],
    /// The body, once it was read: the platform hands it out but once.
    body: OnceCell<Result<Vec<u8>, Refusal>>,
}

impl Incoming {
    /// Reads the request line.
    pub fn new(raw: Request) -> Self {
        let text = request_line(&raw);
        let mut lines = text.split('\n');
        let method = lines.next().unwrap_or_default().to_owned();
        let address = Address::new(lines.next().unwrap_or_default());
        let read_ahead =
            [(); READ_AHEAD.len()].map(|()| lines.next().filter(|line| *line != ABSENT).map(str::to_owned));
        Incoming { raw, method, address, read_ahead, body: OnceCell::new() }
    }

    /// The method, upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path without the `/api` prefix, which is the same route.
    pub fn path(&self) -> &str {
        self.address.path()
    }

    /// The origin of this deployment as the client addressed it.
    pub fn own_origin(&self) -> &str {
        self.address.origin()
    }

    /// A header, if it was sent.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        match READ_AHEAD.iter().position(|known| *known == name) {
            Some(place) => self.read_ahead.get(place)?.as_deref().map(Cow::Borrowed),
            None => self.raw.headers().get(name).ok().flatten().map(Cow::Owned),
        }
    }

    /// The query, decoded.
    ///
    /// # Errors
    /// `Invalid` for a parameter that `known` does not list, or one that is given twice.
    pub fn query(&self, known: &[&str]) -> Result<Query<'_>, Refusal> {
        self.address.query(known)
    }

    /// A parameter of a query that somebody else has written, and that may have others beside it.
    ///
    /// # Errors
    /// `Invalid` for one that is given twice.
    pub fn foreign(&self, name: &str) -> Result<Option<String>, Refusal> {
        self.address.foreign(name)
    }

    /// The same path and query with another cursor, for `Link: rel="next"`.
    pub fn with_cursor(&self, cursor: &str) -> String {
        self.address.with_cursor(cursor)
    }

    /// Whether the client asks for a WebSocket, which `GET` alone can (RFC 6455 section 4.1).
    ///
    /// # Errors
    /// `Invalid` when not.
    pub fn require_upgrade(&self) -> Result<(), Refusal> {
        match self.header("upgrade") {
            Some(protocol) if self.method == "GET" && protocol.eq_ignore_ascii_case("websocket") => Ok(()),
            _ => Err(Refusal::invalid("Upgrade", "upgrade_required", "This is a WebSocket; ask for the upgrade.")),
        }
    }

    /// The request as the platform has it, for a body that does not come in here.
    pub fn raw(&self) -> &Request {
        &self.raw
    }

    /// The body as bytes, however often it is asked for.
    ///
    /// # Errors
    /// As [`body::read`].
    pub async fn body(&self) -> Result<&[u8], Refusal> {
        let body = match self.body.get() {
            Some(body) => body,
            None => {
                let body = body::read(&self.raw).await;
                self.body.get_or_init(|| body)
            }
        };
        body.as_deref().map_err(Refusal::clone)
    }
}
