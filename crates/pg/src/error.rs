//! What can go wrong between us and PostgreSQL, and what is to be done about it.
//!
//! Owns the classification of DESIGN section 4.5: callers never look at a SQLSTATE themselves, they ask `class()`.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::frame::ProtocolError;
use super::handshake::AuthenticationError;
use super::row::DecodeError;
use super::url::UrlError;

/// A failure of a database call, with its cause.
#[derive(Debug, Error)]
pub enum DbError {
    /// `DATABASE_URL` is unusable.
    #[error("DATABASE_URL is unusable")]
    Url(#[from] UrlError),
    /// No connection could be opened.
    #[error("PostgreSQL at {host}:{port} cannot be reached")]
    Unreachable {
        /// Host of `DATABASE_URL`.
        host: String,
        /// Port of `DATABASE_URL`.
        port: u16,
        /// What the platform said.
        source: io::Error,
    },
    /// The server answered the SSLRequest with no.
    #[error("PostgreSQL at {host} offers no TLS, and plaintext is refused")]
    TlsRefused {
        /// Host of `DATABASE_URL`.
        host: String,
    },
    /// TLS was agreed on and did not come about: the certificate is not trusted or names another host, or the network
    /// failed meanwhile. The platform does not say which.
    #[error("TLS with PostgreSQL at {host} failed; its certificate must be trusted and name that host")]
    TlsFailed {
        /// Host of `DATABASE_URL`.
        host: String,
        /// What the platform said.
        source: io::Error,
    },
    /// We could not agree on who we are, or who the server is.
    #[error("authentication with PostgreSQL failed")]
    Authentication(#[from] AuthenticationError),
    /// The time allowed for a step ran out. Whether a COMMIT took effect is unknown.
    #[error("PostgreSQL took longer than {limit:?} to {step}")]
    Timeout {
        /// What was waited for.
        step: Step,
        /// How long.
        limit: Duration,
    },
    /// The byte stream failed or ended. Whether a COMMIT took effect is unknown.
    #[error("the connection to PostgreSQL was lost")]
    Lost(#[source] io::Error),
    /// The server said something that this protocol does not allow here.
    #[error("PostgreSQL broke the protocol")]
    Protocol(#[from] ProtocolError),
    /// The server refused what it was asked.
    #[error(transparent)]
    Server(Box<ServerError>),
    /// COMMIT was answered, but not by a commit.
    #[error("COMMIT was answered with {tag:?}")]
    NotCommitted {
        /// The command tag that came instead.
        tag: String,
    },
    /// A row did not have the shape that its statement promises.
    #[error("a row from PostgreSQL could not be read")]
    Decode(#[from] DecodeError),
    /// A message of ours does not fit the protocol.
    #[error("a statement cannot be sent")]
    Unsendable(#[source] io::Error),
    /// The circuit breaker is open: nothing was sent.
    #[error("PostgreSQL failed repeatedly; the next attempt is in {retry_after:?}")]
    CircuitOpen {
        /// Time until a probe is allowed.
        retry_after: Duration,
    },
}

/// What a time limit was set on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// TCP, TLS and sign-in together.
    Connect,
    /// One write and all of its replies.
    Reply,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Connect => "connect",
            Step::Reply => "reply",
        })
    }
}

/// An ErrorResponse. `detail` may quote the data of a row, so it is for the operator's eyes and never for a log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{severity} {sqlstate}: {message}")]
pub struct ServerError {
    /// `ERROR`, `FATAL` or `PANIC`, never translated.
    pub severity: String,
    /// The five characters of appendix A of the PostgreSQL manual.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// The secondary message.
    pub detail: Option<String>,
    /// The constraint that was violated.
    pub constraint: Option<String>,
}

/// What a failure asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The same call may succeed later. Back off and repeat.
    Transient,
    /// The data will never be accepted. Park it.
    Refused,
    /// Code and schema do not fit, as in the middle of a deploy. Repeat slowly, never park, tell somebody.
    Skew,
    /// The configuration is wrong. Only a person can help.
    Configuration,
}

impl DbError {
    /// What to do about it.
    pub fn class(&self) -> Class {
        match self {
            DbError::Server(error) => error.class(),
            DbError::Unsendable(_) => Class::Refused,
            DbError::Decode(_) => Class::Skew,
            DbError::Url(_) | DbError::TlsRefused { .. } | DbError::Authentication(_) => Class::Configuration,
            DbError::Unreachable { .. }
            | DbError::TlsFailed { .. }
            | DbError::Timeout { .. }
            | DbError::Lost(_)
            | DbError::Protocol(_)
            | DbError::NotCommitted { .. }
            | DbError::CircuitOpen { .. } => Class::Transient,
        }
    }

