//! An HTTP request as the router reads it: method, path segments, query, body. Reading a header crosses into JavaScript,
//! so only what is needed is read.

use std::borrow::Cow;
use std::cell::OnceCell;

use base::refusal::Refusal;
use serde::de::{DeserializeOwned, IgnoredAny};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::Request;

use crate::router::address::{Address, Query, named, printable};

/// The largest JSON body, in bytes.
pub const LARGEST_BODY: u64 = 256 * 1024;

/// What nearly every request is asked for, in the order in which `entry.js` tells it: all of it crosses at once.
const READ_AHEAD: [&str; 2] = ["origin", "cookie"];

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

    /// The same path and query with another cursor, for `Link: rel="next"`.
    pub fn with_cursor(&self, cursor: &str) -> String {
        self.address.with_cursor(cursor)
    }

    /// Whether the client asks for a WebSocket.
    ///
    /// # Errors
    /// `Invalid` when not.
    pub fn require_upgrade(&self) -> Result<(), Refusal> {
        match self.header("upgrade") {
            Some(protocol) if protocol.eq_ignore_ascii_case("websocket") => Ok(()),
            _ => Err(Refusal::invalid("Upgrade", "upgrade_required", "This is a WebSocket; ask for the upgrade.")),
        }
    }

    /// The body as bytes, however often it is asked for.
    ///
    /// # Errors
    /// `TooLarge` above [`LARGEST_BODY`]; `Invalid` when it does not arrive.
    pub async fn body(&self) -> Result<&[u8], Refusal> {
        let body = match self.body.get() {
            Some(body) => body,
            None => {
                let body = self.read_body().await;
                self.body.get_or_init(|| body)
            }
        };
        body.as_deref().map_err(Refusal::clone)
    }

    async fn read_body(&self) -> Result<Vec<u8>, Refusal> {
        let too_large = Refusal::TooLarge { limit_bytes: LARGEST_BODY };
        if self.header("content-length").and_then(|text| text.parse::<u64>().ok()).is_some_and(|n| n > LARGEST_BODY) {
            return Err(too_large);
        }
        let broken = |_| Refusal::invalid("body", "unreadable", "The body did not arrive whole.");
        let promise = self.raw.array_buffer().map_err(broken)?;
        let buffer = JsFuture::from(promise).await.map_err(broken)?;
        let bytes = js_sys::Uint8Array::new(buffer.unchecked_ref());
        if u64::from(bytes.length()) > LARGEST_BODY {
            return Err(too_large);
        }
        Ok(bytes.to_vec())
    }
}

/// Reads JSON into `T`; the refusal names the field.
///
/// # Errors
/// `Invalid` with code `malformed_json`, `unknown_field`, `required` or `wrong_type`.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(Refusal::invalid("body", "invalid_utf8", "The body must be UTF-8."));
    };
    // First whether it is JSON at all, whole: a broken body is told as such before its first field is.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(&error))?;
    // A struct may be read from a JSON array too, by position; no client means that.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Refusal::invalid("body", "wrong_type", "The body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| refused(&error))
}

fn not_json(error: &serde_json::Error) -> Refusal {
    let detail = format!("The body is not JSON (line {}, column {}).", error.line(), error.column());
    Refusal::invalid("body", "malformed_json", detail)
}

fn refused(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let cause = error.inner();
    if !cause.is_data() {
        return not_json(cause);
    }
    let message = cause.to_string();
    let quoted = || message.split('`').nth(1).unwrap_or("body").to_owned();
    if message.starts_with("unknown field") {
        return Refusal::invalid(&named(&quoted()), "unknown_field", "There is no such field here.");
    }
    if message.starts_with("missing field") {
        return Refusal::invalid(&quoted(), "required", "This field is required.");
    }
    let path = error.path().to_string();
    let field = if path == "." { "body".to_owned() } else { named(&path) };
    let detail = message.split(" at line ").next().unwrap_or_default();
    Refusal::invalid(&field, "wrong_type", format!("This field has another type: {}.", printable(detail)))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::parse_json;
    use base::refusal::Refusal;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[allow(dead_code, reason = "only its type matters here")]
        title: String,
    }

    fn code(body: &[u8]) -> (String, String) {
        match parse_json::<Body>(body) {
            Err(Refusal::Invalid { field, code, .. }) => (field, code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_bad_body_is_refused_with_its_field_and_a_code() {
        let cases: [(&[u8], &str, &str); 11] = [
            (b"", "body", "malformed_json"),
            (b"{\"title\":", "body", "malformed_json"),
            (b"{\"title\":\"a\"} x", "body", "malformed_json"),
            (b"{\"title\":\"\xff\"}", "body", "invalid_utf8"),
            (b"{\"title\":7}", "title", "wrong_type"),
            (b"{\"titel\":\"a\"}", "titel", "unknown_field"),
            (b"{\"\":1}", "(no name)", "unknown_field"),
            (b"{\"\\u0007\":1}", "(no name)", "unknown_field"),
            (b"{}", "title", "required"),
            (b"[\"a\"]", "body", "wrong_type"),
            (b" null", "body", "wrong_type"),
        ];
        for (body, field, expected) in cases {
            assert_eq!(code(body), (field.to_owned(), expected.to_owned()), "{body:?}");
        }
    }
}
