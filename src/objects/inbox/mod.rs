//! The InboxObject: what one person is told.
//!
//! It owns their notices, which of them are read, what they want to be written to about, their devices, and what is owed by mail and to
//! devices. A request's
//! object tells it of an event as often as it takes until that has arrived; a notice that it has, it takes no second time.
//!
//! Architecture invariants: of one event a person has one notice; a read leaves no storage behind.

pub mod api;
mod deliveries;
#[cfg(feature = "fault-injection")]
mod faults;
mod mail;
mod place;
mod push;
mod store;
mod written;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base::hex::hex;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::page::Page;
use durable::sockets::{Accepted, Sockets};
use durable::{Answer, Object, Schema, State, Wire, clock};
use futures::future::LocalBoxFuture;
use js_sys::JsString;
use serde::Serialize;

use crate::domain::mailed::MailOutcome;
use crate::domain::notify::times::{Place, Times};
use crate::domain::notify::{Channel, Choice, Choices, Chosen, Notice, Reason};
use crate::objects::context::CallContext;
use crate::objects::viewer::{self, Viewer};
use api::{
    Again, Choose, Device, DeviceShown, Devices, EndAll, Forget, Inbox, InboxKey, List, Mark, Marked, Mute, Muted,
    Notices, SetTimes, Tell, Unsubscribe, Watch,
};
use store::{Person, Ways};

/// One person's inbox.
pub struct InboxObject {
    state: State,
    sockets: Sockets<Viewer>,
    /// Whether mails are being sent.
    is_sending: Cell<bool>,
    /// No mail is due before: while some are being sent, and when one could not even be looked at, an alarm would ring in vain.
    not_before: Cell<Timestamp>,
    /// The same of messages to devices, and of what is told to PostgreSQL.
    is_pushing: Cell<bool>,
    no_push_before: Cell<Timestamp>,
    is_reporting: Cell<bool>,
    no_report_before: Cell<Timestamp>,
    /// Where the person is, and when that was found.
    place: RefCell<Option<(Place, Timestamp)>>,
}

/// A message to a viewer.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message<'a> {
    /// Somebody is told something.
    Notice { notice: Shown<'a>, unread: u32 },
    /// So many are unread: when the socket opens, and when some were read.
    Unread { unread: u32 },
}

/// A notice as a page shows it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    notice: &'a Notice,
    unread: bool,
    mail: Option<MailOutcome>,
}

impl InboxObject {
    /// Whose inbox it is; it may not have been written down yet.
    fn person(&self, cx: &CallContext) -> Result<Person, Refusal> {
        store::person(&self.state.db)?.map_or_else(|| newcomer(cx), Ok)
    }

    /// Keeps what is new of these; whether any mail or message is owed of it.
    fn keep(&self, notices: &[Notice], cx: &CallContext) -> Result<bool, Refusal> {
        let known = store::person(&self.state.db)?;
        let is_known = known.is_some();
        let person = known.map_or_else(|| newcomer(cx), Ok)?;
        let now = clock::now();
        let mut wanted = Vec::new();
        #[cfg(feature = "fault-injection")]
        let notices = &*faults::repeated(notices);
        for notice in notices {
            let app = person.choices.is_told(&notice.kind, Channel::App);
            let (mail, push) = (self.mail_slot(notice, &person, now), self.push_due(notice, &person, now));
            let ways = Ways { app, mail, push };
            #[cfg(feature = "fault-injection")]
            let ways = faults::forgotten(notice, ways);
            if (app || mail.is_some() || push.is_some()) && (is_always_told(notice) || !self.is_muted(notice)?) {
                wanted.push((notice, ways));
            }
        }
        let (new, is_owed) = self.state.db.atomically(|write| {
            if !is_known {
                store::put_person(write, &person)?;
            }
            let (mut new, mut is_owed) = (Vec::new(), false);
            for (notice, ways) in wanted {
                let Some(key) = store::put(write, notice, ways)? else { continue };
                let is_pushed = ways.push.map_or(Ok(false), |due| push::store::owe(write, key, due))?;
                is_owed |= is_pushed || ways.mail.is_some();
                if ways.app {
                    new.push(notice);
                }
                store::purge_at(write, key)?;
            }
            Ok::<_, Refusal>((new, is_owed))
        })?;
        if self.sockets.count() > 0 {
            let unread = store::unread(&self.state.db)?;
            for notice in new {
                self.say(&Message::Notice { notice: Shown { notice, unread: true, mail: None }, unread });
            }
        }
        Ok(is_owed)
    }

