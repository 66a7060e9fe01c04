//! The release before and the release after, in builds with faults on demand only: what is stored and what is said is
//! written as either of them writes it, so that what one wrote is read by the other.
//!
//! The older release does not know the optional fields: it leaves them out. The newer one adds a field to everything,
//! owes events to a destination more, and has new words for some messages and for a refusal, which the older one cannot
//! read. The variable `RELEASE` says who speaks: `older`, `newer`, or `mixed`: then each call is made by either, and
//! each object is one of them, as while a release is being rolled out. Without it nothing is written otherwise.
//!
//! What the older release reads, it reads by the product's own code: there is no other reader here.

use std::borrow::Cow;
use std::cell::Cell;

use base::time::Timestamp;
use js_sys::{Math, Reflect, global};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use crate::outbox::{Destination, Offsets};

/// What the newer release adds to every object.
const ADDED: &str = "added_by_the_newer_release";
/// What it appends to a word that it has changed.
const ANEW: &str = "_anew";
/// The refusal that it has another word for.
const CHANGED_REFUSAL: &str = "invalid_transition";
/// Where that is in a reply.
const REFUSAL: &str = "/refused/refusal";
/// Whom it owes events, too.
const ADDED_DESTINATION: &str = "destination_of_the_newer_release";

thread_local! {
    /// The messages that it has another word for: the product says which.
    static CHANGED_MESSAGES: Cell<&'static [&'static str]> = const { Cell::new(&[]) };
}

/// Says which messages the newer release has another word for.
pub fn change(messages: &'static [&'static str]) {
    CHANGED_MESSAGES.set(messages);
}

/// Who writes or reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The one that this source is, and no other.
    This,
    /// The one before.
    Older,
    /// The one after.
    Newer,
}

/// Whoever makes the next call, or writes next.
pub fn speaker() -> Release {
    chosen(Math::random() < 0.5)
}

/// The release of the object with this id.
pub fn of_object(id: &str) -> Release {
    chosen(id.bytes().fold(0_u8, u8::wrapping_add) % 2 == 0)
}

fn chosen(older: bool) -> Release {
    let named = Reflect::get(&global(), &JsValue::from_str("durable_release")).ok().and_then(|name| name.as_string());
    match (named.as_deref(), older) {
        (Some("older"), _) | (Some("mixed"), true) => Release::Older,
        (Some("newer"), _) | (Some("mixed"), false) => Release::Newer,
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
    let Ok(mut json) = serde_json::from_str(&text) else { return text };
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
pub fn spoken(text: String) -> (String, Release) {
    let by = speaker();
    (sent(text, by), by)
}

fn sent(text: String, by: Release) -> String {
    rewritten(text, by, |envelope, by| {
        rewrite(envelope, by);
        rewrite(&mut envelope["cx"], by);
        let Some(message) = envelope["message"].as_object_mut() else { return };
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
    if by == Release::Newer && reply.pointer(REFUSAL).is_some_and(|word| *word == CHANGED_REFUSAL) {
        reply["refused"]["refusal"] = json!(format!("{CHANGED_REFUSAL}{ANEW}"));
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

/// The newer release owes the event to one more.
pub fn owe<D: Destination>(offsets: &mut Offsets<D>, seq: i64, now: Timestamp) {
    if speaker() == Release::Newer {
        let line = json!({ "destination": ADDED_DESTINATION, "owed_seq": seq, "next_attempt_ms": now.as_ms() });
        offsets.owe_unknown(line);
    }
}
