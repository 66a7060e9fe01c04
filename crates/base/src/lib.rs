//! What every part of CepatEdge speaks in: ids, closed vocabularies, times, texts, pages, cursors, refusals, and JSON.
//!
//! Architecture invariant: nothing in here knows a maintenance request, a platform, I/O, a clock or randomness.

#[macro_use]
pub mod words;
#[macro_use]
pub mod ids;
#[macro_use]
pub mod text;

pub mod cursor;
pub mod hex;
pub mod json;
pub mod page;
pub mod refusal;
pub mod time;

pub use cursor::Position;
pub use hex::hex;
pub use ids::{EntryId, IdempotencyKey, InvalidId, OrgId, SessionName, TraceId, UserId};
pub use page::{Limit, PageSize};
pub use refusal::{Refusal, Word};
pub use time::Timestamp;
pub use words::UnknownWord;