    fn is_muted(&self, notice: &Notice) -> Result<bool, Refusal> {
        Ok(notice.request.as_ref().map_or(Ok(false), |request| store::is_muted(&self.state.db, request.id))?)
    }

    fn mark_read(&self, mark: &Mark) -> Result<Marked, Refusal> {
        if self.state.db.exists()? {
            self.state.db.atomically(|write| {
                store::mark(write, &mark.ids)?;
                mark.until.as_ref().map_or(Ok(()), |until| store::mark_until(write, until))
            })?;
        }
        let unread = store::unread(&self.state.db)?;
        self.say(&Message::Unread { unread });
        Ok(Marked { unread })
    }

    fn choices(&self, made: &[Choice], cx: &CallContext) -> Result<Vec<Chosen>, Refusal> {
        let mut person = self.person(cx)?;
        if !made.is_empty() {
            person.choices = person.choices.with(made);
            self.state.db.atomically(|write| store::put_person(write, &person))?;
        }
        Ok(person.choices.all())
    }

    fn times(&self, wanted: Option<Times>, cx: &CallContext) -> Result<Option<Times>, Refusal> {
        let Some(times) = wanted else { return Ok(store::person(&self.state.db)?.and_then(|person| person.times)) };
        let person = Person { times: Some(times), ..self.person(cx)? };
        let later = self.put_off(&person)?;
        self.state.db.atomically(|write| {
            store::put_person(write, &person)?;
            for (key, slot) in later {
                store::put_off(write, key, slot)?;
            }
            Ok::<_, Refusal>(())
        })?;
        self.state.alarm.set_by(self.next());
        Ok(person.times)
    }

    fn set_muted(&self, mute: &Mute) -> Result<Muted, Refusal> {
        if let Some(muted) = mute.muted
            && (muted || self.state.db.exists()?)
        {
            self.state.db.atomically(|write| store::mute(write, mute.request, muted))?;
        }
        Ok(Muted { muted: store::is_muted(&self.state.db, mute.request)? })
    }

    /// When something is to be done next.
    fn next(&self) -> Option<Timestamp> {
        let mail = store::next_mail(&self.state.db).unwrap_or_else(|error| {
            worker::console_error!("an inbox cannot be read: {error}");
            None
        });
        let mail = mail.map(|due| due.max(self.not_before.get()));
        let push = push::store::next(&self.state.db).unwrap_or_default();
        let push = push.map(|due| due.max(self.no_push_before.get()));
        [mail, push, self.next_report(), viewer::next_check(&self.sockets)].into_iter().flatten().min()
    }

    /// Sends what is due, and tells what became of it.
    async fn deliver(self: Rc<Self>) {
        futures::join!(self.clone().send_due(), self.clone().push_what_is_due());
        self.report().await;
    }

    fn say(&self, message: &Message<'_>) {
        let viewers = self.sockets.viewers();
        if viewers.is_empty() {
            return;
        }
        let Ok(text) = serde_json::to_string(message).map(JsString::from) else { return };
        for (socket, _) in viewers.iter() {
            socket.send(&text);
        }
    }
}

impl api::Handler for InboxObject {
    fn tell(self: Rc<Self>, message: Tell, cx: CallContext) -> Answer<()> {
        let kept = self.keep(&message.notices, &cx);
        // Most notices are told in the app alone; then nothing of all this has changed.
        if matches!(kept, Ok(true)) {
            self.report_behind();
            self.state.alarm.set_by(self.next());
            clock::in_background(self.deliver());
        }
        kept.map(|_| ()).into()
    }

