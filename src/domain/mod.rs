//! The pure rules of CepatEdge: who may do what to a maintenance request, when, and what follows. A folder per noun.
//!
//! Architecture invariant: nothing in here performs I/O, reads a clock, draws randomness or knows the platform; time,
//! random numbers and settings are passed in. So every rule runs natively, in a test, in microseconds. The rest of the
//! product depends on this module and this module depends on none of it.
//!
//! A command travels: [`request::report`] and its texts (parse) -> [`decide`](request::decide()) (the state table) ->
//! [`apply`](request::apply()) (the fold) -> [`request::Record`] (what the caller is shown) or [`Refusal`] (why not).

pub mod asset;
pub mod delivery;
pub mod factor;
pub mod file;
pub mod identity;
pub mod key;
pub mod label;
pub mod log;
pub mod mailed;
pub mod notify;
pub mod organisation;
pub mod patch;
pub mod place;
pub mod request;
pub mod session;
pub mod settings;
pub mod text;
pub mod user;

#[cfg(test)]
pub(crate) mod golden;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod texts_tests;
#[cfg(test)]
mod words_tests;

pub use base::{
    EntryId, IdempotencyKey, InvalidId, Limit, OrgId, PageSize, Position, Refusal, SessionName, Timestamp, TraceId,
    UnknownWord, UserId,
};
pub use log::{Entry, Level, LogFilter, NewEntry, StreamName};
pub use request::{
    Action, Command, Event, EventBody, ListFilter, MaintenanceRequest, NewRequest, Priority, Record, RequestId,
    RequestRules, Sla, SlaState, Sort, Status, Summary, Visibility,
};
pub use user::{Actor, Caller, Person, Role};
