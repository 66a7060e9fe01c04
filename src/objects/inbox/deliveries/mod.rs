//! Tells PostgreSQL what has become of the mails and messages of this inbox, for the lists of administrators; and takes their word on
//! what is stuck.
//!
//! Architecture invariant: the inbox is authoritative. The list may be behind; what it says last is what the inbox says.

pub mod store;

use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::clock;

use super::api::Again;
use super::{InboxObject, store as inbox};
use crate::db::statements::deliveries::ReportDeliveries;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;

/// So many are told at once.
const AT_ONCE: i64 = 100;

/// What is left untold, since the object died or something was away, is told after so long, in milliseconds.
const REST_MS: i64 = 60_000;

impl InboxObject {
    /// Tells PostgreSQL what it has not been told.
    pub(super) async fn report(self: Rc<Self>) {
        if self.is_reporting.replace(true) {
            return;
        }
        self.no_report_before.set(clock::now().plus_ms(REST_MS));
        if let Err(refusal) = self.report_all().await {
            worker::console_log!("what became of mails will be told again: {refusal}");
        }
        self.is_reporting.set(false);
        self.state.alarm.set_by(self.next());
    }

    async fn report_all(&self) -> Result<(), Refusal> {
        if !self.state.db.exists()? {
            return Ok(());
        }
        let Some(person) = inbox::person(&self.state.db)? else { return Ok(()) };
        let cx = CallContext::system(person.org.clone(), clock::trace());
        loop {
            let reports = store::untold(&self.state.db, person.user, AT_ONCE)?;
            if reports.is_empty() {
                return Ok(());
            }
            let message = ReportDeliveries { rows: reports.iter().map(|(_, report)| report.clone()).collect() };
            query(&self.state.env, message, &cx).await?;
            self.state.db.atomically(|write| store::told(write, &reports))?;
        }
    }

    /// What has become of it is told behind the sending, which is over soon; the alarm is for where it ends with the object.
    pub(super) fn report_behind(&self) {
        self.no_report_before.set(clock::now().plus_ms(REST_MS));
    }

    /// When something is to be told that was not.
    pub(super) fn next_report(&self) -> Option<Timestamp> {
        let is_untold = store::is_untold(&self.state.db).unwrap_or_else(|error| {
            worker::console_error!("an inbox cannot be read: {error}");
            false
        });
        is_untold.then(|| self.no_report_before.get())
    }

    /// Has what is stuck tried again, or gives it up. What was read in the app meanwhile is not sent, and then given up.
    pub(super) fn try_again(&self, message: &Again) -> Result<(), Refusal> {
        let Again { notice, device, give_up } = message;
        let state = if self.state.db.exists()? { store::state(&self.state.db, notice, device.as_ref())? } else { None };
        let state = state.ok_or(Refusal::NotFound)?;
        if !state.is_stuck() {
            let why = format!("It is {state}: only what was refused or parked can be sent again or given up.");
            return Err(Refusal::conflict("not_stuck", why));
        }
        let due = (!give_up).then(clock::now);
        self.state.db.atomically(|write| store::again(write, notice, device.as_ref(), due))?;
        Ok(())
    }
}
