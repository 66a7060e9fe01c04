//! The pure rules of CepatEdge: who may do what to a maintenance request, when, and what follows.
//!
//! Architecture invariant: nothing in here performs I/O, reads a clock, draws randomness or knows the `worker` crate; time,
//! random numbers and settings are passed in. So every rule runs natively, in a test, in microseconds. The rest of the
//! crate depends on this module and this module depends on none of it.
//!
//! A command travels: [`validation`] (parse) -> [`decide`](request::decide()) (the state table) -> [`apply`](request::apply()) (the fold) ->
//! [`record`] (what the caller is shown) or [`refusal`] (why not).

#[macro_use]
mod words;

pub mod backoff;
pub mod cursor;
pub mod id_seal;
pub mod ids;
pub mod list;
pub mod log;
pub mod page;
pub mod person;
pub mod problem;
pub mod record;
pub mod refusal;
pub mod request;
pub mod role;
pub mod sla;
pub mod summary;
pub mod sync;
pub mod time;
pub mod validation;

#[cfg(test)]
mod golden;

pub use cursor::Position;
pub use ids::{EntryId, IdempotencyKey, InvalidId, OrgId, RequestId, SessionName, TraceId, UserId};
pub use list::{ListFilter, Sort};
pub use log::{Entry, Level, LogFilter, NewEntry, StreamName};
pub use page::{Limit, Page, PageSize};
pub use person::{Actor, Caller, Person};
pub use problem::{FieldProblem, Problem};
pub use record::Record;
pub use refusal::Refusal;
pub use request::{
    Action, Command, Event, EventBody, MaintenanceRequest, NewRequest, Priority, RequestRules, Status, Visibility,
};
pub use role::Role;
pub use sla::{Sla, SlaState};
pub use summary::Summary;
pub use time::Timestamp;
pub use words::UnknownWord;
