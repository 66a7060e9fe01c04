//! After an outage: whoever was put off is called as soon as PostgreSQL is back.
//!
//! The outboxes back off for minutes, as they must; this object sees the outage end first. It remembers whom it put off,
//! asks PostgreSQL every [`PROBE_MS`] while there is anybody, and pokes them when it answers. They are kept in SQLite as
//! well, so that a runtime that dies during the outage still knows them. Who is forgotten all the same has its own alarm.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use base::ids::OrgId;
use base::time::Timestamp;
use durable::{CALL_LIMIT_MS, Database, StorageError, ask_within, clock};
use futures::StreamExt;
use futures::future::join;
use futures::stream;
use worker::Env;

use super::store;
use crate::domain::log::StreamName;
use crate::domain::request::RequestId;
use crate::objects::context::CallContext;
use crate::objects::log_stream::api::{Poke as PokeStream, StreamKey};
use crate::objects::request::api::{Poke, RequestKey};

/// How often PostgreSQL is asked while somebody waits, in milliseconds. The circuit breaker thins these out.
const PROBE_MS: i64 = 1_000;

/// More than this are not remembered.
const MOST_WAITING: usize = 20_000;

/// So many are poked at once.
const AT_ONCE: usize = 16;

/// Who was put off.
#[derive(Default)]
pub struct Recovery {
    org: RefCell<Option<OrgId>>,
    requests: RefCell<BTreeSet<RequestId>>,
    audit: Cell<bool>,
}

impl Recovery {
    /// Those who were put off before this object started.
    pub fn start(db: &Database) -> Self {
        let recovery = Recovery::default();
        for (org, request) in store::all(db).unwrap_or_else(|error| noted(error, Vec::new())) {
            recovery.remember(&org, request);
        }
        recovery
    }

    /// Whether it was news.
    fn remember(&self, org: &OrgId, request: Option<RequestId>) -> bool {
        *self.org.borrow_mut() = Some(org.clone());
        match request {
            Some(request) => {
                let mut requests = self.requests.borrow_mut();
                requests.len() < MOST_WAITING && requests.insert(request)
            }
            None => !self.audit.replace(true),
        }
    }

    /// A delivery was put off; `request` is `None` for the audit stream's.
    pub fn put_off(&self, db: &Database, org: &OrgId, request: Option<RequestId>) {
        if self.remember(org, request) {
            store::add(db, org, request).unwrap_or_else(|error| noted(error, ()));
        }
    }

    /// A delivery was made after all.
    pub fn delivered(&self, db: &Database, org: &OrgId, request: Option<RequestId>) {
        let waited = match request {
            Some(request) => self.requests.borrow_mut().remove(&request),
            None => self.audit.replace(false),
        };
        if waited {
            store::remove(db, org, &[request]).unwrap_or_else(|error| noted(error, ()));
        }
    }

    /// Whether nobody waits.
    pub fn is_over(&self) -> bool {
        self.requests.borrow().is_empty() && !self.audit.get()
    }

    /// When PostgreSQL is to be asked next.
    pub fn next_probe(&self) -> Option<Timestamp> {
        (!self.is_over()).then(|| clock::now().plus_ms(PROBE_MS))
    }

    /// Pokes everybody who waits, once, and spares who has delivered by then. Who is put off again is remembered again.
    pub async fn poke_all(&self, db: &Database, env: &Env) {
        let Some(org) = self.org.borrow().clone() else { return };
        let requests: Vec<RequestId> = self.requests.borrow().iter().copied().collect();
        let called: Vec<Option<RequestId>> =
            requests.iter().copied().map(Some).chain(self.audit.get().then_some(None)).collect();
        let cx = CallContext::system(org.clone(), clock::trace());
        let audit = async {
            if self.audit.take() {
                let key = StreamKey { org: org.clone(), stream: StreamName::Audit };
                let _put_off_again = ask_within(env, &key, PokeStream { replay: false }, &cx, CALL_LIMIT_MS).await;
            }
        };
        let pokes = requests.into_iter().map(|id| {
            let (key, cx) = (RequestKey { org: org.clone(), id }, &cx);
            async move {
                if self.requests.borrow_mut().remove(&id) {
                    let _put_off_again =
                        ask_within(env, &key, Poke { replay: false, synced: None }, cx, CALL_LIMIT_MS).await;
                }
            }
        });
        join(audit, stream::iter(pokes).buffer_unordered(AT_ONCE).collect::<()>()).await;
        // Only now: a runtime that dies while it calls them begins again.
        let done: Vec<_> = called.into_iter().filter(|one| !self.waits(*one)).collect();
        store::remove(db, &org, &done).unwrap_or_else(|error| noted(error, ()));
    }

    fn waits(&self, request: Option<RequestId>) -> bool {
        request.map_or(self.audit.get(), |request| self.requests.borrow().contains(&request))
    }
}

/// Storage that fails costs the memory of a restart and nothing else.
fn noted<T>(error: StorageError, instead: T) -> T {
    worker::console_error!("recovery: {error}");
    instead
}
