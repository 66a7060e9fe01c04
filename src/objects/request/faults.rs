//! Faults on demand, in builds with the feature `fault-injection` only: they show what a trap costs.

use crate::domain::request::{Event, EventBody};

/// A comment that says this panics in the middle of its transaction.
pub const PANIC_IN_TRANSACTION: &str = "fault: panic in the transaction";

/// Panics when the event asks for it.
pub fn in_transaction(event: &Event) {
    if let EventBody::Commented { body, .. } = &event.body {
        assert!(body != PANIC_IN_TRANSACTION, "injected");
    }
}
