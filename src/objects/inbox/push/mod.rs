//! The messages that a person's devices are owed: one per notice and device, until its push service has it or will never take it.
//!
//! A message has the id of its notice, so one that is sent again, since no answer came, takes the place of itself on the device. What
//! is read in the app before is not sent; a device is told as long as the session holds by which it asked for it.

pub mod store;

use std::rc::Rc;

use base::ids::SessionName;
use base::refusal::Refusal;
use base::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use durable::{ask, clock};
use mail::{Failure, Outcome, Step};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::api::{Device, DeviceShown, Forget};
#[cfg(feature = "fault-injection")]
use super::faults;
use super::mail::{AWAY_MS, awake_at, wait_ms};
use super::store::Person;
use super::written::page_of_account;
use super::{InboxObject, store as inbox};
use crate::db::statements::people::{Reader, WriteTo};
use crate::domain::mailed::Mailed;
use crate::domain::notify::{Channel, Notice, Reason, sentences};
use crate::domain::request::RequestId;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::session::api::{Holds, SessionKey};
use crate::push::{Message, Pushed, Pusher};
use store::Owed;

/// Who has the app open somewhere has so long to read there what their devices are told as well, in milliseconds.
const READING_MS: i64 = 20_000;

/// So many messages are sent at once: one slow push service keeps no other one waiting.
const AT_ONCE: i64 = 10;

/// Messages that are being sent are looked at again after so long, in milliseconds, in case that it ends with the object.
const SENDING_MS: i64 = 60_000;

/// A message is tried for a day: then its news is old.
const WORTH_MS: i64 = 24 * 60 * 60 * 1_000;

/// So much of what was said is shown beside what happened, in characters. The rest is read in the app.
const MOST_WORDS: usize = 140;

/// What a browser is told. The service worker (`web/src/app/sw.js`) reads it.
#[derive(Serialize)]
struct Told<'a> {
    /// The notice: a second message of it takes the place of the first.
    id: &'a str,
    /// The request, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    /// Its number and title.
    title: &'a str,
    /// What happened.
    body: &'a str,
    /// Where the app shows it.
    path: &'a str,
    /// The language of the words.
    lang: &'a str,
}

impl InboxObject {
    pub(super) fn add_device(&self, device: &Device, cx: &CallContext) -> Result<Vec<DeviceShown>, Refusal> {
        let person = self.person(cx)?;
        let session = cx.session.clone().ok_or(Refusal::Unauthenticated)?;
        let Device { id, sealed, name } = device.clone();
        let device = store::Device { id, session, sealed, name, added: clock::now() };
        self.state.db.atomically(|write| {
            inbox::put_person(write, &person)?;
            store::put(write, &device).map_err(Refusal::from)
        })?;
        self.devices(cx)
    }

    pub(super) fn devices(&self, cx: &CallContext) -> Result<Vec<DeviceShown>, Refusal> {
        let devices = if self.state.db.exists()? { store::devices(&self.state.db)? } else { Vec::new() };
        let shown = |device: store::Device| DeviceShown {
            is_current: cx.session.as_ref() == Some(&device.session),
            id: device.id,
            name: device.name,
            added_at: device.added,
        };
        Ok(devices.into_iter().map(shown).collect())
    }

    pub(super) fn forget_devices(&self, message: &Forget) -> Result<(), Refusal> {
        if !self.state.db.exists()? {
            return Ok(());
        }
        let of_session = message.session.as_ref().map(|session| store::of_session(&self.state.db, session));
        let ids = of_session.transpose()?.unwrap_or_default();
        self.state.db.atomically(|write| {
            for id in message.id.iter().chain(&ids) {
                store::remove(write, id)?;
            }
            Ok::<_, Refusal>(())
        })
    }

    /// When the devices are told of a new notice, where that is wanted: behind the quiet hours.
    pub(super) fn push_due(&self, notice: &Notice, person: &Person, now: Timestamp) -> Option<Timestamp> {
        let wait_ms = if self.sockets.count() > 0 { READING_MS } else { 0 };
        let is_wanted = person.choices.is_told(&notice.kind, Channel::Push);
        let at = now.plus_ms(wait_ms);
        // What they have left open is found out when the message could be sent.
        let times = person.times.as_ref().filter(|times| !times.are_left_open());
        is_wanted.then(|| times.map_or(at, |times| awake_at(times, notice, at)))
    }

    /// Sends what is due to devices.
    pub(super) async fn push_what_is_due(self: Rc<Self>) {
        if self.is_pushing.replace(true) {
            return;
        }
        self.no_push_before.set(clock::now().plus_ms(SENDING_MS));
        let rest_ms = loop {
            match self.push_some().await {
                Ok(true) => {}
                Ok(false) => break 0,
                Err(refusal) => {
                    worker::console_error!("devices could not be told: {refusal}");
                    break AWAY_MS;
                }
            }
        };
        self.no_push_before.set(clock::now().plus_ms(rest_ms));
        self.is_pushing.set(false);
        self.state.alarm.set_by(self.next());
    }

