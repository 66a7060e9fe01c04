//! What a provider tells afterwards (webhooks): mails that bounced, and whose reader took them for spam. Postmark's, Brevo's and Resend's
//! form; which one it is, its own fields tell.
//!
//! Pure and total: whatever JSON comes, it gives what it understands of it. Only what is final counts: a mailbox that is full today has room
//! tomorrow.

use base::time::Timestamp;
use serde_json::Value;

use crate::outcome::one_line;

/// Why nothing more should be sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no such mailbox, or it refuses for good.
    Bounced,
    /// Its owner took a mail for spam.
    Complained,
}

impl Why {
    /// As it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }
}

/// Something final about an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// The address.
    pub address: String,
    /// Why.
    pub why: Why,
    /// When it happened; `None` where the provider does not say so.
    pub at: Option<Timestamp>,
    /// The provider's own words, one line.
    pub words: String,
}

/// The final ones of what a provider tells: of one event, or of a list.
#[must_use]
pub fn read(told: &Value) -> Vec<Event> {
    match told {
        Value::Array(list) => list.iter().flat_map(one).collect(),
        one_event => one(one_event),
    }
}

fn one(told: &Value) -> Vec<Event> {
    if told.get("RecordType").is_some() {
        return postmark(told).into_iter().collect();
    }
    match told.get("data") {
        Some(data) if told.get("type").is_some() => resend(told, data),
        _ => brevo(told).into_iter().collect(),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn event(address: &str, why: Why, at: Option<Timestamp>, words: &str) -> Option<Event> {
    let address = address.trim();
    // `Name <address>` is how some tell it.
    let address = address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>')).trim();
    address.contains('@').then(|| Event { address: address.to_owned(), why, at, words: one_line(words) })
}

/// Bounces, spam complaints, and what Postmark itself no longer sends to.
fn postmark(told: &Value) -> Option<Event> {
    let is_true = |name: &str| told.get(name).and_then(Value::as_bool).unwrap_or_default();
    let time = |name: &str| Timestamp::parse_rfc3339(text(told, name)).ok();
    let words = format!("{} {}", text(told, "Type"), text(told, "Description"));
    match text(told, "RecordType") {
        "Bounce" if is_true("Inactive") || matches!(text(told, "Type"), "HardBounce" | "BadEmailAddress") => {
            event(text(told, "Email"), Why::Bounced, time("BouncedAt"), &words)
        }
        "SpamComplaint" => event(text(told, "Email"), Why::Complained, time("BouncedAt"), &words),
        "SubscriptionChange" if is_true("SuppressSending") => {
            let reason = text(told, "SuppressionReason");
            let why = if reason == "SpamComplaint" { Why::Complained } else { Why::Bounced };
            event(text(told, "Recipient"), why, time("ChangedAt"), reason)
        }
        _ => None,
    }
}

fn brevo(told: &Value) -> Option<Event> {
    let why = match text(told, "event") {
        "hard_bounce" | "invalid_email" | "blocked" => Why::Bounced,
        "spam" | "complaint" => Why::Complained,
        _ => return None,
    };
    let whole = |name: &str| told.get(name).and_then(Value::as_i64);
    let at_ms =
        whole("ts_epoch").or_else(|| whole("ts_event").or_else(|| whole("ts")).map(|s| s.saturating_mul(1_000)));
    event(text(told, "email"), why, at_ms.map(Timestamp::from_ms), text(told, "reason"))
}

fn resend(told: &Value, data: &Value) -> Vec<Event> {
    let bounce = data.get("bounce").unwrap_or(&Value::Null);
    let (why, words) = match text(told, "type") {
        // `Transient` and `Undetermined` say nothing final.
        "email.bounced" if text(bounce, "type") == "Permanent" => (Why::Bounced, text(bounce, "message")),
        "email.suppressed" => (Why::Bounced, "on the provider's list of addresses that it does not send to"),
        "email.complained" => (Why::Complained, ""),
        _ => return Vec::new(),
    };
    let at = Timestamp::parse_rfc3339(text(told, "created_at")).ok();
    let to = data.get("to").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    to.iter().filter_map(|to| event(to.as_str()?, why, at, words)).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn told(value: &Value) -> Vec<(String, Why)> {
        read(value).into_iter().map(|event| (event.address, event.why)).collect()
    }

    #[test]
    fn postmark_tells_of_bounces_by_their_type() {
        let bounce = |kind: &str, inactive: bool| {
            json!({ "RecordType": "Bounce", "Type": kind, "TypeCode": 1, "Email": "rina@example.com", "Inactive": inactive,
                    "Description": "The server was unable\r\nto deliver", "BouncedAt": "2026-11-29T10:00:00.1234567Z" })
        };
        assert_eq!(told(&bounce("HardBounce", false)), [("rina@example.com".into(), Why::Bounced)]);
        assert_eq!(told(&bounce("SoftBounce", true)), [("rina@example.com".into(), Why::Bounced)]);
        for passing in ["SoftBounce", "Transient", "AutoResponder", "DnsError"] {
            assert_eq!(told(&bounce(passing, false)), [], "{passing}");
        }
        let event = read(&bounce("HardBounce", false)).remove(0);
        assert_eq!(event.words, "HardBounce The server was unable to deliver");
        assert_eq!(event.at, Some(Timestamp::from_ms(1_795_946_400_123)));
        let spam = json!({ "RecordType": "SpamComplaint", "Email": "rina@example.com" });
        assert_eq!(told(&spam), [("rina@example.com".into(), Why::Complained)]);
        assert_eq!(told(&json!({ "RecordType": "Open", "Email": "rina@example.com" })), []);
    }

    #[test]
    fn brevo_tells_by_one_word() {
        let of = |word: &str| json!({ "event": word, "email": "rina@example.com", "ts_event": 1_795_946_400, "reason": "no such user" });
        assert_eq!(told(&of("hard_bounce")), [("rina@example.com".into(), Why::Bounced)]);
        assert_eq!(told(&of("spam")), [("rina@example.com".into(), Why::Complained)]);
        assert_eq!(read(&of("hard_bounce"))[0].at, Some(Timestamp::from_ms(1_795_946_400_000)));
        for passing in ["soft_bounce", "deferred", "delivered", "opened", "unsubscribed", ""] {
            assert_eq!(told(&of(passing)), [], "{passing}");
        }
        assert_eq!(told(&json!([of("hard_bounce"), of("delivered"), of("spam")])).len(), 2);
    }

    #[test]
    fn resend_tells_of_what_is_permanent() {
        let of = |kind: &str, bounce: Value| {
            json!({ "type": kind, "created_at": "2026-11-29T10:00:00.000Z",
                    "data": { "email_id": "x", "to": ["Rina <rina@example.com>", "tono@example.com"], "bounce": bounce } })
        };
        let both = [("rina@example.com".to_owned(), Why::Bounced), ("tono@example.com".to_owned(), Why::Bounced)];
        assert_eq!(told(&of("email.bounced", json!({ "type": "Permanent", "message": "gone" }))), both);
        assert_eq!(told(&of("email.bounced", json!({ "type": "Transient" }))), []);
        assert_eq!(told(&of("email.delivered", Value::Null)), []);
        assert_eq!(told(&of("email.complained", Value::Null)).len(), 2);
    }

    proptest! {
        #[test]
        fn any_json_is_read_without_a_panic(text in "[\\[\\]{}\":,a-zA-Z0-9 .]{0,80}") {
            if let Ok(value) = base::json::from_str::<Value>(&text) {
                let _ = read(&value);
            }
        }
    }
}
