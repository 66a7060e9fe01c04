//! Addresses that nothing is mailed to, as their owners and administrators see them; and what mail providers tell afterwards.

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use durable::clock;
use hmac::{Hmac, KeyInit, Mac};
use js_sys::Reflect;
use mail::events::{self, Event};
use serde::Serialize;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use wasm_bindgen::JsValue;

use crate::db::statements::mail_pauses::{FindMailPause, ListMailPauses, Pause, PausedPerson, ResumeMail};
use crate::domain::log::{Level, StreamName};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::objects::mail_pause;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::people;

/// A signed call that is so much older or younger than now, in seconds, is not taken: it may have been recorded (Svix: five minutes).
const TOLERANCE_S: i64 = 5 * 60;

/// The shortest secret of a webhook, in characters.
const SHORTEST_SECRET: usize = 24;

/// So many events of one call are read.
const MOST_EVENTS: usize = 100;

/// Whether mails to me are paused.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyMail {
    /// Since when and why; null while mails are sent.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub paused: Option<Pause>,
}

/// `GET /api/me/mail`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn mine(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let paused = query(exchange.env, FindMailPause { id: exchange.caller()?.user.id }, &exchange.cx).await?;
    // The provider's words are for administrators.
    let paused = paused.map(|pause| Pause { words: String::new(), ..pause });
    Reply::json(200, &MyMail { paused })
}

/// `POST /api/me/mail/resume`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn resume_mine(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    resumed(exchange, exchange.caller()?.user.id).await
}

/// Whose addresses nothing is sent to.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PausedPeople {
    /// The latest first, at most 200.
    pub items: Vec<PausedPerson>,
}

/// `GET /api/system/mail/paused`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Reply::json(200, &PausedPeople { items: query(exchange.env, ListMailPauses {}, &exchange.cx).await? })
}

/// `POST /api/system/mail/paused/:user/resume`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn resume(exchange: &Exchange<'_>, user: UserId) -> Result<Reply, Refusal> {
    resumed(exchange, user).await
}

/// Nothing to resume is no error: it has been done.
async fn resumed(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    let entry = people::audit(exchange, "mail_resumed", id)?;
    if query(exchange.env, ResumeMail { id, entry: entry.clone() }, &exchange.cx).await? {
        let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    }
    Ok(Reply::empty(204))
}

/// `POST /api/mail/events`: what a provider tells of mails that it had taken. Told again, it changes nothing.
///
/// # Errors
/// `NotFound` where no secret is set up; `Unauthenticated` for a call that is not the provider's; `Invalid` for what is no JSON;
/// `Unavailable` while PostgreSQL is away: it tells again then.
pub async fn told(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let secret = Reflect::get(exchange.env, &JsValue::from_str("MAIL_EVENTS_SECRET")).ok();
    let secret = secret.and_then(|secret| secret.as_string()).filter(|secret| !secret.is_empty());
    let secret = secret.ok_or(Refusal::NotFound)?;
    let body = exchange.incoming.body().await?;
    let header = |name: &str| exchange.incoming.header(name).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let now = clock::now();
    let is_theirs = match secret.strip_prefix("whsec_") {
        Some(key) => {
            let signed = Signed { id: header("svix-id"), at: header("svix-timestamp"), by: header("svix-signature") };
            signed.holds(key, body, now)
        }
        None => {
            let parameters = exchange.incoming.query(&["secret"])?;
            is_known(&secret, &header("authorization"), parameters.get("secret").unwrap_or_default())
        }
    };
    if !is_theirs {
        return Err(Refusal::Unauthenticated);
    }
    let read = str::from_utf8(body).ok().and_then(|text| base::json::from_str(text).ok());
    let read = read.ok_or_else(|| Refusal::invalid("body", "malformed_json", "The body is not JSON."))?;
    let mut events = events::read(&read);
    events.truncate(MOST_EVENTS);
    let count = events.len();
    for Event { address, why, at, words } in events {
        // A clock of theirs that is ahead would outlive a later word of ours.
        let at = at.filter(|at| *at <= now).unwrap_or(now);
        let pause = Pause { at, why: why.as_str().to_owned(), words };
        mail_pause::pause(exchange.env, &address, pause, &exchange.cx).await?;
    }
    exchange.access.note(StreamName::Mail, Level::Info, "the provider told of mails", &[("final", count.into())]);
    Ok(Reply::empty(204))
}

