//! What a request owes: its summary to the index, its rows to PostgreSQL, its deeds to the audit stream, its news to those who
//! are told.
//!
//! Architecture invariant: PostgreSQL waits for the request's number, which the index gives; so a row that was written
//! never changes without a new version.

use std::collections::BTreeMap;
use std::rc::Rc;

use base::ids::{OrgId, TraceId, UserId};
use base::refusal::Refusal;
use durable::outbox::{Deliver, Failure, Outbox, SeqRange, flush};
use durable::{CALL_LIMIT_MS, Database, Object, StorageError, ask_within};

#[cfg(feature = "fault-injection")]
use super::faults;
use super::owed::{self, Delivery, Destination, packed};
use super::{RequestObject, store};
use crate::db::statements::users::ListStaff;
use crate::domain::log::StreamName;
use crate::domain::notify::{Notice, Parties, Reason, assignee_after, needs_staff, told};
use crate::domain::request::{Event, EventBody, MaintenanceRequest, Searched, Summary, Visibility};
use crate::domain::user::{Actor, Role};
use crate::objects::context::CallContext;
use crate::objects::database::api::{Apply, DatabaseKey, query_within};
use crate::objects::log_stream::api::{Append, StreamKey};
use crate::objects::request_index::api::{IndexKey, Said, Upsert};

/// So many characters of a comment are searched.
const SEARCHED: usize = 2_000;

impl RequestObject {
    /// Brings the index up to date. Not exclusive: a command must not wait behind another's push, and the index takes
    /// the newest version whatever the order.
    pub(super) async fn push_to_index(&self) {
        let db = &self.state.db;
        let run = match self.outbox.pending(db, Destination::Index) {
            Ok(Some(run)) => run,
            Ok(None) => return,
            Err(error) => return worker::console_error!("outbox: {error}"),
        };
        let outcome = self.deliver(Destination::Index, run).await;
        if let Err(error) = self.outbox.settle(db, Destination::Index, outcome) {
            worker::console_error!("outbox: {error}");
        }
    }

    /// Sends the rest of what is due, writes down what has arrived, and sees to it that the alarm rings for what has not.
    pub(super) async fn push_to_others(&self) {
        let numbered = self.load().ok().flatten().is_some_and(|request| request.number.is_some());
        let postgres = async {
            if numbered {
                flush(self, Destination::Postgres).await;
            }
        };
        let people = async {
            if numbered {
                futures::join!(flush(self, Destination::Inbox), flush(self, Destination::Peer));
            }
        };
        futures::join!(postgres, flush(self, Destination::Audit), people, self.remove_files());
        self.outbox.keep(&self.state.db, &self.state.alarm);
        self.state.alarm.set_by(self.next_due());
    }

    pub(super) async fn to_index(
        &self,
        request: &MaintenanceRequest,
        events: &[Rc<Delivery>],
        cx: &CallContext,
    ) -> Result<(), Failure> {
        let upsert = Upsert {
            summary: Summary::from(request),
            epoch: request.epoch,
            last_public: request.last_public,
            searched: Some(Searched::from(request)),
            said: events.iter().filter_map(|delivery| said(&delivery.event)).collect(),
        };
        let key = IndexKey { org: cx.org.clone() };
        let upserted = ask_within(&self.state.env, &key, upsert, cx, CALL_LIMIT_MS).await?;
        Ok(self.take_number(upserted.number, cx)?)
    }

    /// The events of `run`, or the first of them when they are too large together; from memory when it is the latest alone,
    /// as it is right behind a write.
    fn events(&self, run: SeqRange) -> Result<Vec<Rc<Delivery>>, StorageError> {
        let latest = self.latest.borrow().clone();
        if let Some(latest) = latest.filter(|latest| run.first == run.last && latest.event.seq == run.last) {
            return Ok(vec![latest]);
        }
        let stored = store::events_owed(&self.state.db, run)?;
        Ok(stored.iter().filter_map(Delivery::read).map(Rc::new).collect())
    }

    /// Keeps the number that the index gave, the first time.
    fn take_number(&self, number: String, cx: &CallContext) -> Result<(), Refusal> {
        let Some(request) = self.load()? else { return Ok(()) };
        if request.number.is_some() {
            return Ok(());
        }
        let numbered = MaintenanceRequest { number: Some(number), ..(*request).clone() };
        self.state.db.atomically(|write| store::put_snapshot(write, cx.org.as_str(), &numbered, None, None))?;
        *self.loaded.borrow_mut() = Some(Some(numbered.into()));
        Ok(())
    }

    pub(super) async fn to_postgres(
        &self,
        request: &MaintenanceRequest,
        events: &[Rc<Delivery>],
        cx: &CallContext,
    ) -> Result<(), Failure> {
        let first = events.first().map_or(1, |delivery| delivery.event.seq);
        let apply = packed(request, events, &cx.org).map_err(|error| Failure::Transient(error.to_string()))?;
        let key = DatabaseKey::of_request(&self.state.env, &cx.org, request.id);
        ask_within(&self.state.env, &key, Apply(apply), cx, CALL_LIMIT_MS).await?.settled(first)
    }

