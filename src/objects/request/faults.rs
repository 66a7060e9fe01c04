//! Faults on demand, in builds with the feature `fault-injection` only: comments that begin with certain words.
//!
//! Three sorts: a panic, which shows what a trap costs; what a platform does that delivers at least once, which must have no
//! effect; and bugs, by which `cargo xtask torture --planted` proves that its checker finds them.

use std::rc::Rc;

use base::refusal::Refusal;
use durable::outbox::{Offsets, SeqRange};
use durable::release;
use durable::{Object, Writer, clock};
use futures::FutureExt;
use futures::future::join;

use super::deliver::{Delivery, Destination};
use super::{RequestObject, store};
use crate::domain::request::{Event, EventBody, MaintenanceRequest, Visibility};

/// Panics in the middle of its transaction.
const PANIC_IN_TRANSACTION: &str = "fault: panic in the transaction";
/// What was delivered is delivered again, at once and the oldest versions last.
const DELIVER_AGAIN: &str = "fault: deliver again";
/// The alarm rings twice at the same time.
const RING_TWICE: &str = "fault: ring twice";

/// A bug: acknowledged and not written.
const ONLY_REMEMBER: &str = "fault: only remember";
/// A bug: the event is not owed to this destination. The destination's name follows.
const OWE_NOTHING_TO: &str = "fault: owe nothing to ";
/// A bug: the kept reply is not written.
const FORGET_THE_KEY: &str = "fault: forget the key";
/// A bug: the snapshot is not written.
const FORGET_THE_SNAPSHOT: &str = "fault: forget the snapshot";
/// A bug: no viewer is told.
const TELL_NOBODY: &str = "fault: tell nobody";
/// A bug: each viewer is told twice.
const TELL_TWICE: &str = "fault: tell twice";
/// A bug: an internal comment is told to everybody.
const TELL_EVERYBODY: &str = "fault: tell everybody";
/// A bug: done, and answered with a refusal.
const DENY: &str = "fault: deny";

/// Versions that are delivered again.
const AGAIN: usize = 30;

fn asks_for(event: &Event, words: &str) -> bool {
    matches!(&event.body, EventBody::Commented { body, .. } if body.starts_with(words))
}

/// Whether the event is to be in memory alone.
pub fn is_only_remembered(event: &Event) -> bool {
    asks_for(event, ONLY_REMEMBER)
}

/// Whether the viewers are not to be told.
pub fn is_kept_from_viewers(event: &Event) -> bool {
    asks_for(event, TELL_NOBODY)
}

/// Does what the event asks for to what its transaction has written.
pub fn in_transaction(write: &Writer<'_>, offsets: &mut Offsets<Destination>, event: &Event) -> Result<(), Refusal> {
    release::owe(offsets, event.seq, clock::now());
    let EventBody::Commented { body, .. } = &event.body else { return Ok(()) };
    assert!(!body.starts_with(PANIC_IN_TRANSACTION), "injected");
    if let Some(rest) = body.strip_prefix(OWE_NOTHING_TO) {
        offsets.forgive(rest.split(' ').next().unwrap_or_default());
    }
    if body.starts_with(FORGET_THE_KEY) {
        write.run("DELETE FROM idempotency WHERE seq = ?", &[&event.seq])?;
    }
    if body.starts_with(FORGET_THE_SNAPSHOT) {
        write.run(
            "UPDATE request SET snapshot = json_set(snapshot, '$.version', json_extract(snapshot, '$.version') - 1)",
            &[],
        )?;
    }
    Ok(())
}

/// Tells viewers what they are not to be told.
pub fn before_broadcast(object: &RequestObject, event: &Event, json: &str, request: &MaintenanceRequest) {
    if asks_for(event, TELL_TWICE) {
        object.broadcast(event, json, request);
    }
    if asks_for(event, TELL_EVERYBODY) {
        let body = EventBody::Commented { body: String::new(), visibility: Visibility::Public };
        object.broadcast(&Event { body, ..event.clone() }, json, request);
    }
}

/// Does what a comment asks for once it is written.
pub fn behind_comment(object: &Rc<RequestObject>, json: &str) -> Result<(), Refusal> {
    let Ok(event) = serde_json::from_str::<Event>(json) else { return Ok(()) };
    if asks_for(&event, DENY) {
        return Err(Refusal::conflict("denied", "It was done, and is denied."));
    }
    let (object, other) = (object.clone(), object.clone());
    if asks_for(&event, RING_TWICE) {
        clock::in_background(join(object.alarm(), other.alarm()).map(drop));
    } else if asks_for(&event, DELIVER_AGAIN) {
        clock::in_background(async move {
            if let Err(refusal) = deliver_again(&object).await {
                worker::console_error!("nothing was delivered again: {refusal}");
            }
        });
    }
    Ok(())
}

/// Sends old versions to all destinations, the newest first, as if each had been delayed longer than those behind it.
async fn deliver_again(object: &RequestObject) -> Result<(), Refusal> {
    let (Some(now), Some(cx)) = (object.load()?, object.system_context(clock::trace())?) else { return Ok(()) };
    let stored = store::events_owed(&object.state.db, SeqRange { first: 1, last: now.version })?;
    let deliveries: Vec<Rc<Delivery>> = stored.iter().filter_map(Delivery::read).map(Rc::new).collect();
    for length in (1..=deliveries.len()).rev().take(AGAIN) {
        let old = deliveries.get(..length).unwrap_or_default();
        let events = old.iter().map(|delivery| &delivery.event);
        let Some(then) = MaintenanceRequest::replay(now.id, now.epoch, events) else { continue };
        let then = MaintenanceRequest { number: now.number.clone(), ..then };
        let tail = old.get(length.saturating_sub(5)..).unwrap_or_default();
        // Each may fail, as any late delivery may: nobody waits for it.
        let _late = object.to_index(&then, &cx).await;
        if now.number.is_some() {
            let _late = object.to_postgres(&then, tail, &cx).await;
        }
        let _late = object.to_audit(&then, tail, &cx).await;
    }
    Ok(())
}
