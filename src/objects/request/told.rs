//! What a request's object remembers of whom it has told, besides what its events owe.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use base::ids::UserId;
use base::time::Timestamp;

use crate::domain::request::due::Reminders;

/// What a request's object knows of whom it has told.
#[derive(Default)]
pub(super) struct Told {
    /// What SQLite has of what was told of the due time: unknown, nothing, or this.
    pub(super) reminders: Cell<Option<Option<Reminders>>>,
    /// Nobody is told that it is due before: when that has failed.
    pub(super) not_before: Cell<Timestamp>,
    /// Who has been told what, while not everybody has been who is to be.
    pub(super) already: RefCell<BTreeSet<(UserId, String)>>,
}

impl Told {
    /// What SQLite has now.
    pub(super) fn keep(&self, reminders: Reminders) {
        self.reminders.set(Some(Some(reminders)));
    }
}
