//! What the comments of [`super`] do to their object.

use std::rc::Rc;

use base::refusal::Refusal;
use durable::outbox::SeqRange;
use durable::{Object, clock};
use futures::FutureExt;
use futures::future::join;

use super::{DELIVER_AGAIN, DENY, RING_TWICE, TELL_EVERYBODY, TELL_TWICE, asks_for};
use crate::domain::request::{Event, EventBody, MaintenanceRequest, Visibility};
use crate::objects::request::owed::Delivery;
use crate::objects::request::{RequestObject, store};

/// Versions that are delivered again.
const AGAIN: usize = 30;

impl RequestObject {
    /// Tells viewers what they are not to be told.
    pub(in crate::objects::request) fn tell_what_is_asked(
        &self,
        event: &Event,
        json: &str,
        request: &MaintenanceRequest,
    ) {
        if asks_for(event, TELL_TWICE) {
            self.broadcast(event, json, request);
        }
        if asks_for(event, TELL_EVERYBODY) {
            let body = EventBody::Commented { body: String::new(), visibility: Visibility::Public };
            self.broadcast(&Event { body, ..event.clone() }, json, request);
        }
    }

    /// Does what a comment asks for once it is written.
    pub(in crate::objects::request) fn do_what_is_asked(self: &Rc<Self>, json: &str) -> Result<(), Refusal> {
        let Ok(event) = base::json::from_str::<Event>(json) else { return Ok(()) };
        if asks_for(&event, DENY) {
            return Err(Refusal::conflict("denied", "It was done, and is denied."));
        }
        let (object, other) = (self.clone(), self.clone());
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
        let _late = object.to_index(&then, &[], &cx).await;
        if now.number.is_some() {
            let _late = object.to_postgres(&then, tail, &cx).await;
        }
        let _late = object.to_audit(&then, tail, &cx).await;
    }
    Ok(())
}
