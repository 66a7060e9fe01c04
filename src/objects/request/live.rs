//! A request's live viewers: what they missed, and every event as it happens.
//!
//! Architecture invariant: a viewer gets an event if and only if the timeline would show it to them.

use std::collections::HashMap;

use base::ids::UserId;
use base::refusal::Refusal;
use durable::sockets::Socket;
use js_sys::JsString;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{RequestObject, store};
use crate::domain::request::policy::{last_event, may_read};
use crate::domain::request::{Event, MaintenanceRequest, Visibility, may_see, sees_internal};
use crate::domain::user::Caller;
use crate::domain::user::Role;
use crate::objects::viewer::SESSION_ENDED;

/// Events are replayed in slices of this many.
const REPLAY_SLICE: i64 = 200;

/// A message to a viewer.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message<'a> {
    /// Something happened.
    Event { event: &'a RawValue, request: &'a RawValue },
    /// The viewer has everything up to `version`.
    Ready { version: i64, request: &'a RawValue },
}

impl RequestObject {
    /// Sends a new viewer what came behind `after`, and then that it is up to date. Nothing can happen in between: all of
    /// it is one turn of the object.
    pub(super) fn replay(
        &self,
        socket: &Socket,
        after: i64,
        request: &MaintenanceRequest,
        caller: &Caller,
    ) -> Result<(), Refusal> {
        let record = self.record(request, caller)?;
        let mut after = after;
        loop {
            let events = store::events_after(&self.state.db, after, sees_internal(caller.role), REPLAY_SLICE)?;
            let Some((last, _)) = events.last() else { break };
            after = *last;
            for (_, json) in events {
                let event = RawValue::from_string(json).map_err(|_| Refusal::Internal)?;
                say(socket, &Message::Event { event: &event, request: &record });
            }
        }
        let version = last_event(request, caller).version;
        say(socket, &Message::Ready { version, request: &record });
        Ok(())
    }

    /// Shows how the request looks now to everyone who may know of what has changed, though it is no event.
    pub(super) fn show_again(&self, request: &MaintenanceRequest, visibility: Visibility) {
        for (socket, viewer) in self.sockets.viewers().iter() {
            let caller = &viewer.caller;
            if !may_see(request, caller) || !may_read(caller.role, visibility) {
                continue;
            }
            let Ok(record) = self.record(request, caller) else { continue };
            say(socket, &Message::Ready { version: last_event(request, caller).version, request: &record });
        }
    }

    /// Tells everyone who may know, and ends the sockets of those to whom the request is not theirs any more. The record is written once
    /// for each different viewer.
    pub(super) fn broadcast(&self, event: &Event, json: &str, request: &MaintenanceRequest) {
        let viewers = self.sockets.viewers();
        if viewers.is_empty() {
            return;
        }
        let Ok(event_json) = RawValue::from_string(json.to_owned()) else { return };
        let internal = event.visibility() == Visibility::Internal;
        let mut texts: HashMap<(UserId, Role), Option<JsString>> = HashMap::new();
        for (socket, viewer) in viewers.iter() {
            let caller = &viewer.caller;
            if !may_see(request, caller) {
                socket.end(SESSION_ENDED, "not theirs any more");
                continue;
            }
            if internal && !sees_internal(caller.role) {
                continue;
            }
            let text = texts.entry((caller.user.id, caller.role)).or_insert_with(|| {
                let record = self.record(request, caller).ok()?;
                serde_json::to_string(&Message::Event { event: &event_json, request: &record }).ok().map(JsString::from)
            });
            if let Some(text) = text {
                socket.send(text);
            }
        }
    }
}

fn say(socket: &Socket, message: &Message<'_>) {
    if let Ok(text) = serde_json::to_string(message) {
        socket.send(&text.into());
    }
}
