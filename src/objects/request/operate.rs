//! What operators see of a request's object, and what they make it do.

use std::rc::Rc;

use base::refusal::Refusal;
use durable::Answer;
use durable::outbox::Debt;

use super::api::{Inspection, Poke};
use super::owed::Destination;
use super::{RequestObject, store};

impl RequestObject {
    /// The inside of the object.
    pub(super) fn inspection(&self) -> Result<Inspection, Refusal> {
        let snapshot = serde_json::value::to_raw_value(&self.load()?.as_deref()).map_err(|_| Refusal::Internal)?;
        Ok(Inspection {
            snapshot,
            events: store::count_events(&self.state.db)?,
            outbox: self.outbox.debts(&self.state.db)?,
            viewers: self.sockets.count(),
            storage_bytes: self.state.db.size_bytes(),
        })
    }

    /// Sends what is owed, now.
    pub(super) fn poked(self: Rc<Self>, message: &Poke) -> Answer<Vec<Debt>> {
        let ready = self.outbox.poked(&self.state.db, message.replay).map_err(Refusal::from);
        if let Err(refusal) = ready.and_then(|()| self.owe_what_is_newer(message.synced)) {
            return Answer::Ready(Err(refusal));
        }
        Answer::after(async move {
            self.push_to_index().await;
            self.push_to_others().await;
            Ok(self.outbox.debts(&self.state.db)?)
        })
    }

    /// Heals a read model that has lost what it had acknowledged.
    fn owe_what_is_newer(&self, synced: Option<i64>) -> Result<(), Refusal> {
        let (Some(synced), Some(request)) = (synced, self.load()?) else { return Ok(()) };
        if request.version <= synced {
            return Ok(());
        }
        Ok(self.outbox.owe_again(&self.state.db, Destination::Postgres, synced)?)
    }
}
