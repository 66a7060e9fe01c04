//! What every call between our parts carries: for whom it is made, and in which HTTP request.

use base::ids::{OrgId, SessionName, TraceId};
use base::refusal::Refusal;
use durable::{Context, Key};
use serde::{Deserialize, Serialize};

use crate::domain::request::RulesInForce;
use crate::domain::user::Caller;

/// For whom a call is made and in which HTTP request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallContext {
    /// The organisation; every actor's name starts with it.
    pub org: OrgId,
    /// The signed-in user, absent when the system acts by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// The caller's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionName>,
    /// The id of the HTTP request that caused the call, for logs and traces.
    pub trace: TraceId,
    /// Makes a repeated command harmless; required for a retry of a lost call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    /// The rules in force, where somebody has set any. An older release's call has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<RulesInForce>,
    /// The name of the object that is being called, filled in by its host.
    #[serde(skip)]
    pub object: String,
}

/// The client's `Idempotency-Key`, with what it was sent for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The key, scoped to user and route.
    pub key: String,
    /// SHA-256 of the body, in hex: the same key with another body is refused.
    pub body_hash: String,
}

impl Context for CallContext {
    fn at(self, object: String) -> Self {
        CallContext { object, ..self }
    }

    fn is_repeatable(&self) -> bool {
        self.idempotency.is_some()
    }
}

impl CallContext {
    /// A call that the system makes by itself, in the trace of what caused it.
    pub fn system(org: OrgId, trace: TraceId) -> Self {
        CallContext { org, caller: None, session: None, trace, idempotency: None, rules: None, object: String::new() }
    }

    /// The called object's own key.
    ///
    /// # Errors
    /// `Internal` when the name is not of this kind, which only a broken contract can bring about.
    pub fn own_key<K: Key>(&self) -> Result<K, Refusal> {
        K::parse(&self.object).ok_or(Refusal::Internal)
    }

    /// The signed-in caller, for commands that need one.
    ///
    /// # Errors
    /// `Unauthenticated` without one.
    pub fn require_caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or(Refusal::Unauthenticated)
    }
}