    pub(super) async fn to_audit(
        &self,
        request: &MaintenanceRequest,
        events: &[Rc<Delivery>],
        cx: &CallContext,
    ) -> Result<(), Failure> {
        let key = StreamKey { org: cx.org.clone(), stream: StreamName::Audit };
        let entries = events.iter().map(|delivery| delivery.audit_entry(request)).collect();
        let append = Append { entries, dropped: 0 };
        ask_within(&self.state.env, &key, append, cx, CALL_LIMIT_MS).await?;
        Ok(())
    }

    /// Who had the work before the first of `events`.
    fn assignee_before(
        &self,
        request: &MaintenanceRequest,
        events: &[Rc<Delivery>],
    ) -> Result<Option<UserId>, StorageError> {
        match events {
            [only] if only.event.seq == request.version && assignee_after(&only.event.body).is_none() => {
                Ok(request.assignee.as_ref().map(|person| person.id))
            }
            [first, ..] => store::assignee_before(&self.state.db, first.event.seq),
            [] => Ok(None),
        }
    }

    /// Tells each person what of `events` they are told.
    pub(super) async fn to_inboxes(
        &self,
        request: &MaintenanceRequest,
        events: &[Rc<Delivery>],
        cx: &CallContext,
    ) -> Result<(), Failure> {
        let watchers = store::watchers(&self.state.db)?;
        let is_watched = !watchers.is_empty();
        let staff = if events.iter().any(|delivery| needs_staff(&delivery.event.body, is_watched)) {
            query_within(&self.state.env, ListStaff {}, cx, CALL_LIMIT_MS).await?
        } else {
            Vec::new()
        };
        // Who has not taken part is not called by a requester: a name that one knows is no bell to ring.
        let is_said =
            |event: &Event| matches!(event.body, EventBody::Commented { .. }) && needs_staff(&event.body, false);
        let near = if events.iter().any(|delivery| is_by_requester(&delivery.event) && is_said(&delivery.event)) {
            store::participants(&self.state.db, false)?
        } else {
            Vec::new()
        };
        let reporters: Vec<UserId> = request.reporters().map(|reporter| reporter.id).collect();
        let mut assignee = self.assignee_before(request, events)?;
        let mut notices: BTreeMap<UserId, Vec<Notice>> = BTreeMap::new();
        for Delivery { event, .. } in events.iter().map(Rc::as_ref) {
            let is_near = |user: UserId| assignee == Some(user) || near.iter().any(|person| person.id == user);
            let heard = |(user, reason): (UserId, Reason)| match reason {
                Reason::Mentioned if is_by_requester(event) && !is_near(user) => {
                    watchers.contains(&user).then_some((user, Reason::Watcher))
                }
                _ => Some((user, reason)),
            };
            let requester = request.requester.id;
            let parties = Parties { requester, reporters: &reporters, assignee, staff: &staff, watchers: &watchers };
            let told = told(event, &parties).into_iter();
            #[cfg(feature = "fault-injection")]
            let told = told.chain(faults::wrongly_told(event, &parties));
            for (user, reason) in told.filter_map(heard) {
                notices.entry(user).or_default().push(Notice::of(event, request, reason));
            }
            if let Some(after) = assignee_after(&event.body) {
                assignee = after.map(|person| person.id);
            }
        }
        Ok(self.tell(notices, cx).await?)
    }

    /// The organisation, if the request exists.
    fn org(&self) -> Result<Option<&OrgId>, Refusal> {
        if self.org.get().is_none()
            && let Some(org) = store::org(&self.state.db)?.and_then(|org| org.parse().ok())
        {
            return Ok(Some(self.org.get_or_init(|| org)));
        }
        Ok(self.org.get())
    }

    pub(super) fn system_context(&self, trace: TraceId) -> Result<Option<CallContext>, Refusal> {
        Ok(self.org()?.map(|org| CallContext::system(org.clone(), trace)))
    }
}

impl Deliver for RequestObject {
    type Destination = Destination;

    fn outbox(&self) -> &Outbox<Destination> {
        &self.outbox
    }

    fn database(&self) -> &Database {
        &self.state.db
    }

    async fn deliver(&self, destination: Destination, run: SeqRange) -> Result<SeqRange, Failure> {
        let Some(request) = self.load()? else { return Ok(run) };
        let mut events = self.events(run)?;
        let Some(last) = events.last().cloned() else { return Ok(run) };
        let Some(cx) = self.system_context(last.trace.clone())? else { return Ok(run) };
        // A run is seqs; some of them may be owed to others alone.
        events.retain(|delivery| owed::to(&delivery.event.body).contains(&destination));
        let delivered = SeqRange { last: last.event.seq, ..run };
        if events.is_empty() && destination != Destination::Index {
            return Ok(delivered);
        }
        match destination {
            Destination::Index => self.to_index(&request, &events, &cx).await,
            Destination::Postgres => self.to_postgres(&request, &events, &cx).await,
            Destination::Audit => self.to_audit(&request, &events, &cx).await,
            Destination::Inbox => self.to_inboxes(&request, &events, &cx).await,
            Destination::Peer => self.to_peers(&request, &events, &cx).await,
        }?;
        Ok(delivered)
    }
}

/// What is searched of an event.
fn said(event: &Event) -> Option<Said> {
    let EventBody::Commented { body, visibility, .. } = &event.body else { return None };
    let text = body.chars().take(SEARCHED).collect();
    Some(Said { seq: event.seq, public: *visibility == Visibility::Public, text })
}

const fn is_by_requester(event: &Event) -> bool {
    matches!(event.actor, Actor::User(_, Some(Role::Requester), _))
}