    /// Sends the first messages that are due; whether there were any.
    async fn push_some(&self) -> Result<bool, Refusal> {
        if !self.state.db.exists()? {
            return Ok(false);
        }
        let now = clock::now();
        let owed = store::owed(&self.state.db, now, AT_ONCE)?;
        let (Some(person), false) = (inbox::person(&self.state.db)?, owed.is_empty()) else { return Ok(false) };
        let Some(times) = self.times_of(&person) else {
            self.find_place(&person).await?;
            return Ok(true);
        };
        // One that was tried waits for nobody to wake.
        let wakes = |one: &Owed| Some(awake_at(&times, &one.notice, now)).filter(|at| one.tries == 0 && *at > now);
        let asleep: Vec<(i64, Timestamp)> = owed.iter().filter_map(|one| Some((one.key, wakes(one)?))).collect();
        if !asleep.is_empty() {
            self.state
                .db
                .atomically(|write| asleep.iter().try_for_each(|(key, at)| store::put_off(write, *key, *at)))?;
            return Ok(true);
        }
        let cx = CallContext::system(person.org.clone(), clock::trace());
        // While PostgreSQL is away all messages wait together, as mails do.
        let reader = query(&self.state.env, WriteTo { id: person.user }, &cx).await?.filter(|reader| reader.is_active);
        let devices = store::devices(&self.state.db)?;
        let sent = owed.iter().map(|owed| async {
            let device = devices.iter().find(|device| device.id.as_str() == owed.device && owed.unread);
            let pushed = match device {
                Some(device) => self.push_to(device, &owed.notice, &person, reader.as_ref(), &cx).await,
                None => None,
            };
            self.settle_push(owed, pushed)
        });
        futures::future::join_all(sent).await.into_iter().collect::<Result<Vec<()>, Refusal>>()?;
        Ok(true)
    }

    /// Sends one message; nothing where there is nobody to be told, or where push is off.
    async fn push_to(
        &self,
        device: &store::Device,
        notice: &Notice,
        person: &Person,
        reader: Option<&Reader>,
        cx: &CallContext,
    ) -> Option<Pushed> {
        let pusher = Pusher::of(&self.state.env)?;
        let Some(reader) = reader else { return Some(Pushed::Gone) };
        match holds(&self.state.env, person, &device.session, cx).await {
            Ok(true) => {}
            Ok(false) => return Some(Pushed::Gone),
            Err(refusal) => {
                let failure = Failure::at(Step::Configuration, refusal.to_string());
                return Some(Pushed::Outcome(Outcome::Later(failure), None));
            }
        }
        let payload = payload(notice, reader)?;
        let topic = topic(person, notice);
        let is_urgent = matches!(notice.reason, Reason::Mentioned | Reason::Assignee);
        let message = Message { payload: &payload, is_urgent, topic: &topic };
        #[cfg(feature = "fault-injection")]
        if faults::is_pushed_twice(notice) {
            let _twice = pusher.send(&device.sealed, &message).await;
        }
        Some(pusher.send(&device.sealed, &message).await)
    }

    /// Writes down what came of a try. A device that is gone is owed nothing more.
    fn settle_push(&self, owed: &Owed, pushed: Option<Pushed>) -> Result<(), Refusal> {
        let now = clock::now();
        let (outcome, wanted_wait_s) = match pushed {
            Some(Pushed::Outcome(outcome, wait_s)) => (Some(outcome), wait_s),
            Some(Pushed::Gone) => {
                let gone = owed.device.parse().map_err(|_| Refusal::Internal)?;
                return self.state.db.atomically(|write| {
                    store::settle(write, owed.key, None, None)?;
                    store::remove(write, &gone).map_err(Refusal::from)
                });
            }
            None => (None, None),
        };
        let is_old = now.ms_since(owed.notice.ts) > WORTH_MS;
        let is_over = outcome.as_ref().is_none_or(|outcome| match outcome {
            Outcome::Taken { .. } => true,
            // Our signature: an operator mends it.
            Outcome::Refused(failure) => !failure.blames_setup() || is_old,
            Outcome::Later(_) | Outcome::Unknown(_) => is_old,
        });
        let wait_ms = wait_ms(owed.tries, clock::chance())
            .max(wanted_wait_s.map_or(0, |wait_s| i64::from(wait_s.min(7_200)) * 1_000));
        let pushed = outcome.map(|outcome| Mailed::new(outcome, now));
        let again = (!is_over).then(|| now.plus_ms(wait_ms));
        self.state.db.atomically(|write| store::settle(write, owed.key, pushed.as_ref(), again))
    }
}

/// Whether the session of a device holds; a look that does not make it hold longer.
async fn holds(env: &worker::Env, person: &Person, session: &SessionName, cx: &CallContext) -> Result<bool, Refusal> {
    let key = SessionKey { org: person.org.clone(), session: session.clone() };
    ask(env, &key, Holds {}, cx).await
}

fn payload(notice: &Notice, reader: &Reader) -> Option<String> {
    let what = sentences::what(notice, reader.language);
    let words = notice.words.as_deref().map(|words| shortened(words, MOST_WORDS)).unwrap_or_default();
    let (title, path) = match &notice.request {
        Some(about) => {
            let number = about.number.as_deref().map(|number| format!("{number} ")).unwrap_or_default();
            let event = notice.seq.map(|seq| format!("#event-{seq}")).unwrap_or_default();
            (format!("{number}{}", shortened(&about.title, MOST_WORDS)), format!("/requests/{}{event}", about.id))
        }
        None => (reader.organisation.clone(), page_of_account(notice).to_owned()),
    };
    let body = format!("{what}\n{words}");
    let told = Told {
        id: notice.id.0.as_str(),
        request: notice.request.as_ref().map(|about| about.id),
        title: &title,
        body: body.trim(),
        path: &path,
        lang: reader.language.as_str(),
    };
    serde_json::to_string(&told).ok()
}

fn shortened(text: &str, most: usize) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(most).collect();
    if chars.next().is_none() { start } else { format!("{}…", start.trim_end()) }
}

/// A push service learns from it that two messages are about one matter, and not which.
fn topic(person: &Person, notice: &Notice) -> String {
    let matter = notice.request.as_ref().map_or_else(|| notice.kind.clone(), |about| about.id.to_string());
    let hash = Sha256::digest(format!("{}/{matter}", person.secret).as_bytes());
    URL_SAFE_NO_PAD.encode(hash.get(..16).unwrap_or_default())
}
