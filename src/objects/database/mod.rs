//! The DatabaseObject: one shard of connections to PostgreSQL.
//!
//! It owns one connection, kept open between calls (all requests of an object share one I/O context), and nothing that
//! must last but whom it put off during an outage: what it is asked to write stays in the sender's outbox until it says
//! `Applied`. Deliveries that arrive together are committed together; `db::group` and `db::batch` do that, and this object
//! lends them its memory.

pub mod api;
mod journal;
mod recovery;
mod store;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use base::ids::OrgId;
use base::page::Limit;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Answer, Object, Schema, State, Wire, clock};
use futures::future::LocalBoxFuture;
use pg::breaker::BreakerState;
use pg::error::{DbError, Fault};
use pg::row::{DecodeError, Rows};
use pg::session::Session;
use pg::statement::Statement;
use pg::url::{DatabaseUrl, UrlError};
use serde_json::value::{RawValue, to_raw_value};
use worker::Env;

use crate::db::batch;
use crate::db::directory;
use crate::db::edge::Edge;
use crate::db::group::GroupCommit;
use crate::db::statements::{ping, users, versions};
use crate::domain::user::{Person, UserRow, UserStatus, naming};
use crate::objects::context::CallContext;
use api::{
    Apply, Database, DatabaseKey, FindCredentials, FindUser, Health, Inbox, KnowsUser, ListUsers, Outcome, PageUsers,
    Ping, ReadModel, RenameUser, Stats, Synced, SyncedVersion, User, UserPage,
};
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

    /// The rows of the one statement that was run.
    fn only(&self, outcome: Result<Vec<Rows>, DbError>) -> Result<Rows, Refusal> {
        let rows = outcome.map_err(|error| self.away(&Fault::from(&error)))?;
        rows.into_iter().next().ok_or_else(|| self.unreadable(DecodeError::NoReply))
    }

    fn unreadable(&self, error: DecodeError) -> Refusal {
        self.away(&Fault::from(&DbError::Decode(error)))
    }

    async fn users(&self, statement: Statement) -> Result<Vec<UserRow>, Refusal> {
        users::decode(&self.read(statement).await?).map_err(|error| self.unreadable(error))
    }

    async fn staff(&self, org: &OrgId) -> Result<Vec<Person>, Refusal> {
        users::decode_staff(&self.read(users::staff(org)).await?).map_err(|error| self.unreadable(error))
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

impl api::Handler for DatabaseObject {
    fn apply(self: Rc<Self>, message: Apply, cx: CallContext) -> Answer<Outcome> {
        Answer::after(async move { self.deliver(message, &cx).await })
    }

    fn find_credentials(self: Rc<Self>, message: FindCredentials, cx: CallContext) -> Answer<Option<UserRow>> {
        Answer::after(async move {
            let found = self.users(users::credentials(&cx.org, &message.email)).await?;
            Ok(found.into_iter().next())
        })
    }

    fn find_user(self: Rc<Self>, message: FindUser, cx: CallContext) -> Answer<Option<User>> {
        Answer::after(async move {
            let found = self.users(users::by_id(&cx.org, message.id)).await?;
            Ok(found.into_iter().find(|user| user.status == UserStatus::Active).map(shown))
        })
    }

    fn list_users(self: Rc<Self>, message: ListUsers, cx: CallContext) -> Answer<Vec<User>> {
        Answer::after(async move {
            let most = Limit::try_from(Limit::MAX)?;
            let found = self.users(users::active(&cx.org, message.role, None, most)).await?;
            let mut shown: Vec<User> = found.into_iter().map(shown).collect();
            shown.sort_by_cached_key(|user| user.name.to_lowercase());
            Ok(shown)
        })
    }

    fn page_users(self: Rc<Self>, message: PageUsers, cx: CallContext) -> Answer<UserPage> {
        Answer::after(async move {
            let PageUsers { q, after, limit } = message;
            let read = async |statement| self.users(statement).await;
            let (found, next) = directory::page(&cx.org, q.as_ref(), after, limit, read).await?;
            Ok(UserPage { items: found.into_iter().map(shown).collect(), next })
        })
    }

    fn knows_user(self: Rc<Self>, message: KnowsUser, cx: CallContext) -> Answer<bool> {
        Answer::after(async move { Ok(!self.users(users::by_id(&cx.org, message.id)).await?.is_empty()) })
    }

    fn rename_user(self: Rc<Self>, message: RenameUser, cx: CallContext) -> Answer<Option<User>> {
        Answer::after(async move {
            let known = self.users(users::by_id(&cx.org, message.id)).await?.into_iter().next();
            // Whoever has a name may be told it again, for example behind an answer that was lost.
            if known.is_some_and(|user| user.name != message.name.as_str()) {
                naming::check(&message.name, message.id, &self.staff(&cx.org).await?)?;
            }
            let rename = users::rename(&cx.org, message.id, &message.name, clock::now());
            let written = self.only(self.session()?.write(&[rename]).await)?;
            let renamed = users::decode(&written).map_err(|error| self.unreadable(error))?;
            Ok(renamed.into_iter().next().map(shown))
        })
    }

    fn synced(self: Rc<Self>, message: Synced, cx: CallContext) -> Answer<Vec<SyncedVersion>> {
        Answer::after(async move {
            let rows = self.read(versions::of_requests(&cx.org, &message.ids)).await?;
            rows.records().map_err(|error| self.unreadable(error))
        })
    }

    fn read_model(self: Rc<Self>, message: ReadModel, cx: CallContext) -> Answer<Option<Box<RawValue>>> {
        Answer::after(async move {
            let rows = self.read(versions::inspect(&cx.org, message.id)).await?;
            let inspected = versions::decode_inspected(&rows).map_err(|error| self.unreadable(error))?;
            inspected.map(|row| to_raw_value(&row).map_err(|_| Refusal::Internal)).transpose()
        })
    }

    fn ping(self: Rc<Self>, _: Ping, cx: CallContext) -> Answer<Health> {
        Answer::after(async move {
            self.read(ping()).await?;
            Ok(self.health(cx.own_key::<DatabaseKey>()?.shard))
        })
    }

    fn stats(self: Rc<Self>, _: Stats, cx: CallContext) -> Answer<Health> {
        cx.own_key::<DatabaseKey>().map(|key| self.health(key.shard)).into()
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
        api::dispatch(self, message, cx)
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

fn shown(user: UserRow) -> User {
    User { id: user.id, name: user.name, email: user.email, role: user.role }
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
