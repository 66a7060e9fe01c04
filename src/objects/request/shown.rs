//! What callers are shown of the request: the record, under the rules in force.

use base::refusal::Refusal;
use durable::clock;
use serde_json::value::RawValue;

use super::RequestObject;
use super::api::Versioned;
use crate::domain::request::policy::last_event;
use crate::domain::request::{MaintenanceRequest, Record, RequestRules};
use crate::domain::user::Caller;
use crate::objects::context::CallContext;

impl RequestObject {
    pub(super) fn record(&self, request: &MaintenanceRequest, caller: &Caller) -> Result<Box<RawValue>, Refusal> {
        let record = Record::of(request, caller, clock::now(), &self.rules());
        let record = record.with_thumbnails(&self.files.borrow());
        serde_json::value::to_raw_value(&record).map_err(|_| Refusal::Internal)
    }

    /// Takes over the rules that a call brings, unless newer ones are known.
    pub(super) fn learn(&self, cx: &CallContext) {
        if let Some(rules) = cx.rules.filter(|rules| rules.version >= self.rules.get().version) {
            self.rules.set(rules);
        }
    }

    /// The newest rules that a call has brought: what is decided and what is offered go by the same.
    pub(super) fn rules(&self) -> RequestRules {
        self.rules.get().rules
    }

    pub(super) fn versioned(&self, request: &MaintenanceRequest, caller: &Caller) -> Result<Versioned, Refusal> {
        Ok(Versioned { version: last_event(request, caller).version, record: self.record(request, caller)? })
    }

    /// A refusal that shows the caller how things stand now.
    pub(super) fn with_record(&self, refusal: Refusal, request: &MaintenanceRequest, caller: &Caller) -> Refusal {
        match self.record(request, caller).ok().and_then(|record| base::json::from_str(record.get()).ok()) {
            Some(record) => refusal.with_record(record),
            None => refusal,
        }
    }
}
