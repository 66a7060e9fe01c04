//! The RequestIndexObject: an organisation's request summaries, in order of time.
//!
//! It owns the numbers of requests and the lists of them; everything else it has is a copy of what the requests' own
//! objects know, fenced by (epoch, version), and can be filled again from them.
//!
//! An upsert's way: `api.rs` (the message) -> here -> `store.rs` (row, number and tally in one transaction) -> the live
//! lists. A list's way: `query.rs` (which index leads) -> `durable::keyset`.

pub mod api;
mod columns;
mod number;
mod places;
mod query;
mod said;
mod search;
mod store;

use std::cell::Cell;
use std::rc::Rc;

use base::cursor::Position;
use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::keyset::KeysetQuery;
use durable::page::Page;
use durable::sockets::{Accepted, Sockets};
use durable::{Answer, Object, Schema, State, StorageError, Wire, clock};
use futures::future::LocalBoxFuture;
use js_sys::JsString;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::request::ListFilter;
use crate::domain::request::policy::{may_see_summary, sees_internal, sees_only};
use crate::domain::user::Caller;
use crate::objects::context::CallContext;
use crate::objects::viewer::{self, Viewer};
use api::{
    Inbox, IndexStats, IndexedVersion, LearnPlaces, List, NamePlaces, NamedPlace, OpenAt, OpenWork, RequestIndex,
    Stats, Upsert, Upserted, Versions, Watch, Watermark,
};
use store::Changed;

/// So many rows of an earlier release are folded in one turn.
const FOLD_SLICE: u32 = 200;

/// A list is counted so far, and no further: this stands for more than 10,000.
const MOST_COUNTED: u32 = 10_001;

/// An organisation's index.
pub struct RequestIndexObject {
    state: State,
    sockets: Sockets<Viewer>,
    /// The earliest change that was taken since the reconciler last moved its watermark.
    earliest: Cell<Option<Timestamp>>,
    /// Where that is, once it has been asked for.
    reached_ms: Cell<Option<i64>>,
    /// Whether rows of an earlier release were looked for.
    looked_for_old: Cell<bool>,
}

/// A message to a viewer of the list.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message<'a> {
    /// A request is new, or has changed.
    Request { request: &'a RawValue },
}

impl RequestIndexObject {
    fn take(&self, message: Upsert) -> Result<Upserted, Refusal> {
        let (changed_at, reached_ms) = (message.summary.updated_at, self.reached_ms.get());
        let taken = self.state.db.atomically(|write| {
            if reached_ms.is_none_or(|reached_ms| changed_at.as_ms() <= reached_ms) {
                store::look_again(write, changed_at)?;
            }
            store::upsert(write, message)
        })?;
        if let Some(changed) = taken.changed {
            self.earliest.set(Some(self.earliest.get().map_or(changed_at, |known| known.min(changed_at))));
            self.broadcast(changed);
        }
        Ok(Upserted { number: taken.number })
    }

    /// Tells every viewer who may see the request and did not ask for another's; whoever does not read internal comments, only
    /// if something else happened.
    fn broadcast(&self, changed: Changed) {
        let viewers = self.sockets.viewers();
        if viewers.is_empty() {
            return;
        }
        let Changed { summary, json, public_json, is_public } = changed;
        let text = message(json);
        let public_text = if is_public { public_json.map_or_else(|| text.clone(), message) } else { None };
        let requester = summary.requester.id.to_string();
        for (socket, viewer) in viewers.iter() {
            let wished = viewer.wish.as_ref().is_none_or(|only| *only == requester);
            let text = if sees_internal(viewer.caller.role) { &text } else { &public_text };
            if let Some(text) = text.as_ref().filter(|_| wished && may_see_summary(&summary, &viewer.caller)) {
                socket.send(text);
            }
        }
    }

    /// How many requests a list has in all, [`MOST_COUNTED`] at most.
    fn total(&self, filter: &ListFilter, only: Option<UserId>, query: &KeysetQuery) -> Result<u32, StorageError> {
        let tallied = if only.is_none() { store::tallied(&self.state.db, filter)? } else { None };
        match tallied {
            Some(requests) => Ok(u32::try_from(requests).unwrap_or_default().min(MOST_COUNTED)),
            None => query.count(&self.state.db, MOST_COUNTED),
        }
    }

    /// Folds what an earlier release folded otherwise, in slices between which others have their turn.
    async fn fold_old_rows(self: Rc<Self>) {
        clock::in_slices("folding old rows anew", || store::fold_some(&self.state.db, FOLD_SLICE)).await;
    }
}

/// The message of a summary's JSON.
fn message(json: String) -> Option<JsString> {
    let request = RawValue::from_string(json).ok()?;
    serde_json::to_string(&Message::Request { request: &request }).ok().map(JsString::from)
}

