//! The CacheObject: one namespace of values that are cheaper to keep than to ask for again.
//!
//! It owns the values, which of them are fresh, and how often they were of use. Nothing depends on it: whatever it holds
//! can be asked for again at its source, and what may be stale says so.
//!
//! Architecture invariants: a namespace never holds more than [`MOST_ENTRIES`]; a read writes nothing.

pub mod api;
mod limits;
mod store;

use std::cell::Cell;
use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Answer, Object, Schema, State, StorageError, Wire, Writer, clock};
use futures::future::LocalBoxFuture;
use serde_json::value::RawValue;

use crate::objects::context::CallContext;
use api::{CacheKey, CacheStats, Cached, Forget, Get, Inbox, Put, Stats};
use store::Stored;

/// The most values of one namespace; one more drops the one that was stored longest ago.
pub const MOST_ENTRIES: i64 = 10_000;

/// So long a value is kept after it was fresh, in milliseconds: a day, for when its source is away.
const KEPT_STALE_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is over is dropped in rounds that are at least so far apart, in milliseconds: an hour.
const ROUND_MS: i64 = 60 * 60 * 1_000;

/// One namespace.
pub struct CacheObject {
    state: State,
    /// How many values SQLite has, when that has been counted.
    entries: Cell<Option<i64>>,
    hits: Cell<i64>,
    misses: Cell<i64>,
    stale: Cell<i64>,
    refused: Cell<i64>,
}

impl CacheObject {
    fn find(&self, key: &str) -> Result<Option<Cached>, Refusal> {
        let now = clock::now();
        let found = store::get(&self.state.db, key, now)?;
        // A value that is not JSON cannot have been stored; it would be no value.
        let cached = found.and_then(|entry| {
            let value = RawValue::from_string(entry.value).ok()?;
            Some(Cached { value, fresh: now < entry.fresh_until, as_of: entry.as_of })
        });
        let counter = match &cached {
            Some(Cached { fresh: true, .. }) => &self.hits,
            Some(Cached { fresh: false, .. }) => &self.stale,
            None => &self.misses,
        };
        counter.set(counter.get() + 1);
        Ok(cached)
    }

    fn keep(&self, put: &Put) -> Result<(), Refusal> {
        limits::check(put)?;
        let fresh_until = clock::now().plus_ms(put.ttl_ms);
        let kept_until = fresh_until.plus_ms(KEPT_STALE_MS);
        let before = self.count()?;
        self.change(|write| {
            let Stored::There(grown) = store::put(write, put, fresh_until, kept_until)? else {
                self.refused.set(self.refused.get() + 1);
                return Ok(0);
            };
            let too_many = before + grown - MOST_ENTRIES;
            let dropped = if too_many > 0 { store::drop_oldest(write, too_many)? } else { 0 };
            Ok(grown - dropped)
        })?;
        self.state.alarm.set_by(Some(kept_until.plus_ms(ROUND_MS)));
        Ok(())
    }

    fn drop_what(&self, forget: &Forget) -> Result<i64, Refusal> {
        if !self.state.db.exists()? {
            return Ok(0);
        }
        let grown = self.change(|write| {
            let dropped = match &forget.tag {
                Some(tag) => store::drop_tagged(write, tag)?,
                None => store::drop_all(write)?,
            };
            Ok(-dropped)
        })?;
        Ok(-grown)
    }

    /// The one write of this object: `work` tells by how much the number of values grows.
    fn change(&self, work: impl FnOnce(&Writer<'_>) -> Result<i64, StorageError>) -> Result<i64, Refusal> {
        let before = self.count()?;
        let grown = self.state.db.atomically(work)?;
        self.entries.set(Some(before + grown));
        Ok(grown)
    }

    fn count(&self) -> Result<i64, Refusal> {
        if let Some(counted) = self.entries.get() {
            return Ok(counted);
        }
        let counted = store::count(&self.state.db)?;
        self.entries.set(Some(counted));
        Ok(counted)
    }

    /// Drops what is over at `now`; gives when the next round is due.
    fn tidy(&self, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
        if !self.state.db.exists()? {
            return Ok(None);
        }
        self.change(|write| store::drop_over(write, now).map(|dropped| -dropped))?;
        Ok(store::first_over(&self.state.db)?.map(|over| over.plus_ms(ROUND_MS)))
    }

    fn numbers(&self, cx: &CallContext) -> Result<CacheStats, Refusal> {
        let CacheKey { namespace, .. } = cx.own_key()?;
        Ok(CacheStats {
            namespace,
            entries: self.count()?,
            hits: self.hits.get(),
            misses: self.misses.get(),
            stale: self.stale.get(),
            refused: self.refused.get(),
            storage_bytes: self.state.db.size_bytes(),
            oldest_at: store::oldest(&self.state.db)?,
        })
    }
}

impl Object for CacheObject {
    type Contract = api::Cache;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let nothing = || Cell::new(0);
        CacheObject {
            state,
            entries: Cell::new(None),
            hits: nothing(),
            misses: nothing(),
            stale: nothing(),
            refused: nothing(),
        }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        api::dispatch(self, message, cx)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            let now = clock::now();
            let next = self.tidy(now).unwrap_or_else(|refusal| {
                worker::console_error!("a cache could not be tidied: {refusal}");
                Some(now.plus_ms(ROUND_MS))
            });
            self.state.alarm.set_by(next);
        })
    }

    fn state(&self) -> &State {
        &self.state
    }

    // `next_due` stays `None`: the host would set the alarm at every wake, and a read would write. The alarm is set when
    // a value is stored; if it is ever lost, the next one sets it again.
}

impl api::Handler for CacheObject {
    fn get(self: Rc<Self>, message: Get, _cx: CallContext) -> Answer<Option<Cached>> {
        self.find(&message.key).into()
    }

    fn put(self: Rc<Self>, message: Put, _cx: CallContext) -> Answer<()> {
        self.keep(&message).into()
    }

    fn forget(self: Rc<Self>, message: Forget, _cx: CallContext) -> Answer<i64> {
        self.drop_what(&message).into()
    }

    fn stats(self: Rc<Self>, _message: Stats, cx: CallContext) -> Answer<CacheStats> {
        self.numbers(&cx).into()
    }
}
