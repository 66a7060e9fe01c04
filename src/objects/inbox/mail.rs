//! The mails that a person is owed: one per notice, or one a day or a week, sent until the provider has it or will never take it.
//!
//! A mail has the id of its notice. So one that is sent again, since no answer came, is the same mail for its provider and for
//! its reader. What is read in the app before its mail has left is not mailed.

use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::clock;
use js_sys::Reflect;
use mail::Outcome;
use mail::platform::Limits;
use subtle::ConstantTimeEq as _;
use wasm_bindgen::JsValue;

#[cfg(feature = "fault-injection")]
use super::faults;
use super::store::{self, Owed, Person};
use super::{InboxObject, api, written};
use crate::db::statements::people::WriteTo;
use crate::domain::mailed::Mailed;
use crate::domain::notify::times::{Slot, Times};
use crate::domain::notify::{Channel, Choice, Choices, Notice, Reason};
use crate::domain::organisation::TimeZone;
use crate::mail::Setting;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::{mail_pause, zones};

/// Who looks at the app just now has so long to read there what else is mailed, in milliseconds.
const READING_MS: i64 = 60_000;

/// What several people are told, of whom one has to act, is mailed after so long, in milliseconds: five minutes. Who has read it in
/// the app by then is spared the mail.
const SHARED_MS: i64 = 5 * 60_000;

/// The shortest wait of a retry doubles from this on, in milliseconds.
const RETRY_MS: i64 = 30_000;

/// Where nothing could even be tried, since PostgreSQL is away, it is looked again after so long, in milliseconds.
pub(super) const AWAY_MS: i64 = 10_000;

/// Mails that are being sent are looked at again after so long, in milliseconds, in case that it ends with the object.
const SENDING_MS: i64 = 150_000;

/// So often a mail is tried: for more than two days, as mail servers do.
const MOST_TRIES: u32 = 40;

/// The longest wait between two tries, in milliseconds: two hours.
const LONGEST_WAIT_MS: i64 = 2 * 60 * 60 * 1_000;

/// How long after a failed try the next comes; `chance` is in [0, 1).
#[allow(clippy::cast_possible_truncation)] // below a thousand
pub(super) fn wait_ms(tries: u32, chance: f64) -> i64 {
    let half = RETRY_MS.saturating_mul(1 << tries.min(12)).min(LONGEST_WAIT_MS) / 2;
    // At least half of it: a provider that says "later" means it.
    half + half * ((chance * 1_000.0) as i64) / 1_000
}

impl InboxObject {
    /// Sends what is due, one after the other.
    pub(super) async fn send_due(self: Rc<Self>) {
        if self.is_sending.replace(true) {
            return;
        }
        self.not_before.set(clock::now().plus_ms(SENDING_MS));
        let rest_ms = loop {
            match self.send_first().await {
                Ok(true) => {}
                Ok(false) => break 0,
                Err(refusal) => {
                    worker::console_error!("a mail could not be sent: {refusal}");
                    break AWAY_MS;
                }
            }
        };
        self.not_before.set(clock::now().plus_ms(rest_ms));
        self.is_sending.set(false);
        self.state.alarm.set_by(self.next());
    }

    /// Sends the mail that is owed first, if it is due; whether there was one.
    async fn send_first(&self) -> Result<bool, Refusal> {
        let now = clock::now();
        let Some(first) = store::owed(&self.state.db, now)? else { return Ok(false) };
        let Some(person) = store::person(&self.state.db)? else { return Ok(false) };
        let owed = match first.digest {
            Some(digest) => store::owed_in(&self.state.db, digest)?,
            None => vec![first],
        };
        let Some(times) = self.times_of(&person) else {
            self.find_place(&person).await?;
            return Ok(true);
        };
        if let Some(slot) = later(&times, &owed, now) {
            self.state.db.atomically(|write| owed.iter().try_for_each(|one| store::put_off(write, one.key, slot)))?;
            return Ok(true);
        }
        let is_wanted = |one: &&Owed| one.unread && person.choices.is_told(&one.notice.kind, Channel::Mail);
        let wanted: Vec<&Owed> = owed.iter().filter(is_wanted).collect();
        let outcome = if wanted.is_empty() { None } else { self.send(&person, &wanted).await? };
        self.settle(&owed, &wanted, outcome)?;
        Ok(true)
    }

