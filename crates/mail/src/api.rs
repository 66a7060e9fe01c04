//! HTTP APIs of mail services: one call with a JSON body, in the form of the service. Which form, the host tells, or `?form=`.
//!
//! Pure: what is asked and what the answer means. The call itself is made by the platform.

use std::fmt;

use serde::Deserialize;
use url::Url;

use crate::message::{Mail, Mailbox};
use crate::mime::plain;
use crate::outcome::{Failure, Outcome, Step, one_line};
use crate::url::{UrlError, decoded, is_loopback};

/// Postmark's error codes for an address that it does not send to: no such mailbox, or one that has bounced before.
const POSTMARK_RECIPIENT: [i64; 2] = [300, 406];

/// What a service wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `resend.com`, and services that took over its form. It remembers ids for a day: the same mail again is not sent again.
    Resend,
    /// `postmarkapp.com`.
    Postmark,
    /// `brevo.com`.
    Brevo,
}

/// An HTTP API and its key. Its `Debug` does not show the key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiUrl {
    url: String,
    host: String,
    key: String,
    form: Form,
}

/// A call to be made: a POST of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// Names and values, besides `Content-Type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON.
    pub body: String,
}

impl ApiUrl {
    /// Parses `https://:key@host/path?form=…`. The form of the services that are known need not be told, nor their path.
    ///
    /// # Errors
    /// What is wrong, without the URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| UrlError::Malformed)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if host.is_empty() {
            return Err(UrlError::Missing("host"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(UrlError::Insecure),
            _ => return Err(UrlError::Scheme),
        }
        let key = decoded(url.password().filter(|key| !key.is_empty()).unwrap_or(url.username()), "key")?;
        if key.is_empty() || !key.is_ascii() {
            return Err(if key.is_empty() { UrlError::Missing("key") } else { UrlError::Text("key") });
        }
        let named = url.query_pairs().find(|(name, _)| name == "form").map(|(_, form)| form.into_owned());
        let form = Form::of(named.as_deref().unwrap_or(&host)).ok_or(UrlError::Form)?;
        if matches!(url.path(), "" | "/") {
            url.set_path(form.path());
        }
        // A URL of the web always has a place for these.
        let _ = (url.set_username(""), url.set_password(None));
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url: url.into(), host, key, form })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The call that sends this mail.
    #[must_use]
    pub fn call(&self, mail: &Mail) -> Call {
        let (from, to) = (json(&one(&mail.from)), json(&one(&mail.to)));
        let (subject, text, html) = (json(&plain(&mail.subject)), json(&mail.text), json(&mail.html));
        let headers: Vec<_> = mail.headers().into_iter().map(|(name, value)| (name, json(&value))).collect();
        let (header, body) = match self.form {
            Form::Resend => {
                let (to, headers) = (format!("[{to}]"), object(headers));
                let parts = [
                    ("from", from),
                    ("to", to),
                    ("subject", subject),
                    ("text", text),
                    ("html", html),
                    ("headers", headers),
                ];
                (("Authorization", format!("Bearer {}", self.key)), object(parts))
            }
            Form::Postmark => {
                let pair = |(name, value): (&str, String)| object([("Name", json(name)), ("Value", value)]);
                let headers = format!("[{}]", headers.into_iter().map(pair).collect::<Vec<_>>().join(","));
                let parts = [
                    ("From", from),
                    ("To", to),
                    ("Subject", subject),
                    ("TextBody", text),
                    ("HtmlBody", html),
                    ("MessageStream", json("outbound")),
                    ("Headers", headers),
                ];
                (("X-Postmark-Server-Token", self.key.clone()), object(parts))
            }
            Form::Brevo => {
                let (to, headers) = (format!("[{}]", mailbox_json(&mail.to)), object(headers));
                let parts = [
                    ("sender", mailbox_json(&mail.from)),
                    ("to", to),
                    ("subject", subject),
                    ("textContent", text),
                    ("htmlContent", html),
                    ("headers", headers),
                ];
                (("api-key", self.key.clone()), object(parts))
            }
        };
        let idempotency = ("Idempotency-Key", mail.id.as_str().to_owned());
        Call { url: self.url.clone(), headers: vec![header, idempotency], body }
    }

    /// What an answer means. One that never came is [`Outcome::Unknown`]: whether the call arrived, nobody can tell.
    #[must_use]
    pub fn outcome(&self, status: u16, body: &str) -> Outcome {
        let answer: Answer = base::json::from_str(body).unwrap_or_default();
        if (200..300).contains(&status) && answer.code() == 0 {
            let id = answer.id.or(answer.message_id).or(answer.brevo_id).unwrap_or_default();
            return Outcome::Taken { answer: one_line(&format!("{status} {id}")) };
        }
        let code = answer.code();
        let detail = answer.message.or(answer.postmark_message).unwrap_or_else(|| body.to_owned());
        let detail = one_line(&detail).replace(&self.key, "…");
        let step = match status {
            401 | 403 | 404 => Step::SignIn,
            _ if POSTMARK_RECIPIENT.contains(&code) => Step::Recipient,
            _ => Step::Content,
        };
        let failure = Failure { step, code: Some(status), enhanced: None, detail };
        match status {
            408 | 409 | 425 | 429 | 503 => Outcome::Later(failure),
            // Somebody on the way gave up, or the service did in the middle of it.
            500.. => Outcome::Unknown(failure),
            _ => Outcome::Refused(failure),
        }
    }
}

impl Form {
    fn of(name: &str) -> Option<Self> {
        match name {
            "resend" | "api.resend.com" => Some(Self::Resend),
            "postmark" | "api.postmarkapp.com" => Some(Self::Postmark),
            "brevo" | "api.brevo.com" => Some(Self::Brevo),
            _ => None,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Resend => "/emails",
            Self::Postmark => "/email",
            Self::Brevo => "/v3/smtp/email",
        }
    }
}

impl fmt::Debug for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiUrl").field("url", &self.url).field("form", &self.form).finish_non_exhaustive()
    }
}

/// The answers of all of them: each names its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    id: Option<String>,
    #[serde(rename = "MessageID")]
    message_id: Option<String>,
    #[serde(rename = "messageId")]
    brevo_id: Option<String>,
    #[serde(rename = "ErrorCode")]
    error_code: Option<i64>,
    message: Option<String>,
    #[serde(rename = "Message")]
    postmark_message: Option<String>,
}

impl Answer {
    fn code(&self) -> i64 {
        self.error_code.unwrap_or_default()
    }
}

/// As one text. In JSON a name needs no encoded words, but its quotes.
fn one(of: &Mailbox) -> String {
    let (name, address) = (plain(&of.name), of.address.as_str());
    if name.is_empty() {
        return address.to_owned();
    }
    format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An address and, where there is one, its name: as an object.
#[must_use]
pub fn mailbox_json(of: &Mailbox) -> String {
    let (name, address) = (plain(&of.name), ("email", json(of.address.as_str())));
    if name.is_empty() { object([address]) } else { object([("name", json(&name)), address]) }
}

/// A text as JSON.
#[must_use]
pub fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An object of values that are JSON already. Written by hand: what derives and macros make of this is four times as much wasm.
#[must_use]
pub fn object(parts: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let mut out = String::from("{");
    for (name, value) in parts {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&json(name));
        out.push(':');
        out.push_str(&value);
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests;
