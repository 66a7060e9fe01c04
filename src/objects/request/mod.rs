//! The RequestObject: one maintenance request.
//!
//! It owns the request's snapshot, its timeline, the replies kept for idempotency keys, its live viewers and what it
//! still owes to others. The snapshot in memory is a cache of the one in SQLite; the domain decides what may happen to
//! it, and [`RequestObject::commit`] is the only write of an event: with snapshot, outbox and kept reply in one transaction,
//! then the viewers, then the alarm.
//!
//! A command's way: `api.rs` (the message) -> here -> `domain::request::decide` -> `commit` -> `deliver.rs`.

pub mod api;
mod deliver;
#[cfg(feature = "fault-injection")]
mod faults;
mod files;
mod live;
mod operate;
mod owed;
mod participants;
mod peers;
mod remind;
mod replies;
mod shown;
mod store;
mod told;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::outbox::{Debt, Outbox};
use durable::page::Page;
use durable::sockets::{Accepted, Sockets};
use durable::{Answer, Object, Schema, State, Wire, clock};
use futures::future::LocalBoxFuture;
use serde_json::value::RawValue;

use crate::domain::request::decide::{close_by_itself, closes_by_itself_at, create, decide};
use crate::domain::request::policy::{last_event, may_see, sees_internal};
use crate::domain::request::{Command, Event, EventBody, FileLedger, MaintenanceRequest, RulesInForce, apply};
use crate::domain::user::{Actor, Caller, Person};
use crate::objects::context::CallContext;
use crate::objects::viewer::{self, Viewer};
use api::{
    Act, Comment, Create, File, FileDeed, Follow, Following, Inbox, Inspect, Inspection, Participants, Poke, Read,
    Request, RequestKey, Timeline, Versioned, Watch,
};
use owed::{Delivery, Destination};

/// How long a command's reply waits for the index, in milliseconds. DESIGN section 8: a quarter of a second at most.
const INDEX_PATIENCE_MS: u32 = 250;

/// One maintenance request.
pub struct RequestObject {
    state: State,
    sockets: Sockets<Viewer>,
    /// The newest rules that a call has brought.
    rules: Cell<RulesInForce>,
    outbox: Outbox<Destination>,
    /// What SQLite has: unknown, nothing, or this snapshot.
    loaded: RefCell<Option<Option<Rc<MaintenanceRequest>>>>,
    /// What is remembered of bytes, as far as the request is loaded.
    files: RefCell<FileLedger>,
    /// The organisation, once the request exists.
    org: OnceCell<OrgId>,
    /// The event that was written last, which goes out right behind its write.
    latest: RefCell<Option<Rc<Delivery>>>,
    /// When old replies were looked for last.
    forgot_at: Cell<Option<Timestamp>>,
    /// Who has been told what, besides what the events owe.
    told: told::Told,
}

impl RequestObject {
    fn load(&self) -> Result<Option<Rc<MaintenanceRequest>>, Refusal> {
        if let Some(known) = self.loaded.borrow().as_ref() {
            return Ok(known.clone());
        }
        let found = store::load(&self.state.db)?.map(|(request, files)| {
            *self.files.borrow_mut() = files;
            Rc::new(request)
        });
        *self.loaded.borrow_mut() = Some(found.clone());
        Ok(found)
    }

    /// The request, if it exists and the caller may see it.
    fn visible(&self, cx: &CallContext) -> Result<(Rc<MaintenanceRequest>, Caller), Refusal> {
        let caller = cx.require_caller()?.clone();
        let request = self.load()?.ok_or(Refusal::NotFound)?;
        if may_see(&request, &caller) { Ok((request, caller)) } else { Err(Refusal::NotFound) }
    }