/// The position before everything that changed at `moment`.
fn just_before(moment: Timestamp) -> Position {
    Position { ts: moment.plus_ms(-1).as_ms(), id: String::new() }
}

/// Whose requests a list may show: what the caller's role leaves open, the message decides.
fn restricted(caller: Option<&Caller>, only: Option<UserId>) -> Option<UserId> {
    caller.and_then(sees_only).or(only)
}

impl api::Handler for RequestIndexObject {
    fn upsert(self: Rc<Self>, message: Upsert, _: CallContext) -> Answer<Upserted> {
        self.take(message).into()
    }

    fn list(self: Rc<Self>, message: List, cx: CallContext) -> Answer<Page> {
        let reads_internal = cx.caller.as_ref().is_none_or(|caller| sees_internal(caller.role));
        let only = restricted(cx.caller.as_ref(), message.only);
        let filter = message.filter.asked(clock::now);
        let page = || {
            let sought = filter.q.as_ref().map(|text| search::sought(text.as_str()));
            let sought = sought.filter(|sought| sought.number.is_none());
            let leads =
                sought.map(|sought| said::store::lead(&self.state.db, &sought, reads_internal)).transpose()?.flatten();
            let within = filter.location.map(|id| places::within(&self.state.db, id)).transpose()?;
            let query = query::of(&filter, only, reads_internal, within, leads.as_deref());
            let page = query.page(&self.state.db, message.after.as_ref(), message.limit.get())?;
            let total = if message.total { Some(self.total(&filter, only, &query)?) } else { None };
            Ok::<_, Refusal>(Page { total, ..page })
        };
        page().into()
    }

    fn versions(self: Rc<Self>, message: Versions, _: CallContext) -> Answer<Vec<IndexedVersion>> {
        let (after, before) = (message.after.as_ref(), message.changed_before);
        store::versions(&self.state.db, after, before, message.limit).map_err(Refusal::from).into()
    }

    fn open_work(self: Rc<Self>, message: OpenWork, _: CallContext) -> Answer<Vec<IndexedVersion>> {
        store::open_work(&self.state.db, message.assignee, message.limit).map_err(Refusal::from).into()
    }

    fn stats(self: Rc<Self>, _: Stats, _: CallContext) -> Answer<IndexStats> {
        let stats = || {
            let by_status = store::tallies(&self.state.db)?;
            Ok(IndexStats {
                requests: by_status.iter().map(|(_, requests)| requests).sum(),
                by_status,
                viewers: self.sockets.count(),
                storage_bytes: self.state.db.size_bytes(),
            })
        };
        stats().into()
    }

    fn learn_places(self: Rc<Self>, message: LearnPlaces, _: CallContext) -> Answer<i64> {
        places::learn(&self.state.db, &message).into()
    }

    fn name_places(self: Rc<Self>, message: NamePlaces, _: CallContext) -> Answer<Vec<NamedPlace>> {
        places::named(&self.state.db, &message.ids).into()
    }

    fn open_at(self: Rc<Self>, message: OpenAt, cx: CallContext) -> Answer<Vec<i64>> {
        places::open_at(&self.state.db, &message.places, restricted(cx.caller.as_ref(), None)).into()
    }

    fn watermark(self: Rc<Self>, message: Watermark, _: CallContext) -> Answer<Option<Position>> {
        let watermark = || {
            if let Some(reached) = message.reached {
                // Not past what the walk may not have met.
                let unseen = self.earliest.take().map(just_before).filter(|unseen| unseen.ts < reached.ts);
                store::set_watermark(&self.state.db, &unseen.unwrap_or(reached))?;
            }
            let watermark = store::watermark(&self.state.db)?;
            self.reached_ms.set(Some(watermark.as_ref().map_or(i64::MIN, |position| position.ts)));
            Ok(watermark)
        };
        watermark().into()
    }
}

impl Object for RequestIndexObject {
    type Contract = RequestIndex;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let sockets = Sockets::new(&state);
        RequestIndexObject {
            state,
            sockets,
            earliest: Cell::new(None),
            reached_ms: Cell::new(None),
            looked_for_old: Cell::new(false),
        }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        if !self.looked_for_old.replace(true) {
            clock::in_background(self.clone().fold_old_rows());
        }
        api::dispatch(self, message, cx)
    }

    fn watch(self: Rc<Self>, watch: Watch, cx: CallContext) -> Result<Accepted, Refusal> {
        let viewer = Viewer::of(&cx)?;
        let viewer = match restricted(Some(&viewer.caller), watch.only) {
            Some(only) => viewer.wishing(only.to_string()),
            None => viewer,
        };
        self.sockets.accept(&viewer)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move { viewer::drop_ended_sessions(&self.sockets, &self.state.env).await })
    }

    fn viewer_left(&self) {
        self.sockets.changed();
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn next_due(&self) -> Option<Timestamp> {
        viewer::next_check(&self.sockets)
    }
}
