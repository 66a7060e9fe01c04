//! The DatabaseObject: one shard of connections to PostgreSQL.
//!
//! It owns one connection, kept open between calls (all requests of an object share one I/O context), and nothing that
//! must last but whom it put off during an outage: what it is asked to write stays in the sender's outbox until it says
//! `Applied`. Deliveries that arrive together are committed together; `db::group` and `db::batch` do that, and this object
//! lends them its memory. Queries it carries: what they ask and answer is in `db::statements`, a file per noun.

pub mod api;
mod journal;
mod recovery;
mod store;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Answer, Contract as _, Object, Schema, State, Wire, clock};
use futures::future::LocalBoxFuture;
use pg::breaker::BreakerState;
use pg::error::{DbError, Fault};
use pg::row::{DecodeError, Rows};
use pg::session::Session;
use pg::statement::Statement;
use pg::url::{DatabaseUrl, UrlError};
use worker::Env;

use crate::db::batch;
use crate::db::edge::Edge;
use crate::db::group::GroupCommit;
use crate::db::query::Postgres;
use crate::db::statements::ping;
use crate::objects::context::CallContext;
use api::{Apply, Database, DatabaseKey, Health, Inbox, Outcome, Ping, Stats};
use journal::Journal;
use recovery::Recovery;

/// Seconds until a caller should try again while PostgreSQL is away.
const RETRY_AFTER_S: u32 = 5;

/// One shard.
pub struct DatabaseObject {
    state: State,
    session: OnceCell<Result<Session<Edge>, Fault>>,
    group: GroupCommit,
    journal: Journal,
    recovery: Recovery,
    latency_ms: Cell<Option<i64>>,
    last_error: RefCell<Option<(String, Timestamp)>>,
}

impl DatabaseObject {
    fn session(&self) -> Result<&Session<Edge>, Refusal> {
        let open = || match database_url(&self.state.env) {
            Some(Ok(url)) => Ok(Session::new(Edge { owner: self.state.id.clone() }, url)),
            Some(Err(error)) => Err(Fault::from(&DbError::Url(error))),
            None => Err(Fault {
                class: pg::error::Class::Configuration,
                sqlstate: None,
                message: "DATABASE_URL is not set".into(),
            }),
        };
        self.session.get_or_init(open).as_ref().map_err(|fault| self.away(fault))
    }

    /// Remembers a failure for the monitor, and refuses without its particulars.
    fn away(&self, fault: &Fault) -> Refusal {
        *self.last_error.borrow_mut() = Some((fault.message.clone(), clock::now()));
        Refusal::Unavailable { what: "The database".into(), retry_after_s: RETRY_AFTER_S }
    }

    async fn read(&self, statement: Statement) -> Result<Rows, Refusal> {
        let started = clock::now();
        let outcome = self.session()?.read(std::slice::from_ref(&statement)).await;
        self.latency_ms.set(Some(clock::now().ms_since(started)));
        self.only(outcome)
    }

    async fn write(&self, statement: Statement) -> Result<Rows, Refusal> {
        let outcome = self.session()?.write(std::slice::from_ref(&statement)).await;
        self.only(outcome)
    }

    /// The rows of the one statement that was run.
    fn only(&self, outcome: Result<Vec<Rows>, DbError>) -> Result<Rows, Refusal> {
        let rows = outcome.map_err(|error| self.away(&Fault::from(&error)))?;
        rows.into_iter().next().ok_or_else(|| self.unreadable(DecodeError::NoReply))
    }

    fn unreadable(&self, error: DecodeError) -> Refusal {
        self.away(&Fault::from(&DbError::Decode(error)))
    }

    async fn deliver(&self, message: Apply, cx: &CallContext) -> Result<Outcome, Refusal> {
        let Apply(delivery) = message;
        let about = delivery.about();
        let outcome = self.group.deliver(self.session()?, delivery).await;
        self.journal.note(&self.state.env, cx, about, &outcome);
        let request = about.map(|(request, _)| request);
        match outcome {
            batch::Outcome::Applied => {
                self.recovery.delivered(&self.state.db, &cx.org, request);
                Ok(Outcome::Applied)
            }
            batch::Outcome::Deferred(fault) => {
                self.recovery.put_off(&self.state.db, &cx.org, request);
                self.state.alarm.set_by(self.recovery.next_probe());
                Err(self.away(&fault))
            }
            batch::Outcome::Refused(fault) => {
                *self.last_error.borrow_mut() = Some((fault.message.clone(), clock::now()));
                Ok(Outcome::Refused { sqlstate: fault.sqlstate.unwrap_or_default(), error: fault.message })
            }
        }
    }

