//! Web push on its way out: to the push service of a browser, encrypted for that browser (RFC 8030, 8291, 8292).
//!
//! The deployment has one secret for it, `VAPID_PRIVATE_KEY`. Without it push is off. The cryptography is the platform's, in
//! `src/push/push.js`; here is what goes in, and what an answer means.
//!
//! Architecture invariant: a subscription is kept closed. Its address and keys are in the clear only while a message is made.

mod endpoint;

use base::refusal::Refusal;
use js_sys::{Promise, Reflect};
use mail::{Failure, Outcome, Step};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

pub use endpoint::Subscription;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = cepatedge_push_key)]
    fn push_key(secret: &str) -> Promise;
    #[wasm_bindgen(js_name = cepatedge_push_seal)]
    fn push_seal(secret: &str, endpoint: &str, p256dh: &str, auth: &str) -> Promise;
    #[wasm_bindgen(js_name = cepatedge_push)]
    fn push(secret: &str, sealed: &str, subject: &str, payload: &str, head: &str, limit_ms: f64) -> Promise;
}

/// So long a push service keeps a message for a device that is away, in seconds: a day. What is older is read in the app.
pub const KEPT_S: u32 = 24 * 60 * 60;

/// So long a push service may take, in milliseconds.
const LIMIT_MS: f64 = 10_000.0;

/// Whoever sends.
pub struct Pusher {
    secret: String,
    /// How a push service reaches whoever runs this: a `mailto:` or `https:` address. Apple's refuses all others.
    subject: String,
}

/// What a message is to a push service (RFC 8030, 5).
pub struct Message<'a> {
    /// What the browser is told, as JSON.
    pub payload: &'a str,
    /// Whether a device that saves its battery is woken.
    pub is_urgent: bool,
    /// A newer message of the same topic replaces one that the device has not had: at most 32 characters of base64url.
    pub topic: &'a str,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The device wants nothing more from us: it has unsubscribed, or its keys are closed for good.
    Gone,
    /// What else; the time is how many seconds the service wants to be left alone.
    Outcome(Outcome, Option<u32>),
}

impl Pusher {
    /// Whoever sends in this environment; `None` where push is off.
    pub fn of(env: &Env) -> Option<Self> {
        let text = |name: &str| Reflect::get(env, &JsValue::from_str(name)).ok().and_then(|value| value.as_string());
        let secret = text("VAPID_PRIVATE_KEY").filter(|secret| !secret.is_empty())?;
        let origins = text("APP_ORIGINS").unwrap_or_default();
        let subject = subject(text("VAPID_SUBJECT").as_deref(), &origins, text("MAIL_FROM").as_deref());
        Some(Self { secret, subject })
    }

    /// The public key, which a browser subscribes with.
    ///
    /// # Errors
    /// `Internal` when the secret is none: 32 bytes in base64url.
    pub async fn public_key(&self) -> Result<String, Refusal> {
        let key = JsFuture::from(push_key(&self.secret)).await.ok().and_then(|key| key.as_string());
        key.ok_or_else(|| {
            worker::console_error!("VAPID_PRIVATE_KEY cannot be used: it must be 32 bytes in base64url");
            Refusal::Internal
        })
    }

    /// Closes a subscription, to be kept.
    ///
    /// # Errors
    /// `Internal` as [`Pusher::public_key`]; `Invalid` for keys that are none.
    pub async fn sealed(&self, subscription: &Subscription) -> Result<String, Refusal> {
        self.public_key().await?;
        let Subscription { endpoint, p256dh, auth } = subscription;
        let sealed = JsFuture::from(push_seal(&self.secret, endpoint, p256dh, auth)).await;
        let sealed = sealed.ok().and_then(|sealed| sealed.as_string());
        sealed.ok_or_else(|| Refusal::invalid("keys", "malformed", "These are no keys of a push subscription."))
    }

