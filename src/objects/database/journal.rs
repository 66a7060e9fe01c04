//! What became of each delivery, in the `sync` stream: gathered for a moment and appended together, best effort.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base::ids::EntryId;
use durable::{CALL_LIMIT_MS, ask_within, clock};
use worker::Env;

use crate::db::batch::Outcome;
use crate::domain::log::{Level, NewEntry, StreamName};
use crate::domain::request::RequestId;
use crate::objects::context::CallContext;
use crate::objects::log_stream::api::{Append, StreamKey};

/// Entries wait this long for company, in milliseconds.
const GATHER_MS: u32 = 250;

/// More entries than this do not wait.
const MOST_WAITING: usize = 1_000;

/// The entries that wait.
#[derive(Default)]
pub struct Journal(Rc<Waiting>);

#[derive(Default)]
struct Waiting {
    entries: RefCell<Vec<NewEntry>>,
    dropped: Cell<i64>,
    gathering: Cell<bool>,
}

impl Journal {
    /// Writes a delivery down.
    pub fn note(&self, env: &Env, cx: &CallContext, about: Option<(RequestId, i64)>, outcome: &Outcome) {
        let (level, message, fault) = match outcome {
            Outcome::Applied => (Level::Info, "written to PostgreSQL", None),
            Outcome::Deferred(fault) => (Level::Warn, "not written to PostgreSQL yet", Some(fault)),
            Outcome::Refused(fault) => (Level::Error, "refused by PostgreSQL", Some(fault)),
        };
        let now = clock::now();
        let id = EntryId::of_trace(&clock::trace(), 0);
        let mut entry = NewEntry::new(id, now, level, message);
        entry.request_id = Some(cx.trace.clone());
        if let Some((request, version)) = about {
            entry = entry.with("request", request.to_string()).with("version", version);
        }
        if let Some(fault) = fault {
            entry = entry.with("error", fault.message.clone()).with("sqlstate", fault.sqlstate.clone());
        }
        let waiting = &self.0;
        if waiting.entries.borrow().len() >= MOST_WAITING {
            waiting.dropped.set(waiting.dropped.get() + 1);
            return;
        }
        waiting.entries.borrow_mut().push(entry);
        if !waiting.gathering.replace(true) {
            clock::in_background(flush(self.0.clone(), env.clone(), cx.clone()));
        }
    }
}

async fn flush(waiting: Rc<Waiting>, env: Env, cx: CallContext) {
    clock::pause_ms(GATHER_MS).await;
    waiting.gathering.set(false);
    let (entries, dropped) = (waiting.entries.take(), waiting.dropped.take());
    let lost = dropped + i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let key = StreamKey { org: cx.org.clone(), stream: StreamName::Sync };
    if ask_within(&env, &key, Append { entries, dropped }, &cx, CALL_LIMIT_MS).await.is_err() {
        waiting.dropped.set(waiting.dropped.get() + lost);
    }
}