    fn health(&self, shard: u32) -> Health {
        let breaker = match self.session.get() {
            Some(Ok(session)) => Some(session.breaker()),
            Some(Err(_)) | None => None,
        };
        let tally = self.group.tally();
        let last_error = self.last_error.borrow().clone();
        Health {
            shard,
            breaker: match breaker {
                Some(BreakerState::Open { .. }) => "open",
                Some(BreakerState::HalfOpen) => "half_open",
                Some(BreakerState::Closed { .. }) | None => "closed",
            }
            .into(),
            waiting_bytes: i64::try_from(self.group.waiting_bytes()).unwrap_or(i64::MAX),
            latency_ms: self.latency_ms.get(),
            commits: whole(tally.turns),
            applied: whole(tally.applied),
            deferred: whole(tally.deferred),
            refused: whole(tally.refused),
            last_error: last_error.as_ref().map(|(message, _)| message.clone()),
            last_error_at: last_error.map(|(_, at)| at),
        }
    }
}

/// PostgreSQL for a query that somebody asks.
struct Asked {
    object: Rc<DatabaseObject>,
    cx: CallContext,
}

impl Postgres for Asked {
    fn org(&self) -> &OrgId {
        &self.cx.org
    }

    fn now(&self) -> Timestamp {
        clock::now()
    }

    async fn read(&self, statement: Statement) -> Result<Rows, Refusal> {
        self.object.read(statement).await
    }

    async fn write(&self, statement: Statement) -> Result<Rows, Refusal> {
        self.object.write(statement).await
    }

    async fn write_all(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, Refusal> {
        let outcome = self.object.session()?.write(&statements).await;
        outcome.map_err(|error| self.object.away(&Fault::from(&error)))
    }

    fn unreadable(&self, error: DecodeError) -> Refusal {
        self.object.unreadable(error)
    }

    fn unknown(&self, name: &str) -> Refusal {
        worker::console_error!("{} cannot read the query {name}", Database::BINDING);
        Refusal::unavailable(Database::BINDING, 1)
    }
}

impl Object for DatabaseObject {
    type Contract = Database;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let recovery = Recovery::start(&state.db);
        DatabaseObject {
            state,
            session: OnceCell::new(),
            group: GroupCommit::default(),
            journal: Journal::default(),
            recovery,
            latency_ms: Cell::new(None),
            last_error: RefCell::new(None),
        }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        match message {
            Inbox::Apply(message) => Answer::after(async move { self.deliver(message, &cx).await }).encoded(),
            Inbox::Ping(Ping {}) => Answer::after(async move {
                self.read(ping()).await?;
                Ok(self.health(cx.own_key::<DatabaseKey>()?.shard))
            })
            .encoded(),
            Inbox::Stats(Stats {}) => {
                Answer::from(cx.own_key::<DatabaseKey>().map(|key| self.health(key.shard))).encoded()
            }
            Inbox::Query(query) => Answer::after(async move { query.run(&Asked { object: self, cx }).await }).encoded(),
        }
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            if !self.recovery.is_over() && self.read(ping()).await.is_ok() {
                self.recovery.poke_all(&self.state.db, &self.state.env).await;
            }
        })
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.recovery.next_probe()
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Where PostgreSQL is: a Hyperdrive binding named `HYPERDRIVE`, or the variable `DATABASE_URL`.
fn database_url(env: &Env) -> Option<Result<DatabaseUrl, UrlError>> {
    let get = |of: &wasm_bindgen::JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let hyperdrive = get(env, "HYPERDRIVE").filter(|binding| binding.is_object());
    let pooled = hyperdrive.and_then(|binding| get(&binding, "connectionString")).and_then(|text| text.as_string());
    if let Some(url) = pooled {
        return Some(DatabaseUrl::of_hyperdrive(&url));
    }
    let url = get(env, "DATABASE_URL").and_then(|text| text.as_string()).filter(|url| !url.is_empty())?;
    Some(DatabaseUrl::parse(&url))
}
