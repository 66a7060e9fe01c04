//! What a request owes and whom: each event to PostgreSQL, to the index and to the audit stream, and in which form.

use std::rc::Rc;

use base::ids::{EntryId, OrgId, TraceId};
use base::words;
use durable::outbox;
use serde_json::{Value, json};

use super::store::StoredEvent;
use crate::domain::delivery;
use crate::domain::delivery::Packed;
use crate::domain::log::{Level, NewEntry};
use crate::domain::notify::is_told;
use crate::domain::request::{Event, EventBody, EventRow, MaintenanceRequest, RequestRow};

words! {
    /// Whom a request's events go to.
    pub enum Destination: "destination" {
        /// The read model, through a DatabaseObject.
        Postgres = "postgres",
        /// The organisation's RequestIndexObject.
        Index = "index",
        /// The `audit` stream.
        Audit = "audit",
        /// The inboxes of those who are told.
        Inbox = "inbox",
        /// The request at the other end of a link.
        Peer = "peer",
    }
}

impl outbox::Destination for Destination {
    const ALL: &'static [Self] = Self::ALL;
}

/// Whom an event is owed to. Inboxes take those that somebody is told of, the other end of a link those that were made here, the others
/// every event.
pub(super) const fn to(event: &EventBody) -> &'static [Destination] {
    use Destination::{Audit, Inbox, Index, Peer, Postgres};
    let is_of_peer =
        matches!(event, EventBody::Linked { theirs: false, .. } | EventBody::Unlinked { theirs: false, .. });
    match (is_told(event), is_of_peer) {
        (true, true) => &[Postgres, Index, Audit, Inbox, Peer],
        (true, false) => &[Postgres, Index, Audit, Inbox],
        (false, true) => &[Postgres, Index, Audit, Peer],
        (false, false) => &[Postgres, Index, Audit],
    }
}

/// The request and its events as PostgreSQL takes them.
pub(super) fn packed(
    request: &MaintenanceRequest,
    events: &[Rc<Delivery>],
    org: &OrgId,
) -> Result<Packed, serde_json::Error> {
    let rows = events.iter().map(|delivery| delivery.row(request, org)).collect::<Result<_, _>>()?;
    Packed::new(&delivery::Delivery { request: Some(RequestRow::new(org, request)?), events: rows, audit: Vec::new() })
}

/// An event on its way out.
pub(super) struct Delivery {
    pub(super) trace: TraceId,
    pub(super) event: Event,
}

impl Delivery {
    pub(super) fn read(stored: &StoredEvent) -> Option<Delivery> {
        let event = base::json::from_str(&stored.json).ok()?;
        Some(Delivery { trace: stored.trace.parse().ok()?, event })
    }

    fn row(&self, request: &MaintenanceRequest, org: &OrgId) -> Result<EventRow, serde_json::Error> {
        EventRow::new(org, request, &self.event, &self.trace)
    }

    pub(super) fn audit_entry(&self, request: &MaintenanceRequest) -> NewEntry {
        let id = EntryId::of_event(request.id.0, request.epoch, self.event.seq);
        let message = format!("request {}", self.event.kind());
        let mut entry = NewEntry::new(id, self.event.ts, Level::Info, &message);
        entry.request_id = Some(self.trace.clone());
        entry.actor = Some(self.event.actor.clone());
        // What people say to each other is not the audit's business; that they did is.
        let body = match &self.event.body {
            EventBody::Commented { visibility, .. } => json!({ "visibility": visibility }),
            other => other.to_body().unwrap_or(Value::Null),
        };
        entry
            .with("action", self.event.kind())
            .with("object", json!({ "type": "request", "id": request.id, "number": request.number }))
            .with("seq", self.event.seq)
            .with("body", body)
    }
}
