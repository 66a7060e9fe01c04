//! The LogStreamObject: one stream of log entries.
//!
//! It owns the entries, their order of arrival (seq), the tallies, the live viewers, and how long entries stay. The
//! `audit` stream is append-only and hash-chained, keeps its entries for ever, and owes each of them to PostgreSQL.
//!
//! An append's way: `api.rs` (the message) -> here -> `store.rs` (entries, chain, tallies and outbox in one transaction)
//! -> `tail.rs` (the viewers) -> `deliver.rs` (PostgreSQL). A search's way: `query.rs` -> `durable::keyset`.

pub mod api;
mod deliver;
mod owed;
mod query;
mod store;
mod stored;
mod tail;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::outbox::{Debt, Outbox, flush};
use durable::page::Page;
use durable::sockets::{Accepted, Sockets};
use durable::{Answer, Object, Schema, State, Wire, Writer, clock};
use futures::future::LocalBoxFuture;
use serde_json::value::RawValue;

use crate::domain::key::Scope;
use crate::domain::log::{Retention, StreamName};
use crate::domain::user::Role;
use crate::objects::context::CallContext;
use crate::objects::settings;
use crate::objects::viewer::{self, Viewer};
use api::{Append, Appended, Inbox, LogStream, Poke, Query, ReadEntry, Stats, StreamKey, StreamStats, Tail};
use owed::Destination;

/// Entries that expire one after the other leave together: the next sweep comes this much later, in milliseconds.
const SWEEP_PACE_MS: i64 = 15 * 60 * 1_000;
/// Unless one slice was not enough.
const SWEEP_ON_MS: i64 = 1_000;
/// So many entries of an earlier release are folded in one turn.
const FOLD_SLICE: u32 = 200;

/// One log stream.
pub struct LogStreamObject {
    state: State,
    sockets: Sockets<Viewer>,
    outbox: Outbox<Destination>,
    /// The stream's name, once something was written.
    key: OnceCell<StreamKey>,
    /// Where it ends; unknown until looked at.
    end: RefCell<Option<store::End>>,
    /// When entries leave next; unknown until looked at.
    sweep_at: Cell<Option<Option<Timestamp>>>,
    /// How long entries stay; unknown until the settings were looked at.
    kept: Cell<Option<Retention>>,
    /// Whether entries of an earlier release were looked for.
    looked_for_old: Cell<bool>,
}

impl LogStreamObject {
    fn key(&self) -> Result<Option<&StreamKey>, Refusal> {
        if self.key.get().is_none()
            && let Some(key) = store::key(&self.state.db)?
        {
            return Ok(Some(self.key.get_or_init(|| key)));
        }
        Ok(self.key.get())
    }

    /// Entries, chain, tallies and outbox in one transaction; then the viewers, then the alarm.
    fn grow(self: &Rc<Self>, mut message: Append, cx: &CallContext) -> Result<Appended, Refusal> {
        let key: StreamKey = cx.own_key()?;
        if message.entries.is_empty() && message.dropped <= 0 {
            return Ok(Appended { last_seq: store::last_seq(&self.state.db)? });
        }
        let audit = key.stream == StreamName::Audit;
        if audit {
            message.entries.iter_mut().for_each(|entry| {
                entry.request_id.get_or_insert_with(|| cx.trace.clone());
            });
        }
        // What a transaction that fails leaves is unknown: it is looked at again.
        let end = self.end.take();
        let append = |write: &Writer<'_>| {
            let end = end.map_or_else(|| store::end(write, &key), Ok)?;
            store::append(write, key.stream, end, message.entries, message.dropped)
        };
        let growth = if audit {
            self.outbox.atomically(&self.state.db, |write, offsets| {
                let growth = append(write)?;
                if !growth.entries.is_empty() {
                    offsets.owe(&[Destination::Postgres], growth.end.seq, clock::now());
                }
                Ok::<_, Refusal>(growth)
            })?
        } else {
            self.state.db.atomically(append)?
        };
        let last_seq = growth.end.seq;
        *self.end.borrow_mut() = Some(growth.end);
        let kept = self.kept.get().unwrap_or_default();
        let expiry = |stored: &stored::Stored| kept.expires_at(key.stream, stored.entry.level, stored.entry.ts);
        if let Some(known) = self.sweep_at.get() {
            self.sweep_at.set(Some(growth.entries.iter().filter_map(expiry).chain(known).min()));
        }
        tail::broadcast(&self.sockets, &growth.entries, message.dropped);
        self.state.alarm.set_by(self.next_due());
        if audit && !growth.entries.is_empty() {
            clock::in_background(self.clone().push());
        }
        Ok(Appended { last_seq })
    }

    /// Sends what is owed and due.
    async fn push(self: Rc<Self>) {
        flush(&*self, Destination::Postgres).await;
        self.outbox.keep(&self.state.db, &self.state.alarm);
        self.state.alarm.set_by(self.next_due());
    }

    /// Folds what an earlier release folded otherwise, in slices between which others have their turn.
    async fn fold_old_entries(self: Rc<Self>) {
        clock::in_slices("folding old entries anew", || store::fold_some(&self.state.db, FOLD_SLICE)).await;
    }

    /// Looks how long entries stay, and lets those leave that have been there for longer. While that cannot be found out all stay.
    async fn sweep(&self) {
        if self.next_sweep().is_none_or(|due| due > clock::now()) {
            return;
        }
        let swept = match self.key().map(Option::<&StreamKey>::cloned) {
            Ok(Some(key)) => self.sweep_by_the_settings(&key).await,
            Ok(None) => Ok(false),
            Err(refusal) => Err(refusal),
        };
        let now = clock::now();
        self.sweep_at.set(None);
        let pace_ms = if matches!(swept, Ok(true)) { SWEEP_ON_MS } else { SWEEP_PACE_MS };
        let next = self.next_sweep().map(|due| due.max(now.plus_ms(pace_ms)));
        self.sweep_at.set(Some(next));
    }

    async fn sweep_by_the_settings(&self, key: &StreamKey) -> Result<bool, Refusal> {
        self.learn(key).await;
        let Some(kept) = self.kept.get() else { return Ok(false) };
        store::sweep(&self.state.db, key.stream, kept, clock::now()).map_err(Refusal::from)
    }

    /// How long entries stay, as far as that can be found out now.
    async fn learn(&self, key: &StreamKey) {
        let cx = CallContext::system(key.org.clone(), clock::trace());
        if let Some(in_force) = settings::look(&self.state.env, &cx).await {
            self.kept.set(Some(in_force.logs));
            self.sweep_at.set(None);
        }
    }

    fn next_sweep(&self) -> Option<Timestamp> {
        if let Some(known) = self.sweep_at.get() {
            return known;
        }
        let next = match self.key() {
            Ok(Some(key)) => store::next_expiry(&self.state.db, key.stream, self.kept.get().unwrap_or_default())
                .map_err(Refusal::from),
            Ok(None) => return None,
            Err(refusal) => Err(refusal),
        };
        // What cannot be read now is looked at again at the usual pace.
        let next = next.unwrap_or_else(|_| Some(clock::now().plus_ms(SWEEP_PACE_MS)));
        self.sweep_at.set(Some(next));
        next
    }

    fn in_numbers(&self, key: &StreamKey) -> Result<StreamStats, Refusal> {
        let db = &self.state.db;
        let tallies = store::tallies(db)?;
        let mut by_level = [0; 4];
        for tally in &tallies {
            if let Some(entries) = by_level.get_mut(tally.level as usize) {
                *entries = tally.entries;
            }
        }
        Ok(StreamStats {
            stream: key.stream,
            entries: by_level.iter().sum(),
            by_level,
            earliest: tallies.iter().filter_map(|tally| tally.earliest).min(),
            latest: tallies.iter().filter_map(|tally| tally.latest).max(),
            dropped: store::dropped(db)?,
            viewers: self.sockets.count(),
            storage_bytes: db.size_bytes(),
            outbox: self.outbox.debts(db)?,
        })
    }
}

