//! The pure rules of CepatEdge: who may do what to a maintenance request, when, and what follows.
//!
//! Architecture invariant: nothing in here performs I/O, reads a clock, draws randomness or knows the `worker` crate; time,
//! random numbers and settings are passed in. So every rule runs natively, in a test, in microseconds. The rest of the
//! crate depends on this module and this module depends on none of it.
//!
//! A command travels: [`validation`] (parse) -> [`decide`](request::decide()) (the state table) -> [`apply`](request::apply()) (the fold) ->
//! [`record`] (what the caller is shown) or [`refusal`] (why not).

pub mod id_seal;
pub mod list;
pub mod log;
pub mod person;
pub mod problem;
pub mod record;
pub mod request;
pub mod role;
pub mod sla;
pub mod summary;
pub mod sync;
pub mod text;
pub mod validation;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod words_tests;

pub use base::{
    EntryId, IdempotencyKey, InvalidId, Limit, OrgId, Page, PageSize, Position, Refusal, SessionName, Timestamp,
    TraceId, UnknownWord, UserId,
};
pub use list::{ListFilter, Sort};
pub use log::{Entry, Level, LogFilter, NewEntry, StreamName};
pub use person::{Actor, Caller, Person};
pub use problem::{FieldProblem, Problem};
pub use record::Record;
pub use request::{
    Action, Command, Event, EventBody, MaintenanceRequest, NewRequest, Priority, RequestId, RequestRules, Status,
    Visibility,
};
pub use role::Role;
pub use sla::{Sla, SlaState};
pub use summary::Summary;
