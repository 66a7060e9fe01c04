//! A maintenance request: its vocabulary, its state, the commands that change it and the events that record the change.
//!
//! `decide(state, command) -> event` says whether and what; `apply(state, event)` is the only thing that changes a state.
//! Both are pure, so the request's object, a rebuild from PostgreSQL and a test all arrive at the same snapshot.
//! The rules are the state table in docs/requests.md.

pub mod apply;
pub mod attaching;
pub mod attachment;
pub mod category;
pub mod change;
pub mod command;
pub mod decide;
pub mod downtime;
pub mod due;
pub mod event;
pub mod export;
pub mod file_ledger;
pub mod id;
pub mod id_seal;
pub mod link;
pub mod linking;
pub mod list;
pub mod policy;
pub mod record;
pub mod report;
pub mod rows;
pub mod rules;
pub mod sla;
pub mod state;
pub mod status;
pub mod summary;
pub mod table;
pub mod texts;
pub mod visibility;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;

pub use apply::apply;
pub use attachment::{Arrived, Attachment, AttachmentId, Declared, Mark};
pub use category::{Colour, MAX_CATEGORIES, OfferedCategory};
pub use command::{ActionInput, Command, Step};
pub use decide::{create, decide};
pub use event::{Event, EventBody};
pub use file_ledger::{FileLedger, Held, HeldAs};
pub use id::RequestId;
pub use id_seal::IdSeal;
pub use link::{Link, LinkKind};
pub use list::{ListFilter, Sort};
pub use policy::{allowed_actions, may_comment, may_edit, may_see, sees_internal};
pub use record::Record;
pub use report::{
    Category, Change, Changes, Description, EditBody, EditInput, NewRequest, NewRequestBody, Report, Title,
};
pub use rows::{EventRow, RequestRow};
pub use rules::{Approvers, RequestRules, RulesInForce};
pub use sla::{Sla, SlaState};
pub use state::{MaintenanceRequest, Moment};
pub use status::{Priority, Status};
pub use summary::{Searched, Summary};
pub use table::Action;
pub use texts::{CommentBody, Rating, Reason, Resolution};
pub use visibility::Visibility;
