//! The mails that a person is owed: one per notice, sent until the provider has it or will never take it.
//!
//! A mail has the id of its notice. So one that is sent again, since no answer came, is the same mail for its provider and for
//! its reader. What is read in the app before its mail has left is not mailed.

use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::clock;
use js_sys::Reflect;
use mail::platform::Limits;
use mail::{Address, MailId, Mailbox, Outcome};
use subtle::ConstantTimeEq as _;
use wasm_bindgen::JsValue;

use super::store::{self, Owed, Person};
use super::{InboxObject, api};
use crate::db::statements::people::{Reader, WriteTo};
use crate::domain::mailed::Mailed;
use crate::domain::notify::{Choice, Choices, Notice, Reason, sentences};
use crate::mail::letters;
use crate::mail::{Outgoing, Setting};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::mail_pause;

/// Who looks at the app just now has so long to read there what else is mailed, in milliseconds.
const READING_MS: i64 = 60_000;

/// What several people are told, of whom one has to act, is mailed after so long, in milliseconds: five minutes. Who has read it in
/// the app by then is spared the mail.
const SHARED_MS: i64 = 5 * 60_000;

/// The shortest wait of a retry doubles from this on, in milliseconds.
const RETRY_MS: i64 = 30_000;

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
                    break RETRY_MS;
                }
            }
        };
        self.not_before.set(clock::now().plus_ms(rest_ms));
        self.is_sending.set(false);
        self.state.alarm.set_by(self.next());
    }

    /// Sends the mail that is owed first, if it is due; whether there was one.
    async fn send_first(&self) -> Result<bool, Refusal> {
        let Some(owed) = store::owed(&self.state.db, clock::now())? else { return Ok(false) };
        let Some(person) = store::person(&self.state.db)? else { return Ok(false) };
        let is_wanted = owed.unread && person.choices.is_mailed(&owed.notice.kind);
        let outcome = if is_wanted { self.send(&person, &owed.notice).await? } else { None };
        self.settle(&owed, outcome)?;
        Ok(true)
    }

    /// Sends one mail; nothing where mail is off, or there is nobody to write to.
    async fn send(&self, person: &Person, notice: &Notice) -> Result<Option<Outcome>, Refusal> {
        let env = &self.state.env;
        let Setting::On(mailer) = Setting::of(env) else { return Ok(None) };
        let cx = CallContext::system(person.org.clone(), clock::trace());
        let reader = match query(env, WriteTo { id: person.user }, &cx).await {
            Ok(Some(reader)) if reader.is_active => reader,
            Ok(_) => return Ok(None),
            // PostgreSQL is away; the mail can wait.
            Err(refusal) => return Ok(Some(Outcome::Later(mail::Failure::at(mail::Step::Configuration, refusal)))),
        };
        let Some(outgoing) = self.written(person, notice, &reader) else { return Ok(None) };
        if reader.is_paused {
            let failure =
                mail::Failure::at(mail::Step::Recipient, "nothing is sent to this address, since it has bounced");
            return Ok(Some(Outcome::Refused(failure)));
        }
        let address = outgoing.to.address.as_str().to_owned();
        let outcome = mailer.send(env, &self.state.id, &Limits::BEHIND, outgoing).await;
        mail_pause::after(env, &address, &outcome, &cx).await;
        Ok(Some(outcome))
    }

    fn written(&self, person: &Person, notice: &Notice, reader: &Reader) -> Option<Outgoing> {
        let app = self.app_origin()?;
        let request = &notice.request;
        let url = format!("{app}/requests/{}#event-{}", request.id, notice.seq);
        let link = format!("u={}&k={}&t={}", person.user, notice.kind, person.secret);
        let unsubscribe = format!("{app}/unsubscribe#{link}");
        let letter = letters::Notice {
            organisation: &reader.organisation,
            number: request.number.as_deref(),
            title: &request.title,
            place: None,
            what: &sentences::what(notice, reader.language),
            said: notice.words.as_deref(),
            url: &url,
            why: sentences::why(notice.reason, reader.language),
            unsubscribe: Some(&unsubscribe),
        };
        Some(Outgoing {
            id: MailId::parse(&format!("notice-{}-{}", notice.id.0.as_str(), person.user.0.simple()))?,
            to: Mailbox { name: reader.name.clone(), address: Address::parse(reader.email.as_deref()?)? },
            letter: letter.letter(reader.language),
            at: notice.ts,
            thread: MailId::parse(&format!("request-{}", request.id)),
            unsubscribe: mail::Unsubscribe::at(&format!("{app}/api/mail/unsubscribe?{link}")),
        })
    }

    /// Where the app is: the first of the origins that it may be called from.
    fn app_origin(&self) -> Option<String> {
        let origins = Reflect::get(&self.state.env, &JsValue::from_str("APP_ORIGINS")).ok()?.as_string()?;
        origins.split(',').map(str::trim).find(|origin| !origin.is_empty()).map(str::to_owned)
    }

    /// Writes down what came of a try.
    fn settle(&self, owed: &Owed, outcome: Option<Outcome>) -> Result<(), Refusal> {
        let now = clock::now();
        let is_over = outcome.as_ref().is_none_or(|outcome| match outcome {
            Outcome::Taken { .. } => true,
            // What is wrong with our own setup, such as the password, an operator mends; the mail is not lost meanwhile.
            Outcome::Refused(failure) if !failure.blames_setup() => true,
            Outcome::Refused(_) | Outcome::Later(_) | Outcome::Unknown(_) => owed.tries + 1 >= MOST_TRIES,
        });
        let mailed = outcome.map(|outcome| Mailed::new(outcome, now));
        let again = (!is_over).then(|| now.plus_ms(wait_ms(owed.tries, clock::chance())));
        self.state.db.atomically(|write| store::settle(write, owed.key, mailed.as_ref(), again))
    }

    /// When a mail about a new notice is due: at once, or once whoever is looking at the app has had the time to read it there;
    /// never where mail is off, nor where they do not want it.
    pub(super) fn mail_due(&self, notice: &Notice, choices: &Choices, now: Timestamp) -> Option<Timestamp> {
        let is_read_here = self.sockets.count() > 0;
        let wait_ms = match notice.reason {
            Reason::Approver => SHARED_MS,
            _ if is_read_here => READING_MS,
            _ => 0,
        };
        let is_mailed = choices.is_mailed(&notice.kind) && Setting::of(&self.state.env).is_on();
        is_mailed.then(|| now.plus_ms(wait_ms))
    }

    pub(super) fn end_mails(&self, message: &api::Unsubscribe) -> Result<(), Refusal> {
        let person = store::person(&self.state.db)?.filter(|person| is_equal(&person.secret, &message.secret));
        let Some(mut person) = person else { return Err(Refusal::NotFound) };
        person.choices = person.choices.with(&[Choice { kind: message.kind, mail: false }]);
        self.state.db.atomically(|write| store::put_person(write, &person))
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
