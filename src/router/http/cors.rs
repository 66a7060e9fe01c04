//! Cross-origin reads (the Fetch standard's CORS protocol) and `OPTIONS` (RFC 9110 section 9.3.7).

use super::reply::Reply;

/// What another origin may read of an answer besides the safe headers.
const EXPOSED: &str = "etag, location, link, retry-after, x-request-id";

/// What it may send.
const TAKEN: &str = "content-type, idempotency-key, if-match, if-none-match, x-cepatedge";

/// How long a browser may remember that, in seconds.
const REMEMBERED_S: &str = "600";

/// An answer that a page of `origin`, which is on the list, may read.
pub fn readable(reply: Reply, origin: String) -> Reply {
    reply
        .with("access-control-allow-origin", origin)
        .with("access-control-allow-credentials", "true")
        .with("access-control-expose-headers", EXPOSED)
}

/// The methods of a path; and, to an origin that is on the list, what it may send (a preflight).
pub fn options(allow: String, is_known_origin: bool) -> Reply {
    let reply = Reply::empty(204).with("allow", allow.clone());
    if !is_known_origin {
        return reply;
    }
    reply
        .with("access-control-allow-methods", allow)
        .with("access-control-allow-headers", TAKEN)
        .with("access-control-max-age", REMEMBERED_S)
}
