//! Mail on its way out: which provider, who sends, and what became of it. The letters themselves are in [`letters`].
//!
//! The deployment says it in two words: `MAIL_URL` (a secret) and `MAIL_FROM`, in whose place the setting `mail_from` may be. Without the
//! first, mail is off, and everything that would send one says so and works without.
//!
//! [`send`] tries once. Whoever must not lose a mail keeps it in an outbox until the outcome is one that ends it, and sends it again
//! under the same id.

mod binding;
pub mod dns;
mod edge;
mod http;
pub mod letters;

use base::time::Timestamp;
use js_sys::Reflect;
use mail::api::ApiUrl;
use mail::platform::Limits;
use mail::smtp;
use mail::url::{SmtpUrl, UrlError};
use mail::{Mail, MailId, Mailbox, Outcome, Unsubscribe};
use wasm_bindgen::JsValue;
use worker::Env;

use edge::Edge;
use letters::Letter;

/// Whether mail is on, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Nobody has set it up.
    Off,
    /// Somebody has, and it makes no sense; why, for the operator.
    Unusable(String),
    /// It is.
    On(Mailer),
}

/// A provider, and who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailer {
    /// The way to the provider.
    pub transport: Transport,
    /// Who sends.
    pub from: Mailbox,
}

/// The way to a provider. Its `Debug` shows no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// SMTP over a socket.
    Smtp(SmtpUrl),
    /// A JSON API over HTTPS.
    Api(ApiUrl),
    /// Cloudflare's `send_email` binding of this name.
    Binding(String),
    /// Nowhere: the Worker's log says that there was one.
    Log,
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// What tells it from every other; the same again is the same mail again.
    pub id: MailId,
    /// Who sends, where it is not the deployment's sender.
    pub from: Option<Mailbox>,
    /// To whom.
    pub to: Mailbox,
    /// What it says.
    pub letter: Letter,
    /// When it was made.
    pub at: Timestamp,
    /// The matter that it belongs to, the same for each mail about it; `None` for a mail that stands alone.
    pub thread: Option<MailId>,
    /// Where the reader ends such mails.
    pub unsubscribe: Option<Unsubscribe>,
}

/// Sends a mail, once. `owner` is the id of the object that sends it, and empty in the router. The outcome names no address.
pub async fn send(env: &Env, owner: &str, limits: &Limits, outgoing: Outgoing) -> Outcome {
    match Setting::of(env) {
        Setting::On(mailer) => mailer.send(env, owner, limits, outgoing).await,
        Setting::Off => Outcome::not_set_up("mail is off"),
        Setting::Unusable(why) => Outcome::not_set_up(why),
    }
}

impl Setting {
    /// What the environment says.
    pub fn of(env: &Env) -> Self {
        let text = |name: &str| Reflect::get(env, &JsValue::from_str(name)).ok().and_then(|value| value.as_string());
        Self::parse(text("MAIL_URL").as_deref(), text("MAIL_FROM").as_deref())
    }

    /// Reads `MAIL_URL` and `MAIL_FROM`.
    #[must_use]
    pub fn parse(url: Option<&str>, from: Option<&str>) -> Self {
        let url = url.map(str::trim).unwrap_or_default();
        if url.is_empty() {
            return Self::Off;
        }
        let transport = match Transport::parse(url) {
            Ok(transport) => transport,
            Err(error) => return Self::Unusable(format!("MAIL_URL cannot be used: {error}")),
        };
        match from.and_then(Mailbox::parse) {
            Some(from) => Self::On(Mailer { transport, from }),
            None => {
                Self::Unusable("MAIL_FROM must be an address, such as `Building services <desk@example.com>`".into())
            }
        }
    }

    /// Whether mails are sent.
    #[must_use]
    pub fn is_on(&self) -> bool {
        matches!(self, Self::On(_))
    }
}

impl Transport {
    fn parse(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once(':').ok_or(UrlError::Malformed)?;
        match scheme.to_ascii_lowercase().as_str() {
            "smtp" | "smtps" => SmtpUrl::parse(url).map(Self::Smtp),
            "http" | "https" => ApiUrl::parse(url).map(Self::Api),
            "binding" if !rest.is_empty() => Ok(Self::Binding(rest.to_owned())),
            "binding" => Err(UrlError::Missing("binding")),
            "log" => Ok(Self::Log),
            _ => Err(UrlError::Scheme),
        }
    }

    /// Its kind, as the API calls it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Api(_) => "http",
            Self::Binding(_) => "binding",
            Self::Log => "log",
        }
    }

    /// The provider's host, where there is one.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        match self {
            Self::Smtp(url) => Some(format!("{}:{}", url.host(), url.port())),
            Self::Api(url) => Some(url.host().to_owned()),
            Self::Binding(_) | Self::Log => None,
        }
    }
}

impl Mailer {
    /// As [`send`], by this provider.
    pub async fn send(&self, env: &Env, owner: &str, limits: &Limits, outgoing: Outgoing) -> Outcome {
        let mail = self.mail(outgoing);
        match &self.transport {
            Transport::Smtp(url) => smtp::send(&Edge { owner: owner.to_owned() }, url, limits, &mail).await,
            Transport::Api(url) => http::send(url, limits, &mail).await,
            Transport::Binding(name) => binding::send(env, name, limits, &mail).await,
            Transport::Log => {
                // Neither to whom nor what: a log is read by more people than a mail is.
                worker::console_log!("a mail would have been sent: {}", mail.id.as_str());
                Outcome::Taken { answer: "written to the log".to_owned() }
            }
        }
    }

    fn mail(&self, outgoing: Outgoing) -> Mail {
        let Outgoing { id, from, to, letter, at, thread, unsubscribe } = outgoing;
        let Letter { subject, text, html } = letter;
        let from = from.unwrap_or_else(|| self.from.clone());
        Mail { id, at, from, to, subject, text, html, thread, unsubscribe }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Setting {
        Setting::parse(Some(url), Some("Desk <desk@cepat.example>"))
    }

    #[test]
    fn the_url_says_which_way() {
        for (url, kind, host) in [
            ("smtp://u:p@mail.example", "smtp", Some("mail.example:587")),
            ("smtps://u:p@mail.example", "smtp", Some("mail.example:465")),
            ("https://:key@api.resend.com", "http", Some("api.resend.com")),
            ("binding:EMAIL", "binding", None),
            ("log:", "log", None),
        ] {
            let Setting::On(mailer) = parsed(url) else { panic!("{url}: {:?}", parsed(url)) };
            assert_eq!((mailer.transport.kind(), mailer.transport.host().as_deref()), (kind, host), "{url}");
            assert_eq!(mailer.from.name, "Desk");
        }
    }

    #[test]
    fn mail_is_off_until_somebody_sets_it_up_and_then_says_what_is_wrong() {
        assert_eq!(Setting::parse(None, None), Setting::Off);
        assert_eq!(Setting::parse(Some(" "), Some("a@b.example")), Setting::Off);
        for (url, from) in [
            ("smtp://u:hunter2@mail.example:25", Some("a@b.example")),
            ("gopher://u:hunter2@mail.example", Some("a@b.example")),
            ("binding:", Some("a@b.example")),
            ("hunter2", Some("a@b.example")),
            ("log:", None),
            ("log:", Some("nobody")),
            ("log:", Some("a@b.example\r\nBcc: c@d.example")),
        ] {
            let setting = Setting::parse(Some(url), from);
            assert!(matches!(&setting, Setting::Unusable(why) if !why.contains("hunter2")), "{url}: {setting:?}");
        }
    }
}
