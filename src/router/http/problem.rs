//! The body of every error reply: RFC 9457 `application/problem+json` with a stable `code` and the request's id.
//!
//! The HTTP status of a refusal is the router's knowledge and is passed in.

use base::{
    ids::TraceId,
    refusal::{Refusal, Word},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "openapi")]
use crate::domain::request::Action;

/// An error reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the code, not a URI, tells problems apart.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title, the same for every problem with this code.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// A sentence about this occurrence.
    pub detail: String,
    /// A stable word for programs, for example `invalid_transition`.
    pub code: String,
    /// The id under which the logs know this HTTP request.
    pub request_id: TraceId,
    /// The inputs that break a rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// With `invalid_transition`: what the caller may do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Action>>))]
    pub allowed_actions: Option<Vec<Word>>,
    /// With `invalid_transition`, `stale` and `already_assigned`: the fresh record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub record: Option<Value>,
    /// With `too_large` and `file_too_large`: how much is taken, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_bytes: Option<u64>,
}

/// An input that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// The input, as the API names it; `body` for the whole of it.
    pub field: String,
    /// A stable word for the rule, for example `too_long`.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

impl Problem {
    /// The reply to a refusal, under the HTTP `status` that the router gives it.
    #[must_use]
    pub fn new(refusal: Refusal, status: u16, request_id: TraceId) -> Self {
        let mut problem = Self {
            kind: "about:blank".to_owned(),
            title: refusal.title().to_owned(),
            status,
            detail: refusal.to_string(),
            code: refusal.code().to_owned(),
            request_id,
            errors: Vec::new(),
            allowed_actions: None,
            record: None,
            limit_bytes: None,
        };
        match refusal {
            Refusal::Invalid { field, code, detail } => problem.errors.push(FieldProblem { field, code, detail }),
            Refusal::InvalidTransition { allowed, record, .. } => {
                problem.allowed_actions = Some(allowed);
                problem.record = record;
            }
            Refusal::Stale { record, .. } | Refusal::Conflict { record, .. } => problem.record = record,
            Refusal::TooLarge { limit_bytes } | Refusal::FileTooLarge { limit_bytes } => {
                problem.limit_bytes = Some(limit_bytes);
            }
            Refusal::NotFound
            | Refusal::Unauthenticated
            | Refusal::Forbidden { .. }
            | Refusal::SecondFactorRequired
            | Refusal::ReauthenticationRequired
            | Refusal::IdempotencyKeyReused
            | Refusal::InvalidCursor
            | Refusal::TooManyAttempts { .. }
            | Refusal::InvalidCredentials
            | Refusal::InvalidKey
            | Refusal::InsufficientScope { .. }
            | Refusal::Unavailable { .. }
            | Refusal::Unsupported { .. }
            | Refusal::LengthRequired
            | Refusal::UnsupportedEncoding
            | Refusal::TimedOut
            | Refusal::Internal => {}
        }
        problem
    }
}

#[cfg(test)]
mod tests;
