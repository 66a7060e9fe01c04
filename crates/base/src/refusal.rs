//! Why something is not done. A [`Refusal`] crosses between actors as a value; only the router knows HTTP statuses.
//!
//! Each refusal has a stable `code` for programs and a sentence (`Display`) for people; neither carries SQL, a secret, an
//! e-mail address or the client's own text.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// A word of some vocabulary that this crate does not know: a state, an action.
pub type Word = Cow<'static, str>;

/// The reason why a call was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// It does not exist, or the caller may not know that it does.
    #[error("There is nothing here that you can see.")]
    NotFound,
    /// There is no valid session.
    #[error("Sign in first.")]
    Unauthenticated,
    /// The caller's role and relation to the request never permit this, whatever state it is in.
    #[error("You are not allowed to do this.")]
    Forbidden {
        /// The action that was refused, if it was one of a state machine.
        #[serde(default)]
        action: Option<Word>,
    },
    /// The role must have a second factor, and the session was opened without one.
    #[error("Your role needs a second factor. Set one up, or prove yourself by the one you have.")]
    SecondFactorRequired,
    /// What is asked for needs a session whose owner has just proved who they are.
    #[error("Prove again that it is you.")]
    ReauthenticationRequired,
    /// The caller may do this in another state, but the request is not in it.
    #[error("This cannot be done while the request is {status}.")]
    InvalidTransition {
        /// The state the request is in.
        status: Word,
        /// What the caller may do now.
        allowed: Vec<Word>,
        /// The fresh record for the caller, filled in by the request's object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<Value>,
    },
    /// `If-Match` named another version than the current one.
    #[error("It has changed since you read it.")]
    Stale {
        /// The current version.
        version: i64,
        /// The fresh record for the caller, filled in by the request's object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<Value>,
    },
    /// The idempotency key was used before, by the same user, for something else.
    #[error("This idempotency key was used for a different call.")]
    IdempotencyKeyReused,
    /// An input breaks a rule.
    #[error("{detail}")]
    Invalid {
        /// The input, as the API names it; `body` for the whole of it.
        field: String,
        /// A stable word for the rule, for example `required` or `too_long`.
        code: String,
        /// A sentence for people.
        detail: String,
    },
    /// The cursor is broken, was made for another list or viewer, or was tampered with.
    #[error("This cursor does not belong to this list.")]
    InvalidCursor,
    /// Too many failed attempts.
    #[error("Too many attempts. Try again later.")]
    TooManyAttempts {
        /// Seconds until the next attempt is considered.
        retry_after_s: u32,
    },
    /// Unknown user or wrong password: which of the two is not told.
    #[error("Address, user name or password is wrong.")]
    InvalidCredentials,
    /// The API key is no key, has ended, or is not the one of this installation: which of them is not told.
    #[error("This API key is not valid: it is mistyped, has expired or was ended.")]
    InvalidKey,
    /// The API key holds, and may not do this.
    #[error("{}", match needs { Some(scope) => format!("This API key lacks the scope {scope}."), None => "API keys may not do this.".to_owned() })]
    InsufficientScope {
        /// The scope that it lacks; none where no key may.
        #[serde(default)]
        needs: Option<Word>,
    },
    /// A part of the system is away for now; the same call may be made again.
    #[error("{what} is not available at the moment.")]
    Unavailable {
        /// The part, for example `database`.
        what: String,
        /// Seconds until a retry makes sense.
        retry_after_s: u32,
    },
    /// The input is larger than is taken.
    #[error("That is too large; the limit is {limit_bytes} bytes.")]
    TooLarge {
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// A file is larger than is taken.
    #[error("This file is too large; the limit is {limit_bytes} bytes.")]
    FileTooLarge {
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// A file is none of those that are taken, by its bytes.
    #[error("{detail}")]
    Unsupported {
        /// A stable word for why, for example `unsupported_file`.
        code: String,
        /// A sentence for people.
        detail: String,
    },
    /// The body does not say how long it is.
    #[error("Say with Content-Length how long the body is.")]
    LengthRequired,
    /// The input is compressed, or encoded in another way.
    #[error("Send the body as it is, without a Content-Encoding.")]
    UnsupportedEncoding,
    /// The input did not arrive in time.
    #[error("The body did not arrive in time.")]
    TimedOut,
    /// A fault of ours; the log has the cause.
    #[error("Something went wrong on our side.")]
    Internal,
    /// It contradicts what is stored, for example an e-mail address that is taken.
    #[error("{detail}")]
    Conflict {
        /// A stable word for the contradiction, for example `already_exists`.
        code: String,
        /// A sentence for people.
        detail: String,
        /// The fresh record for the caller, filled in by the request's object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<Value>,
    },
}

impl Refusal {
    /// An input that breaks a rule.
    #[must_use]
    pub fn invalid(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::Invalid { field: field.to_owned(), code: code.to_owned(), detail: detail.into() }
    }

    /// What the caller may never do, whatever state things are in.
    pub const FORBIDDEN: Self = Self::Forbidden { action: None };

    /// A contradiction to what is stored.
    #[must_use]
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::Conflict { code: code.to_owned(), detail: detail.into(), record: None }
    }

    /// A file that is not taken.
    #[must_use]
    pub fn unsupported(code: &str, detail: impl Into<String>) -> Self {
        Self::Unsupported { code: code.to_owned(), detail: detail.into() }
    }

    /// A part of the system that is away.
    #[must_use]
    pub fn unavailable(what: &str, retry_after_s: u32) -> Self {
        Self::Unavailable { what: what.to_owned(), retry_after_s }
    }

    /// The stable word of problem+json. An invalid input is `invalid`, with the rule's own code per field.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NotFound => "not_found",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { .. } => "forbidden",
            Self::SecondFactorRequired => "second_factor_required",
            Self::ReauthenticationRequired => "reauthentication_required",
            Self::InvalidTransition { .. } => "invalid_transition",
            Self::Stale { .. } => "stale",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::Invalid { .. } => "invalid",
            Self::InvalidCursor => "invalid_cursor",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::InvalidCredentials => "invalid_credentials",
            Self::InvalidKey => "invalid_token",
            Self::InsufficientScope { .. } => "insufficient_scope",
            Self::Unavailable { .. } => "unavailable",
            Self::TooLarge { .. } => "too_large",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::LengthRequired => "length_required",
            Self::UnsupportedEncoding => "unsupported_encoding",
            Self::TimedOut => "timed_out",
            Self::Internal => "internal",
            Self::Conflict { code, .. } | Self::Unsupported { code, .. } => code,
        }
    }

    /// A short title, the same for every refusal of the kind (RFC 9457).
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::Unauthenticated => "Not signed in",
            Self::Forbidden { .. } => "Forbidden",
            Self::SecondFactorRequired => "Second factor required",
            Self::ReauthenticationRequired => "Reauthentication required",
            Self::InvalidTransition { .. } => "Invalid transition",
            Self::Stale { .. } => "Changed in the meantime",
            Self::IdempotencyKeyReused => "Idempotency key reused",
            Self::Invalid { .. } => "Invalid input",
            Self::InvalidCursor => "Invalid cursor",
            Self::TooManyAttempts { .. } => "Too many attempts",
            Self::InvalidCredentials => "Invalid credentials",
            Self::InvalidKey => "Invalid API key",
            Self::InsufficientScope { .. } => "Insufficient scope",
            Self::Unavailable { .. } => "Temporarily unavailable",
            Self::TooLarge { .. } | Self::FileTooLarge { .. } => "Too large",
            Self::Unsupported { .. } => "Unsupported file",
            Self::LengthRequired => "Length required",
            Self::UnsupportedEncoding => "Unsupported encoding",
            Self::TimedOut => "Timed out",
            Self::Internal => "Internal error",
            Self::Conflict { .. } => "Conflict",
        }
    }

    /// Seconds for `Retry-After`, where a later attempt may succeed without a change.
    #[must_use]
    pub const fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooManyAttempts { retry_after_s } | Self::Unavailable { retry_after_s, .. } => Some(*retry_after_s),
            Self::NotFound
            | Self::Unauthenticated
            | Self::Forbidden { .. }
            | Self::SecondFactorRequired
            | Self::ReauthenticationRequired
            | Self::InvalidTransition { .. }
            | Self::Stale { .. }
            | Self::IdempotencyKeyReused
            | Self::Invalid { .. }
            | Self::InvalidCursor
            | Self::InvalidCredentials
            | Self::InvalidKey
            | Self::InsufficientScope { .. }
            | Self::TooLarge { .. }
            | Self::FileTooLarge { .. }
            | Self::Unsupported { .. }
            | Self::LengthRequired
            | Self::UnsupportedEncoding
            | Self::TimedOut
            | Self::Internal
            | Self::Conflict { .. } => None,
        }
    }

    /// The same refusal with the fresh record, where it has a place for one; others are returned as they are.
    #[must_use]
    pub fn with_record(self, fresh: Value) -> Self {
        match self {
            Self::InvalidTransition { status, allowed, .. } => {
                Self::InvalidTransition { status, allowed, record: Some(fresh) }
            }
            Self::Stale { version, .. } => Self::Stale { version, record: Some(fresh) },
            Self::Conflict { code, detail, .. } => Self::Conflict { code, detail, record: Some(fresh) },
            other => other,
        }
    }
}
