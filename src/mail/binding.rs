//! Cloudflare's `send_email` binding. It takes the parts of a mail, makes the MIME and the Message-ID itself, and signs.

use js_sys::Promise;
use mail::api::{json, mailbox_json, object};
use mail::mime::plain;
use mail::platform::Limits;
use mail::{Failure, Mail, Outcome, Step};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

#[wasm_bindgen]
extern "C" {
    /// `sent` and the provider's id, or a code and words, a line apart; `src/mail/provider.js`.
    #[wasm_bindgen(js_name = cepatedge_send_email)]
    fn send_email(env: &Env, name: &str, mail: &str, limit_ms: f64) -> Promise;
}

/// The headers that it takes beside those that begin with `X-`; others are refused (Cloudflare, "Email headers").
const TAKEN: [&str; 5] = ["In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"];

pub(super) async fn send(env: &Env, name: &str, limits: &Limits, mail: &Mail) -> Outcome {
    let limit_ms = limits.content.as_secs_f64() * 1_000.0;
    let answer = JsFuture::from(send_email(env, name, &written(mail), limit_ms)).await;
    let answer = answer.ok().and_then(|answer| answer.as_string()).unwrap_or_default();
    let (code, words) = answer.split_once('\n').unwrap_or_default();
    outcome(code, words)
}

fn written(mail: &Mail) -> String {
    let headers = mail.headers().into_iter();
    let taken = headers.filter(|(name, _)| name.starts_with("X-") || TAKEN.contains(name));
    let from = if mail.from.name.is_empty() { json(mail.from.address.as_str()) } else { mailbox_json(&mail.from) };
    object([
        ("from", from),
        ("to", json(mail.to.address.as_str())),
        ("subject", json(&plain(&mail.subject))),
        ("text", json(&mail.text)),
        ("html", json(&mail.html)),
        ("headers", object(taken.map(|(name, value)| (name, json(&value))))),
    ])
}

fn outcome(code: &str, words: &str) -> Outcome {
    let at = |step| Failure::at(step, format!("{code} {words}"));
    match code {
        "sent" => Outcome::Taken { answer: format!("sent {words}") },
        "E_NO_BINDING" => Outcome::not_set_up("wrangler.toml has no send_email binding of this name"),
        "E_RATE_LIMIT_EXCEEDED" | "E_DAILY_LIMIT_EXCEEDED" => Outcome::Later(at(Step::Content)),
        _ if code.starts_with("E_RECIPIENT") => Outcome::Refused(at(Step::Recipient)),
        _ if code.starts_with("E_SENDER") => Outcome::Refused(at(Step::Sender)),
        _ if code.starts_with("E_HEADER") || code.starts_with("E_VALIDATION") || code.starts_with("E_FIELD") => {
            Outcome::Refused(at(Step::Content))
        }
        // Also what has no code: it may have been sent.
        _ => Outcome::Unknown(at(Step::Content)),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn its_codes_say_whether_to_come_back() {
        assert!(outcome("sent", "abc").is_taken());
        assert!(matches!(outcome("E_DAILY_LIMIT_EXCEEDED", ""), Outcome::Later(_)));
        assert!(outcome("E_RECIPIENT_SUPPRESSED", "").failure().is_some_and(Failure::blames_recipient));
        assert!(outcome("E_SENDER_NOT_VERIFIED", "").failure().is_some_and(Failure::blames_setup));
        assert!(matches!(outcome("E_NO_ANSWER", ""), Outcome::Unknown(_)));
        assert!(matches!(outcome("", "Network connection lost."), Outcome::Unknown(_)));
    }
}
