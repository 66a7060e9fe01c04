//! The replies that are kept for idempotency keys: a command that comes again under its key is answered as it was, and not carried out.

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{StorageError, Writer, clock};

use super::api::Versioned;
use super::{RequestObject, store};
use crate::objects::context::{CallContext, Idempotency};

/// Kept replies that are too old leave with a write, at most this often, in milliseconds.
const FORGET_EVERY_MS: i64 = 60 * 60 * 1_000;

impl RequestObject {
    pub(super) fn forget_replies(&self, write: &Writer<'_>, now: Timestamp) -> Result<(), StorageError> {
        if self.forgot_at.get().is_none_or(|at| now.ms_since(at) >= FORGET_EVERY_MS) {
            store::forget_replies(write, now)?;
            self.forgot_at.set(Some(now));
        }
        Ok(())
    }

    /// The reply that was kept for this call's idempotency key.
    pub(super) fn replied(&self, cx: &CallContext) -> Result<Option<String>, Refusal> {
        cx.idempotency.as_ref().map_or(Ok(None), |key| store::replied(&self.state.db, key))
    }

    /// The reply to a create: the record as it was then, with its number. Kept, so that a repeated create answers alike.
    pub(super) fn opened(&self, cx: &CallContext) -> Result<Versioned, Refusal> {
        let kept = self.replied(cx)?.unwrap_or_default();
        if !kept.is_empty() {
            return base::json::from_str(&kept).map_err(|_| Refusal::Internal);
        }
        let request = store::as_opened(&self.state.db, &*self.load()?.ok_or(Refusal::Internal)?)?;
        let versioned = self.versioned(&request, cx.require_caller()?)?;
        if let (Some(idempotency), Some(_)) = (&cx.idempotency, &request.number) {
            self.keep_reply(idempotency, &versioned)?;
        }
        Ok(versioned)
    }

    pub(super) fn keep_reply(&self, idempotency: &Idempotency, versioned: &Versioned) -> Result<(), Refusal> {
        let reply = store::json(versioned)?;
        self.state.db.atomically(|write| {
            store::keep_reply(write, idempotency, 1, &reply, clock::now())?;
            Ok(())
        })
    }
}