/// A shared secret: as a bearer's token, as the password of HTTP's basic scheme with any name, or in the address.
fn is_known(secret: &str, authorization: &str, in_address: &str) -> bool {
    let basic = authorization.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text.trim()).ok());
    let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
    let password = basic.as_deref().and_then(|text| text.split_once(':')).map(|(_, password)| password);
    let bearer = authorization.strip_prefix("Bearer ").map(str::trim);
    let given = [bearer, password, Some(in_address)];
    secret.len() >= SHORTEST_SECRET
        && given.into_iter().flatten().any(|given| given.as_bytes().ct_eq(secret.as_bytes()).into())
}

/// A signature of Svix, by which Resend signs: HMAC-SHA256 over `id.timestamp.body`; there may be several, of which one must hold.
struct Signed {
    id: String,
    at: String,
    by: String,
}

impl Signed {
    fn holds(&self, key: &str, body: &[u8], now: Timestamp) -> bool {
        let Ok(at_s) = self.at.parse::<i64>() else { return false };
        let Ok(key) = STANDARD.decode(key) else { return false };
        if key.is_empty() || now.as_ms().div_euclid(1_000).abs_diff(at_s) > TOLERANCE_S.unsigned_abs() {
            return false;
        }
        let given = self.by.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
        given.into_iter().any(|given| {
            let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key) else { return false };
            mac.update(format!("{}.{}.", self.id, self.at).as_bytes());
            mac.update(body);
            mac.verify_slice(&given).is_ok()
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// The example of Svix's own documentation, and of standardwebhooks.
    const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn signed() -> Signed {
        Signed {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".into(),
            at: "1614265330".into(),
            by: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".into(),
        }
    }

    #[test]
    fn a_signature_is_of_this_body_at_this_time() {
        let now = Timestamp::from_ms(1_614_265_330_500);
        assert!(signed().holds(KEY, BODY, now));
        assert!(Signed { by: format!("v1,AAAA v2,x {}", signed().by), ..signed() }.holds(KEY, BODY, now));
        assert!(
            !signed().holds(KEY, b"{}", now) && !signed().holds("AAAA", BODY, now) && !signed().holds("", BODY, now)
        );
        assert!(!signed().holds(KEY, BODY, now.plus_ms(301_000)) && !signed().holds(KEY, BODY, now.plus_ms(-302_000)));
        assert!(!Signed { id: "msg_other".into(), ..signed() }.holds(KEY, BODY, now));
        assert!(!Signed { at: "soon".into(), ..signed() }.holds(KEY, BODY, now));
        assert!(!Signed { by: String::new(), ..signed() }.holds(KEY, BODY, now));
    }

    #[test]
    fn a_shared_secret_is_known_in_three_places() {
        let secret = "0123456789abcdef01234567";
        let basic = format!("Basic {}", STANDARD.encode(format!("hook:{secret}")));
        assert!(
            is_known(secret, &format!("Bearer {secret}"), "")
                && is_known(secret, &basic, "")
                && is_known(secret, "", secret)
        );
        assert!(
            !is_known(secret, "", "")
                && !is_known(secret, "Bearer ", "0123456789abcdef0123456")
                && !is_known("short", "Bearer short", "short")
        );
    }
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{MyMail, PausedPeople};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use serde_json::json;

    pub fn mine(schemas: &mut Schemas) -> Operation {
        Operation::new("myMail", "inbox", "Whether nothing is mailed to me, since my address has bounced.")
            .replies(200, "Since when and why.", schemas.of::<MyMail>())
            .refuses(&[503])
    }

    pub fn resume_mine(_schemas: &mut Schemas) -> Operation {
        Operation::new("resumeMyMail", "inbox", "Try my address again.")
            .replies_empty(204, "Mails are sent again.")
            .refuses(&[503])
    }

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("pausedMail", "system", "Whose addresses nothing is mailed to.")
            .detail("Security mails are not sent there either.")
            .replies(200, "The latest first.", schemas.of::<PausedPeople>())
            .refuses(&[503])
    }

    pub fn resume(_schemas: &mut Schemas) -> Operation {
        Operation::new("resumeMail", "system", "Try somebody's address again.")
            .replies_empty(204, "Mails are sent again.")
            .refuses(&[503])
    }

    pub fn told(_schemas: &mut Schemas) -> Operation {
        Operation::new("mailEvents", "system", "What a mail provider tells of mails that it had taken: Resend, Postmark, Brevo.")
            .detail("Signed as Svix does where the secret begins with `whsec_`; else the secret is a bearer's token, a password or in the address.")
            .query("secret", json!({ "type": "string" }), "The secret, for providers that can send no header.")
            .replies_empty(204, "It is understood, or of no concern.")
            .refuses(&[400, 401, 404, 503])
    }
}
