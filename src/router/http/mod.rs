//! HTTP itself: what comes in, what goes out, cookies, tokens, origins, pages.

pub mod address;
pub mod body;
pub mod cookie;
pub mod cors;
pub mod etag;
pub mod incoming;
pub mod origin;
pub mod paging;
pub mod problem;
pub mod reply;
pub mod token;