    /// Sends one mail; nothing where mail is off, or there is nobody to write to. It is no try of the mail when that cannot be known.
    async fn send(&self, person: &Person, owed: &[&Owed]) -> Result<Option<Outcome>, Refusal> {
        let env = &self.state.env;
        let Setting::On(mailer) = Setting::of(env) else { return Ok(None) };
        let cx = CallContext::system(person.org.clone(), clock::trace());
        // While PostgreSQL is away, which knows where they are written to, all mails wait together: tried one by one, each would wait
        // longer with every try, and long after it is back.
        let Some(reader) = query(env, WriteTo { id: person.user }, &cx).await?.filter(|reader| reader.is_active) else {
            return Ok(None);
        };
        let Some(outgoing) = self.app_origin().and_then(|app| written::mail(&app, person, owed, &reader)) else {
            return Ok(None);
        };
        if reader.is_paused {
            let failure =
                mail::Failure::at(mail::Step::Recipient, "nothing is sent to this address, since it has bounced");
            return Ok(Some(Outcome::Refused(failure)));
        }
        let address = outgoing.to.address.as_str().to_owned();
        #[cfg(feature = "fault-injection")]
        if owed.iter().any(|one| faults::is_mailed_twice(&one.notice)) {
            let _twice = mailer.send(env, &self.state.id, &Limits::BEHIND, outgoing.clone()).await;
        }
        let outcome = mailer.send(env, &self.state.id, &Limits::BEHIND, outgoing).await;
        mail_pause::after(env, &address, &outcome, &cx).await;
        Ok(Some(outcome))
    }

    /// Where the app is: the first of the origins that it may be called from.
    fn app_origin(&self) -> Option<String> {
        let origins = Reflect::get(&self.state.env, &JsValue::from_str("APP_ORIGINS")).ok()?.as_string()?;
        origins.split(',').map(str::trim).find(|origin| !origin.is_empty()).map(str::to_owned)
    }

    /// Writes down what came of a try; of `owed` those were in the mail that were `wanted`.
    fn settle(&self, owed: &[Owed], wanted: &[&Owed], outcome: Option<Outcome>) -> Result<(), Refusal> {
        let now = clock::now();
        let tries = owed.iter().map(|one| one.tries).max().unwrap_or_default();
        let is_over = outcome.as_ref().is_none_or(|outcome| match outcome {
            Outcome::Taken { .. } => true,
            // What is wrong with our own setup, such as the password, an operator mends; the mail is not lost meanwhile.
            Outcome::Refused(failure) if !failure.blames_setup() => true,
            Outcome::Refused(_) | Outcome::Later(_) | Outcome::Unknown(_) => tries + 1 >= MOST_TRIES,
        });
        let mailed = outcome.map(|outcome| Mailed::new(outcome, now));
        let again = (!is_over).then(|| now.plus_ms(wait_ms(tries, clock::chance())));
        self.state.db.atomically(|write| {
            for one in owed {
                let was_sent = wanted.iter().any(|sent| sent.key == one.key);
                let (mailed, again) = if was_sent { (mailed.as_ref(), again) } else { (None, None) };
                store::settle(write, one.key, mailed, again)?;
            }
            Ok(())
        })
    }

    /// When a mail about a new notice is due: at once, or once whoever is looking at the app has had the time to read it there, or at
    /// the time that they chose; never where mail is off, nor where they do not want it.
    pub(super) fn mail_slot(&self, notice: &Notice, person: &Person, now: Timestamp) -> Option<Slot> {
        let is_mailed = person.choices.is_told(&notice.kind, Channel::Mail) && Setting::of(&self.state.env).is_on();
        let is_read_here = self.sockets.count() > 0;
        let wait_ms = match notice.reason {
            Reason::Approver => SHARED_MS,
            // Whoever has got in may be the one who looks.
            Reason::Account => 0,
            _ if is_read_here => READING_MS,
            _ => 0,
        };
        is_mailed.then(|| first_slot(person, notice, now.plus_ms(wait_ms)))
    }