    /// Hands over a message, once.
    pub async fn send(&self, sealed: &str, message: &Message<'_>) -> Pushed {
        let Message { payload, is_urgent, topic } = message;
        let urgency = if *is_urgent { "high" } else { "normal" };
        let head = format!(r#"{{"ttl":"{KEPT_S}","urgency":"{urgency}","topic":"{topic}"}}"#);
        match JsFuture::from(push(&self.secret, sealed, &self.subject, payload, &head, LIMIT_MS)).await {
            Ok(answer) => {
                let answer = answer.as_string().unwrap_or_default();
                let (status, wait) = answer.split_once('\n').unwrap_or_default();
                pushed(status.parse().unwrap_or_default(), wait)
            }
            // Whether it arrived, the platform does not say.
            Err(_) => Pushed::Outcome(Outcome::Unknown(Failure::at(Step::Connect, "no answer came")), None),
        }
    }
}

/// Whether this is a machine where things are tried out (`ENVIRONMENT`).
pub fn is_development(env: &Env) -> bool {
    let named = Reflect::get(env, &JsValue::from_str("ENVIRONMENT")).ok().and_then(|value| value.as_string());
    named.as_deref() == Some("development")
}

/// What the setup says; or else the app's own address, or the address that mails come from.
fn subject(named: Option<&str>, origins: &str, mail_from: Option<&str>) -> String {
    if let Some(named) = named.filter(|named| named.starts_with("mailto:") || named.starts_with("https://")) {
        return named.to_owned();
    }
    if let Some(app) = origins.split(',').map(str::trim).find(|origin| origin.starts_with("https://")) {
        return app.to_owned();
    }
    let address = mail_from.and_then(mail::Mailbox::parse).map(|mailbox| mailbox.address);
    address
        .map_or_else(|| "mailto:nobody@cepatedge.invalid".to_owned(), |address| format!("mailto:{}", address.as_str()))
}

fn pushed(status: u16, wait: &str) -> Pushed {
    let failure = |step, detail: &str| Failure { step, code: Some(status), enhanced: None, detail: detail.to_owned() };
    let outcome = match status {
        // RFC 8030, 7.3; and 0 is a subscription that was closed with another secret.
        0 | 404 | 410 => return Pushed::Gone,
        200..=299 => Outcome::Taken { answer: status.to_string() },
        401 | 403 => Outcome::Refused(failure(Step::SignIn, "the push service does not take our signature")),
        408 | 425 | 429 => {
            Outcome::Later(failure(Step::Content, "the push service wants to be left alone for a while"))
        }
        500.. => Outcome::Later(failure(Step::Content, "the push service is not well")),
        _ => Outcome::Refused(failure(Step::Content, "the push service does not take the message")),
    };
    Pushed::Outcome(outcome, wait.trim().parse().ok())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_whether_to_come_back() {
        assert_eq!((pushed(410, ""), pushed(404, ""), pushed(0, "")), (Pushed::Gone, Pushed::Gone, Pushed::Gone));
        let outcome = |status, wait: &str| match pushed(status, wait) {
            Pushed::Outcome(outcome, wait) => (outcome, wait),
            Pushed::Gone => panic!("{status}"),
        };
        assert!(outcome(201, "").0.is_taken() && outcome(202, "").0.is_taken());
        assert!(matches!(outcome(429, "17"), (Outcome::Later(_), Some(17))));
        // Also a date, which no service sends: the usual wait then.
        assert!(matches!(outcome(503, "Sun, 06 Nov 1994 08:49:37 GMT"), (Outcome::Later(_), None)));
        assert!(outcome(403, "").0.failure().is_some_and(Failure::blames_setup));
        for status in [301, 400, 413] {
            assert!(matches!(outcome(status, "").0, Outcome::Refused(failure) if !failure.blames_setup()), "{status}");
        }
    }

    #[test]
    fn whoever_runs_it_can_be_reached() {
        let from = Some("Desk <desk@cepat.example>");
        assert_eq!(subject(Some("mailto:ops@cepat.example"), "https://app.example", from), "mailto:ops@cepat.example");
        assert_eq!(subject(Some("ops"), " http://localhost, https://app.example", from), "https://app.example");
        assert_eq!(subject(None, "http://localhost:8787", from), "mailto:desk@cepat.example");
    }
}