    /// The one write of an event: with snapshot, offsets of the outbox and kept reply, in one transaction. Then the viewers
    /// are told and the alarm is set. What `reply` makes of the new state and the event's JSON is the reply.
    fn commit(
        &self,
        org: &OrgId,
        event: &Event,
        after: MaintenanceRequest,
        cx: &CallContext,
        reply: impl FnOnce(&MaintenanceRequest, &str) -> Result<String, Refusal>,
    ) -> Result<String, Refusal> {
        let json = store::json(event)?;
        let reply = reply(&after, &json)?;
        #[cfg(feature = "fault-injection")]
        if faults::is_only_remembered(event) {
            *self.loaded.borrow_mut() = Some(Some(Rc::new(after)));
            return Ok(reply);
        }
        let now = clock::now();
        let told = self.reminders_after(&after, now)?;
        let files = self.files.borrow().after(&event.body, now);
        let written = self.outbox.atomically(&self.state.db, |write, offsets| {
            store::append(write, event, &json, &cx.trace)?;
            store::put_snapshot(write, org.as_str(), &after, Some(&told), files.as_ref())?;
            offsets.owe(owed::to(&event.body), event.seq, now);
            if let Some(idempotency) = &cx.idempotency {
                store::keep_reply(write, idempotency, event.seq, &reply, now)?;
            }
            self.forget_replies(write, now)?;
            #[cfg(feature = "fault-injection")]
            faults::in_transaction(write, offsets, event)?;
            Ok::<_, Refusal>(())
        });
        if let Err(refusal) = written {
            *self.loaded.borrow_mut() = None;
            return Err(refusal);
        }
        self.told.keep(told);
        if let Some(files) = files {
            *self.files.borrow_mut() = files;
        }
        let request = Rc::new(after);
        *self.loaded.borrow_mut() = Some(Some(request.clone()));
        let delivery = Delivery { trace: cx.trace.clone(), event: event.clone() };
        *self.latest.borrow_mut() = Some(Rc::new(delivery));
        #[cfg(feature = "fault-injection")]
        self.tell_what_is_asked(event, &json, &request);
        #[cfg(feature = "fault-injection")]
        if faults::is_kept_from_viewers(event) {
            return Ok(reply);
        }
        self.broadcast(event, &json, &request);
        self.state.alarm.set_by(self.next_due());
        Ok(reply)
    }

    /// Commits what the domain decided about an existing request.
    fn carry_out(
        &self,
        request: &MaintenanceRequest,
        body: EventBody,
        actor: Actor,
        cx: &CallContext,
        reply: impl FnOnce(&MaintenanceRequest, &str) -> Result<String, Refusal>,
    ) -> Result<String, Refusal> {
        let event = request.next_event(body, actor, clock::now());
        let mut after = request.clone();
        apply(&mut after, &event);
        self.commit(&cx.org, &event, after, cx, reply)
    }

    fn decide_and_commit(&self, message: &Act, cx: &CallContext) -> Result<String, Refusal> {
        let (request, caller) = self.visible(cx)?;
        if let Some(reply) = self.replied(cx)? {
            return Ok(reply);
        }
        let version = last_event(&request, &caller).version;
        if message.if_match.is_some_and(|seen| seen != version) {
            let stale = Refusal::Stale { version, record: None };
            return Err(self.with_record(stale, &request, &caller));
        }
        let body = decide(&request, &message.command, &caller, clock::now(), &self.rules())
            .and_then(|body| self.complete_or_not(body, &request, &message.after_pictures))
            .map_err(|refusal| self.with_record(refusal, &request, &caller))?;
        self.carry_out(&request, body, Actor::from(&caller), cx, |after, _| {
            store::json(&self.versioned(after, &caller)?)
        })
    }

    fn comment_and_commit(&self, message: Comment, cx: &CallContext) -> Result<String, Refusal> {
        let (request, caller) = self.visible(cx)?;
        if let Some(reply) = self.replied(cx)? {
            return Ok(reply);
        }
        let command = Command::Comment { body: message.body, visibility: message.visibility };
        let body = decide(&request, &command, &caller, clock::now(), &self.rules())?;
        self.carry_out(&request, body, Actor::from(&caller), cx, |_, json| Ok(json.to_owned()))
    }

    /// Opens the request, unless this very call did so already.
    fn open(&self, message: &Create, cx: &CallContext) -> Result<(), Refusal> {
        let caller = cx.require_caller()?;
        let key: RequestKey = cx.own_key()?;
        if self.load()?.is_some() {
            return match self.replied(cx)? {
                Some(_) => Ok(()),
                None => Err(Refusal::conflict("already_exists", "This request exists already.")),
            };
        }
        let body = create(&message.draft, caller, clock::now(), &self.rules())?;
        let event = MaintenanceRequest::first_event(body, Actor::from(caller), clock::now());
        let request = MaintenanceRequest::begin(key.id, 0, &event).ok_or(Refusal::Internal)?;
        self.commit(&key.org, &event, request, cx, |_, _| Ok(String::new()))?;
        Ok(())
    }

    /// Waits a moment for the index, so that the caller's next list shows the change; the rest of what is owed goes on
    /// behind the reply.
    async fn settle(self: Rc<Self>) {
        let indexed = clock::within(INDEX_PATIENCE_MS, self.push_to_index()).await;
        clock::in_background(async move {
            if indexed.is_none() {
                self.push_to_index().await;
            }
            self.push_to_others().await;
        });
    }

    fn close_when_due(&self) -> Result<(), Refusal> {
        let Some(request) = self.load()? else { return Ok(()) };
        let Some(body) = close_by_itself(&request, clock::now()) else { return Ok(()) };
        let Some(cx) = self.system_context(clock::trace())? else { return Ok(()) };
        self.carry_out(&request, body, Actor::System, &cx, |_, _| Ok(String::new()))?;
        Ok(())
    }
}

