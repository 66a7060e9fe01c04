//! The release before and the release after, in builds with faults on demand only: what is stored and what is said is
//! written as either of them writes it, so that what one wrote is read by the other.
//!
//! The older release does not know the optional fields: it leaves them out. The newer one adds a field to everything,
//! owes events to a destination more, and has new words for some messages and for a refusal, which the older one cannot
//! read. The variable `RELEASE` says who is at work: `older`, `newer`, or `mixed`: then each call is made by either, and
//! each object is one of them, as while a release is being rolled out. With `deferred` the Worker is the newer one and
//! every object still the older one, as in the minutes after a deployment, and with `withdrawn` it is the other way
//! round, as after a rollback. Without it nothing is written otherwise.
//!
//! What the older release reads, it reads by the product's own code: there is no other reader here.

use std::borrow::Cow;
use std::cell::Cell;

use js_sys::{Math, Reflect, global};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use worker::Env;

/// What the newer release adds to every object.
const ADDED: &str = "added_by_the_newer_release";
/// What it appends to a word that it has changed.
const ANEW: &str = "_anew";
/// The refusal that it has another word for.
const CHANGED_REFUSAL: &str = "invalid_transition";
/// Where that is in a reply.
const REFUSAL: &str = "/refused/refusal";

thread_local! {
    /// The messages that it has another word for: the product says which.
    static CHANGED_MESSAGES: Cell<&'static [&'static str]> = const { Cell::new(&[]) };
}

/// Says which messages the newer release has another word for.
pub fn change(messages: &'static [&'static str]) {
    CHANGED_MESSAGES.set(messages);
}

/// Who writes or reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The one that this source is, and no other.
    This,
    /// The one before.
    Older,
    /// The one after.
    Newer,
}

/// Who asks which release it is.
#[derive(Clone, Copy)]
enum Part {
    /// The Worker, which calls objects and keeps nothing.
    Worker,
    /// An object; where both releases are at work, it is the older one if this says so.
    Object { older: bool },
}

/// Whichever object replies or writes next.
pub fn speaker() -> Release {
    chosen(Part::Object { older: Math::random() < 0.5 })
}

/// The release of the object with this id.
pub fn of_object(id: &str) -> Release {
    chosen(Part::Object { older: id.bytes().fold(0_u8, u8::wrapping_add) % 2 == 0 })
}

/// Whoever makes a call with these bindings: `runtime/faults.js` marks those of the Worker.
fn caller(env: &Env) -> Release {
    let is_worker = Reflect::get(env, &JsValue::from_str("durable_is_worker")).is_ok_and(|mark| mark.is_truthy());
    chosen(if is_worker { Part::Worker } else { Part::Object { older: Math::random() < 0.5 } })
}

fn chosen(part: Part) -> Release {
    let named = Reflect::get(&global(), &JsValue::from_str("durable_release")).ok().and_then(|name| name.as_string());
    named.map_or(Release::This, |name| at_work(&name, part))
}

fn at_work(named: &str, part: Part) -> Release {
    match (named, part) {
        ("older", _) | ("mixed", Part::Object { older: true }) => Release::Older,
        ("newer", _) | ("mixed", Part::Object { older: false }) => Release::Newer,
        ("deferred", Part::Object { .. }) | ("withdrawn", Part::Worker) => Release::Older,
        ("deferred", Part::Worker) | ("withdrawn", Part::Object { .. }) => Release::Newer,
        _ => Release::This,
    }
}

/// A JSON text as this release writes it, for storage.
pub fn written(text: String) -> String {
    rewritten(text, speaker(), rewrite)
}

fn rewritten(text: String, by: Release, how: impl FnOnce(&mut Value, Release)) -> String {
    if by == Release::This {
        return text;
    }
    let Ok(mut json) = base::json::from_str(&text) else { return text };
    how(&mut json, by);
    json.to_string()
}

/// One object: not what is in it.
fn rewrite(json: &mut Value, by: Release) {
    let Some(fields) = json.as_object_mut() else { return };
    match by {
        Release::This => {}
        Release::Older => fields.retain(|_, value| !value.is_null()),
        Release::Newer => drop(fields.insert(ADDED.to_owned(), json!({ "is": "unknown" }))),
    }
}

/// A call, and by whom it is made.
pub fn spoken(text: String, env: &Env) -> (String, Release) {
    let by = caller(env);
    (sent(text, by), by)
}

fn sent(text: String, by: Release) -> String {
    rewritten(text, by, |envelope, by| {
        rewrite(envelope, by);
        if let Some(context) = envelope.get_mut("cx") {
            rewrite(context, by);
        }
        let Some(message) = envelope.get_mut("message").and_then(Value::as_object_mut) else { return };
        message.values_mut().for_each(|body| rewrite(body, by));
        for word in CHANGED_MESSAGES.get().iter().filter(|_| by == Release::Newer) {
            if let Some(body) = message.remove(*word) {
                message.insert(format!("{word}{ANEW}"), body);
            }
        }
    })
}

/// A reply.
pub fn replied(text: String, by: Release) -> String {
    rewritten(text, by, reply_by)
}

fn reply_by(reply: &mut Value, by: Release) {
    if let Some(reply) = reply.get_mut("ok").filter(|reply| !is_closed(reply)) {
        rewrite(reply, by);
    }
    let refusal = reply.pointer_mut(REFUSAL).filter(|word| by == Release::Newer && **word == CHANGED_REFUSAL);
    if let Some(word) = refusal {
        *word = json!(format!("{CHANGED_REFUSAL}{ANEW}"));
    }
}

/// What nothing can be added to: JSON that its reader hands on as it is, and an enum.
fn is_closed(reply: &Value) -> bool {
    ["id", "kind", "row", "refused"].iter().any(|field| reply.get(field).is_some())
}

/// What was sent, as `by` reads it: the newer release knows the older one's words, too.
pub fn read(text: &str, by: Release) -> Cow<'_, str> {
    match by {
        Release::Newer => Cow::Owned(text.replace(&format!("{ANEW}\":"), "\":").replace(&format!("{ANEW}\","), "\",")),
        Release::Older | Release::This => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: Part = Part::Object { older: true };

    #[test]
    fn objects_stay_the_older_release_for_a_while_behind_a_worker_that_is_the_newer_one() {
        assert_eq!([Part::Worker, OBJECT].map(|part| at_work("deferred", part)), [Release::Newer, Release::Older]);
        assert_eq!([Part::Worker, OBJECT].map(|part| at_work("withdrawn", part)), [Release::Older, Release::Newer]);
    }

    #[test]
    fn what_the_newer_release_says_is_no_message_to_the_older_one_but_to_itself_the_same() {
        change(&["comment"]);
        let said = json!({ "to": "o/1", "cx": {}, "message": { "comment": { "body": "Once." } } }).to_string();
        let sent = sent(said, Release::Newer);
        let of = |text: &str| serde_json::from_str::<Value>(text).unwrap()["message"].clone();
        assert_eq!(of(&read(&sent, Release::Older))["comment"], Value::Null);
        assert_eq!(of(&read(&sent, Release::Newer))["comment"]["body"], "Once.");
    }

    #[test]
    fn a_refusal_in_new_words_is_an_unknown_word_to_the_older_release() {
        let refused = json!({ "refused": { "refusal": CHANGED_REFUSAL, "to": "approved" } }).to_string();
        let reply = replied(refused.clone(), Release::Newer);
        assert_ne!(reply, refused);
        assert_eq!(read(&reply, Release::Newer), refused);
    }
}
