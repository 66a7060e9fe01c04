//! The HTTP APIs of mail services, as far as a client needs them: Resend's, Postmark's and Brevo's form of one call. It keeps what
//! it takes beside what came by SMTP, and fails in the same moods.

use serde_json::{Value, json};

use super::received::Received;
use super::{Mood, Shared};

/// A call: its path, headers in lower case, and its body.
pub(super) struct Call<'a> {
    pub(super) path: &'a str,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: &'a str,
}

/// The status and the answer; `None` where the connection ends without one.
pub(super) fn answer(shared: &Shared, call: &Call<'_>) -> Option<(&'static str, Value)> {
    let header = |name: &str| call.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let body: Value = serde_json::from_str(call.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (key, from, to, subject, words, html, headers) = match call.path {
        "/emails" => {
            let key = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
            (key, &body["from"], &body["to"][0], &body["subject"], &body["text"], &body["html"], &body["headers"])
        }
        "/email" => {
            let key = header("x-postmark-server-token");
            (key, &body["From"], &body["To"], &body["Subject"], &body["TextBody"], &body["HtmlBody"], &body["Headers"])
        }
        "/v3/smtp/email" => {
            let (key, to) = (header("api-key"), &body["to"][0]["email"]);
            let words = (&body["textContent"], &body["htmlContent"]);
            (key, &body["sender"]["email"], to, &body["subject"], words.0, words.1, &body["headers"])
        }
        _ => return Some(("404 Not Found", json!({ "message": "There is no such call." }))),
    };
    let account = shared.settings.account.as_ref();
    let unknown = ("401 Unauthorized", json!({ "message": "API key is invalid", "Message": "Token is invalid" }));
    if account.is_some_and(|(_, password)| key != Some(password)) {
        return Some(unknown);
    }
    let received = Received {
        from: text(from),
        to: text(to),
        subject: text(subject),
        headers: named(headers),
        text: text(words),
        html: text(html),
        ..Received::default()
    };
    if received.to.is_empty() || received.subject.is_empty() || (received.text.is_empty() && received.html.is_empty()) {
        return Some(("422 Unprocessable Content", json!({ "message": "Something is missing", "ErrorCode": 300 })));
    }
    match shared.mood() {
        Mood::WrongPassword => Some(unknown),
        Mood::Busy | Mood::Full => Some(("429 Too Many Requests", json!({ "message": "Too many requests" }))),
        Mood::NobodyHere => {
            Some(("422 Unprocessable Content", json!({ "ErrorCode": 406, "Message": "Inactive recipient" })))
        }
        Mood::Spam => Some(("422 Unprocessable Content", json!({ "message": "Not wanted here" }))),
        Mood::HangsUp | Mood::Dead | Mood::Away => None,
        Mood::LosesAnswer => {
            shared.keep(Received { answer_lost: true, ..received });
            None
        }
        Mood::Fair | Mood::Stalled => {
            let id = received.header("X-CepatEdge-Id").unwrap_or_default().to_owned();
            shared.keep(received);
            let named = match call.path {
                "/emails" => json!({ "id": id }),
                "/email" => json!({ "ErrorCode": 0, "Message": "OK", "MessageID": id }),
                _ => json!({ "messageId": id }),
            };
            Some(("200 OK", named))
        }
    }
}

/// Headers as an object, or as a list of names and values.
fn named(headers: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match headers {
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        Value::Array(list) => list.iter().map(|header| (text(&header["Name"]), text(&header["Value"]))).collect(),
        _ => Vec::new(),
    }
}