    /// When the mails are due that are owed and not tried, now that somebody chose other times.
    pub(super) fn put_off(&self, person: &Person) -> Result<Vec<(i64, Slot)>, Refusal> {
        let now = clock::now();
        let owed = store::owed_and_not_tried(&self.state.db)?;
        Ok(owed.into_iter().map(|one| (one.key, first_slot(person, &one.notice, now))).collect())
    }

    pub(super) fn end_mails(&self, message: &api::Unsubscribe) -> Result<(), Refusal> {
        let off = Choice { kind: message.kind, app: None, mail: Some(false), push: None };
        self.choose_by_link(&message.secret, |choices| choices.with(&[off]))
    }

    pub(super) fn end_all_mails(&self, message: &api::EndAll) -> Result<(), Refusal> {
        self.choose_by_link(&message.secret, Choices::without_mails)
    }

    fn choose_by_link(&self, secret: &str, choose: impl FnOnce(Choices) -> Choices) -> Result<(), Refusal> {
        let person = store::person(&self.state.db)?.filter(|person| is_equal(&person.secret, secret));
        let Some(mut person) = person else { return Err(Refusal::NotFound) };
        person.choices = choose(person.choices);
        self.state.db.atomically(|write| store::put_person(write, &person))
    }
}

/// When a mail is due that could be sent at `at`, as far as the person has said that. What they have left open is found out when the
/// mail could be sent: [`later`].
fn first_slot(person: &Person, notice: &Notice, at: Timestamp) -> Slot {
    match &person.times {
        Some(times) if !times.are_left_open() => slot(times, notice, at),
        _ => Slot { due: at, digest: None },
    }
}

/// When a mail is due that could be sent at `at`.
fn slot(times: &Times, notice: &Notice, at: Timestamp) -> Slot {
    if notice.reason == Reason::Account {
        return Slot { due: at, digest: None };
    }
    times.slot(at, notice.urgent, &ahead_of(times))
}

/// When a mail is due that is not sent now: it waits for its day or its week, or for the end of the quiet hours. None where it is sent.
fn later(times: &Times, owed: &[Owed], now: Timestamp) -> Option<Slot> {
    // One that was tried had its slot.
    if let [one] = owed
        && one.digest.is_none()
        && one.tries == 0
    {
        return Some(slot(times, &one.notice, now)).filter(|slot| slot.due > now);
    }
    let digest = owed.first().and_then(|one| one.digest);
    if digest.is_none() && owed.iter().any(|one| passes(times, &one.notice)) {
        return None;
    }
    let end = times.quiet_until(now, &ahead_of(times))?;
    Some(Slot { due: end, digest })
}

/// Whether a notice is told in quiet hours, too.
fn passes(times: &Times, notice: &Notice) -> bool {
    notice.reason == Reason::Account || (notice.urgent && times.urgent_at_once)
}

/// When somebody is to be disturbed who could be at `at`: then, or when their quiet hours end.
pub(super) fn awake_at(times: &Times, notice: &Notice, at: Timestamp) -> Timestamp {
    let end = if passes(times, notice) { None } else { times.quiet_until(at, &ahead_of(times)) };
    end.unwrap_or(at)
}

/// How far their clock is ahead of UTC.
fn ahead_of(times: &Times) -> impl Fn(Timestamp) -> i64 + use<> {
    match &times.time_zone {
        Some(zone) => zones::ahead_in(zone),
        None => zones::ahead_in(&TimeZone::utc()),
    }
}

/// Compares without telling by its time how much of a guess was right.
fn is_equal(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_tried_for_more_than_two_days() {
        let shortest: i64 = (0..MOST_TRIES - 1).map(|tries| wait_ms(tries, 0.0)).sum();
        assert!(shortest > 30 * 60 * 60 * 1_000, "{shortest}");
        let longest: i64 = (0..MOST_TRIES - 1).map(|tries| wait_ms(tries, 0.999)).sum();
        assert!(longest > 48 * 60 * 60 * 1_000, "{longest}");
        assert!((15_000..30_000).contains(&wait_ms(0, 0.5)));
        assert_eq!(wait_ms(u32::MAX, 0.0), LONGEST_WAIT_MS / 2);
    }
}