    fn add_device(self: Rc<Self>, message: Device, cx: CallContext) -> Answer<Vec<DeviceShown>> {
        InboxObject::add_device(&self, &message, &cx).into()
    }

    fn devices(self: Rc<Self>, _: Devices, cx: CallContext) -> Answer<Vec<DeviceShown>> {
        InboxObject::devices(&self, &cx).into()
    }

    fn forget(self: Rc<Self>, message: Forget, _: CallContext) -> Answer<()> {
        self.forget_devices(&message).into()
    }

    fn again(self: Rc<Self>, message: Again, _: CallContext) -> Answer<()> {
        let done = self.try_again(&message);
        if done.is_ok() {
            self.state.alarm.set_by(self.next());
            clock::in_background(self.deliver());
        }
        done.into()
    }

    fn choose(self: Rc<Self>, message: Choose, cx: CallContext) -> Answer<Vec<Chosen>> {
        self.choices(&message.choices, &cx).into()
    }

    fn set_times(self: Rc<Self>, message: SetTimes, cx: CallContext) -> Answer<Option<Times>> {
        self.times(message.times, &cx).into()
    }

    fn mute(self: Rc<Self>, message: Mute, _: CallContext) -> Answer<Muted> {
        self.set_muted(&message).into()
    }

    fn unsubscribe(self: Rc<Self>, message: Unsubscribe, _: CallContext) -> Answer<()> {
        self.end_mails(&message).into()
    }

    fn end_all(self: Rc<Self>, message: EndAll, _: CallContext) -> Answer<()> {
        self.end_all_mails(&message).into()
    }

    fn list(self: Rc<Self>, message: List, _: CallContext) -> Answer<Page> {
        let query = store::query(message.unread);
        let page = || {
            let page = query.page(&self.state.db, message.after.as_ref(), message.limit.get())?;
            let most = u32::try_from(store::MOST_NOTICES).unwrap_or(u32::MAX);
            let total = if message.total { Some(query.count(&self.state.db, most)?) } else { None };
            Ok::<_, Refusal>(Page { total, ..page })
        };
        page().into()
    }

    fn mark(self: Rc<Self>, message: Mark, _: CallContext) -> Answer<Marked> {
        self.mark_read(&message).into()
    }
}

impl Object for InboxObject {
    type Contract = Notices;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let sockets = Sockets::new(&state);
        let (never, idle) = (|| Cell::new(Timestamp::from_ms(0)), || Cell::new(false));
        InboxObject {
            state,
            sockets,
            is_sending: idle(),
            not_before: never(),
            is_pushing: idle(),
            no_push_before: never(),
            is_reporting: idle(),
            no_report_before: never(),
            place: RefCell::default(),
        }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        api::dispatch(self, message, cx)
    }

    fn watch(self: Rc<Self>, _: Watch, cx: CallContext) -> Result<Accepted, Refusal> {
        let accepted = self.sockets.accept(&Viewer::of(&cx)?)?;
        let unread = store::unread(&self.state.db)?;
        if let Ok(text) = serde_json::to_string(&Message::Unread { unread }) {
            accepted.socket().send(&text.into());
        }
        Ok(accepted)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            // A provider that stalls lets no socket outlive its session.
            futures::join!(self.clone().deliver(), viewer::drop_ended_sessions(&self.sockets, &self.state.env));
        })
    }

    fn viewer_left(&self) {
        self.sockets.changed();
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.next()
    }
}

/// Somebody whose inbox is empty yet.
fn newcomer(cx: &CallContext) -> Result<Person, Refusal> {
    let InboxKey { org, user } = cx.own_key()?;
    let secret: [u8; 16] = clock::random()?;
    Ok(Person { org, user, secret: hex(&secret), choices: Choices::default(), times: None })
}

/// What is told of a muted request as well: that one is needed.
fn is_always_told(notice: &Notice) -> bool {
    matches!(notice.reason, Reason::Mentioned | Reason::Account)
        || (notice.kind == "assigned" && notice.reason == Reason::Assignee)
}
