//! What the client needs of the machine it runs on: a byte stream to the server, and time.
//!
//! Implemented by `socket::Edge` for Workers, and by the tests for tokio, so that the protocol that is tested natively is
//! the protocol that ships.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::{DbError, Step};
use super::url::DatabaseUrl;

/// The machine underneath.
pub trait Platform {
    /// An open byte stream. Dropping it closes it, at once and in both directions.
    type Stream: AsyncRead + AsyncWrite + Unpin;

    /// Opens a stream to the server that is ready for the startup message: connected and, when the URL's transport is
    /// TLS, encrypted. Without a time limit of its own.
    fn open(&self, url: &DatabaseUrl) -> impl Future<Output = Result<Self::Stream, DbError>>;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Milliseconds since the Unix epoch. On Workers this clock stands still between I/O.
    fn now_ms(&self) -> i64;
}

/// Runs `work`, but no longer than `limit`. What is cut off is dropped, and a dropped stream is closed.
pub(super) async fn within<P: Platform, T>(
    platform: &P,
    step: Step,
    limit: Duration,
    work: impl Future<Output = Result<T, DbError>>,
) -> Result<T, DbError> {
    match select(pin!(work), pin!(platform.sleep(limit))).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), _)) => Err(DbError::Timeout { step, limit }),
    }
}