    /// The SQLSTATE, when it was the server that refused.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server().map(|error| error.sqlstate.as_str())
    }

    /// The server's own words, when it was the server that refused.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            DbError::Server(error) => Some(error),
            DbError::Url(_)
            | DbError::Unreachable { .. }
            | DbError::TlsRefused { .. }
            | DbError::TlsFailed { .. }
            | DbError::Authentication(_)
            | DbError::Timeout { .. }
            | DbError::Lost(_)
            | DbError::Protocol(_)
            | DbError::NotCommitted { .. }
            | DbError::Decode(_)
            | DbError::Unsendable(_)
            | DbError::CircuitOpen { .. } => None,
        }
    }

    /// The name of the violated constraint, for a caller that knows what each of them means.
    pub fn constraint(&self) -> Option<&str> {
        self.server().and_then(|error| error.constraint.as_deref())
    }

    /// Whether this says that the server as a whole is not well: such failures open the circuit breaker. A refused row
    /// does not, and neither does contention (a deadlock, a lock that was not to be had in time).
    pub fn is_outage(&self) -> bool {
        match self {
            DbError::Server(error) => {
                error.class() == Class::Configuration
                    || (error.class() == Class::Transient
                        && matches!(error.sqlstate.get(..2), Some("08" | "53" | "57" | "58" | "XX"))
                        && error.sqlstate != QUERY_CANCELED)
            }
            DbError::Url(_)
            | DbError::TlsRefused { .. }
            | DbError::TlsFailed { .. }
            | DbError::Authentication(_)
            | DbError::Unreachable { .. }
            | DbError::Timeout { .. }
            | DbError::Lost(_)
            | DbError::Protocol(_) => true,
            DbError::NotCommitted { .. }
            | DbError::Decode(_)
            | DbError::Unsendable(_)
            | DbError::CircuitOpen { .. } => false,
        }
    }
}

/// The statement timeout's SQLSTATE: one slow statement is not an outage.
const QUERY_CANCELED: &str = "57014";

impl ServerError {
    /// What to do about it, by SQLSTATE. Beyond the classes that DESIGN names: 54 (a row too big for an index or a
    /// tuple) and P0 (raised by a trigger) depend on the data alone, so repeating them would block an outbox for ever.
    /// What nobody foresaw is transient: repeating loses nothing.
    pub fn class(&self) -> Class {
        match self.sqlstate.get(..2) {
            Some("22" | "23" | "54" | "P0") => Class::Refused,
            Some("42" | "0A") => Class::Skew,
            Some("28" | "3D") => Class::Configuration,
            Some(_) | None => Class::Transient,
        }
    }
}

/// A failure as a value that crosses between actors and rests in an outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What to do about it.
    pub class: Class,
    /// The SQLSTATE, when the server gave one.
    pub sqlstate: Option<String>,
    /// The failure and its causes in one line.
    pub message: String,
}

impl From<&DbError> for Fault {
    fn from(error: &DbError) -> Self {
        Self { class: error.class(), sqlstate: error.sqlstate().map(str::to_owned), message: with_causes(error) }
    }
}

fn with_causes(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(sqlstate: &str) -> DbError {
        DbError::Server(Box::new(ServerError {
            severity: "ERROR".to_owned(),
            sqlstate: sqlstate.to_owned(),
            message: "no".to_owned(),
            detail: None,
            constraint: None,
        }))
    }

    #[test]
    fn each_sqlstate_has_the_class_that_the_design_gives_it() {
        for (class, states) in [
            (
                Class::Transient,
                &["08006", "40001", "40P01", "53300", "57P01", "57014", "55P03", "25006", "XX000", ""][..],
            ),
            (Class::Refused, &["22P02", "22P05", "22021", "23505", "23514", "54000", "P0001"]),
            (Class::Skew, &["42703", "42P01", "0A000"]),
            (Class::Configuration, &["28P01", "28000", "3D000"]),
        ] {
            for state in states {
                assert_eq!(server(state).class(), class, "{state}");
            }
        }
    }

    #[test]
    fn contention_and_refused_rows_are_no_outage() {
        for state in ["40001", "40P01", "55P03", "57014", "22P05", "23505", "42703"] {
            assert!(!server(state).is_outage(), "{state}");
        }
        for state in ["57P01", "57P03", "53300", "08006", "28P01", "3D000"] {
            assert!(server(state).is_outage(), "{state}");
        }
    }

    #[test]
    fn a_fault_names_every_cause_in_one_line() {
        let error = DbError::Lost(io::Error::other("the cable was pulled"));
        assert_eq!(
            Fault::from(&error),
            Fault {
                class: Class::Transient,
                sqlstate: None,
                message: "the connection to PostgreSQL was lost: the cable was pulled".to_owned()
            }
        );
    }
}