impl api::Handler for LogStreamObject {
    fn append(self: Rc<Self>, message: Append, cx: CallContext) -> Answer<Appended> {
        self.grow(message, &cx).into()
    }

    fn query(self: Rc<Self>, message: Query, _: CallContext) -> Answer<Page> {
        let query = query::of(&message.filter);
        query.page(&self.state.db, message.before.as_ref(), message.limit.get()).into()
    }

    fn entry(self: Rc<Self>, message: ReadEntry, _: CallContext) -> Answer<Box<RawValue>> {
        let read = || {
            let json = store::entry(&self.state.db, &message.id)?.ok_or(Refusal::NotFound)?;
            RawValue::from_string(json).map_err(|_| Refusal::Internal)
        };
        read().into()
    }

    fn stats(self: Rc<Self>, _: Stats, cx: CallContext) -> Answer<StreamStats> {
        cx.own_key().and_then(|key| self.in_numbers(&key)).into()
    }

    fn poke(self: Rc<Self>, message: Poke, _: CallContext) -> Answer<Vec<Debt>> {
        if let Err(error) = self.outbox.poked(&self.state.db, message.replay) {
            return Answer::Ready(Err(error.into()));
        }
        Answer::after(async move {
            // Entries may have less time than was thought.
            if self.next_sweep().is_some() {
                self.sweep_at.set(Some(Some(clock::now())));
                self.sweep().await;
            }
            self.clone().push().await;
            Ok(self.outbox.debts(&self.state.db)?)
        })
    }
}

impl Object for LogStreamObject {
    type Contract = LogStream;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let sockets = Sockets::new(&state);
        LogStreamObject {
            state,
            sockets,
            outbox: Outbox::default(),
            key: OnceCell::new(),
            end: RefCell::default(),
            sweep_at: Cell::new(None),
            kept: Cell::new(None),
            looked_for_old: Cell::new(false),
        }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        if !self.looked_for_old.replace(true) {
            clock::in_background(self.clone().fold_old_entries());
        }
        api::dispatch(self, message, cx)
    }

    fn watch(self: Rc<Self>, watch: Tail, cx: CallContext) -> Result<Accepted, Refusal> {
        // The router asks as well; a viewer that stays for hours is worth a second look.
        match cx.require_caller()?.role {
            Role::Admin => {}
            Role::Requester | Role::Technician | Role::Manager => return Err(Refusal::Forbidden { action: None }),
        }
        let wish = serde_json::to_string(&watch.filter).map_err(|_| Refusal::Internal)?;
        let accepted = self.sockets.accept(&Viewer::of(&cx)?.wishing(wish))?;
        tail::replay(&self.state.db, accepted.socket(), &watch.filter, watch.after)?;
        Ok(accepted)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            self.sweep().await;
            self.clone().push().await;
            viewer::drop_ended(&self.sockets, &self.state.env, Scope::Operate).await;
        })
    }

    fn viewer_left(&self) {
        self.sockets.changed();
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn next_due(&self) -> Option<Timestamp> {
        [self.outbox.next_due(&self.state.db), self.next_sweep(), viewer::next_check(&self.sockets)]
            .into_iter()
            .flatten()
            .min()
    }
}