impl api::Handler for RequestObject {
    fn create(self: Rc<Self>, message: Create, cx: CallContext) -> Answer<Versioned> {
        if let Err(refusal) = self.open(&message, &cx) {
            return Answer::Ready(Err(refusal));
        }
        Answer::after(async move {
            self.clone().settle().await;
            self.opened(&cx)
        })
    }

    fn read(self: Rc<Self>, _: Read, cx: CallContext) -> Answer<Versioned> {
        self.visible(&cx).and_then(|(request, caller)| self.versioned(&request, &caller)).into()
    }

    fn act(self: Rc<Self>, message: Act, cx: CallContext) -> Answer<Versioned> {
        let reply = match self.decide_and_commit(&message, &cx) {
            Ok(reply) => reply,
            Err(refusal) => return Answer::Ready(Err(refusal)),
        };
        Answer::after(async move {
            self.settle().await;
            base::json::from_str(&reply).map_err(|_| Refusal::Internal)
        })
    }

    fn comment(self: Rc<Self>, message: Comment, cx: CallContext) -> Answer<Box<RawValue>> {
        let reply = match self.comment_and_commit(message, &cx) {
            Ok(reply) => reply,
            Err(refusal) => return Answer::Ready(Err(refusal)),
        };
        #[cfg(feature = "fault-injection")]
        if let Err(refusal) = self.do_what_is_asked(&reply) {
            return Answer::Ready(Err(refusal));
        }
        self.after_a_change(Ok(reply))
    }

    fn participants(self: Rc<Self>, _: Participants, cx: CallContext) -> Answer<Vec<Person>> {
        self.who_took_part(&cx).into()
    }

    fn timeline(self: Rc<Self>, message: Timeline, cx: CallContext) -> Answer<Page> {
        self.visible(&cx)
            .and_then(|(_, caller)| {
                Ok(store::timeline(&self.state.db, message.after, sees_internal(caller.role), message.limit)?)
            })
            .into()
    }

    fn follow(self: Rc<Self>, message: Follow, cx: CallContext) -> Answer<Following> {
        self.follow_or_not(&message, &cx).into()
    }

    fn file(self: Rc<Self>, message: File, cx: CallContext) -> Answer<Box<RawValue>> {
        let changes = matches!(message.deed, FileDeed::Commit | FileDeed::Mark | FileDeed::Detach);
        match self.do_with_file(message, &cx) {
            Ok(reply) if changes => self.after_a_change(Ok(reply)),
            outcome => outcome.and_then(|reply| RawValue::from_string(reply).map_err(|_| Refusal::Internal)).into(),
        }
    }

    fn inspect(self: Rc<Self>, _: Inspect, _: CallContext) -> Answer<Inspection> {
        self.inspection().into()
    }

    fn poke(self: Rc<Self>, message: Poke, _: CallContext) -> Answer<Vec<Debt>> {
        self.poked(&message)
    }
}

impl Object for RequestObject {
    type Contract = Request;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let sockets = Sockets::new(&state);
        RequestObject {
            state,
            sockets,
            rules: Cell::default(),
            outbox: Outbox::default(),
            loaded: RefCell::default(),
            files: RefCell::default(),
            org: OnceCell::new(),
            latest: RefCell::default(),
            forgot_at: Cell::default(),
            told: told::Told::default(),
        }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        self.learn(&cx);
        api::dispatch(self, message, cx)
    }

    fn watch(self: Rc<Self>, watch: Watch, cx: CallContext) -> Result<Accepted, Refusal> {
        self.learn(&cx);
        let (request, caller) = self.visible(&cx)?;
        let accepted = self.sockets.accept(&Viewer::of(&cx)?)?;
        self.replay(accepted.socket(), watch.after.unwrap_or(request.version), &request, &caller)?;
        Ok(accepted)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            if let Err(refusal) = self.close_when_due() {
                worker::console_error!("a request could not be closed by itself: {refusal}");
            }
            self.expire_files();
            self.push_to_index().await;
            self.push_to_others().await;
            self.remind().await;
            viewer::drop_ended_sessions(&self.sockets, &self.state.env).await;
        })
    }

    fn viewer_left(&self) {
        self.sockets.changed();
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn next_due(&self) -> Option<Timestamp> {
        let closes = self.load().ok().flatten().and_then(|request| closes_by_itself_at(&request));
        let owes = self.outbox.next_due(&self.state.db);
        let files = self.files.borrow().next();
        [closes, self.next_reminder(), owes, files, viewer::next_check(&self.sockets)].into_iter().flatten().min()
    }
}
