//! What the SMTP client needs of the machine it runs on: a byte stream, encryption, and time.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::outcome::Step;
use crate::url::SmtpUrl;

/// The machine underneath.
pub trait Platform {
    /// An open byte stream. Dropping it closes it, at once and in both directions.
    type Stream: AsyncRead + AsyncWrite + Unpin;

    /// Connects to the URL's host and port, encrypted from the first byte where its security is [`Tls`](crate::url::Security::Tls).
    /// Without a time limit of its own.
    ///
    /// # Errors
    /// The machine's reason.
    fn open(&self, url: &SmtpUrl) -> impl Future<Output = io::Result<Self::Stream>>;

    /// Encrypts an open stream, the server having agreed; certificate and host name are verified.
    ///
    /// # Errors
    /// The machine's reason.
    fn encrypt(&self, stream: Self::Stream, url: &SmtpUrl) -> impl Future<Output = io::Result<Self::Stream>>;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;
}

/// How long each step may take. RFC 5321, 4.5.3.2 grants minutes, which a call that somebody waits for does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// TCP, and TLS.
    pub connect: Duration,
    /// The answer to a command, and the greeting.
    pub command: Duration,
    /// From the first byte of the mail to the server's word that it has it.
    pub content: Duration,
    /// All of it.
    pub total: Duration,
}

impl Limits {
    /// Behind an answer: nobody waits.
    pub const BEHIND: Self = Self::seconds(10, 20, 60, 120);

    /// In front of an answer, which a Worker's router gives after 15 seconds at the latest.
    pub const WAITED_FOR: Self = Self::seconds(4, 5, 8, 11);

    const fn seconds(connect: u64, command: u64, content: u64, total: u64) -> Self {
        let of = Duration::from_secs;
        Self { connect: of(connect), command: of(command), content: of(content), total: of(total) }
    }

    /// The limit of a step.
    #[must_use]
    pub fn of(&self, step: Step) -> Duration {
        match step {
            Step::Configuration | Step::Connect | Step::Encrypt => self.connect,
            Step::Greeting | Step::Hello | Step::SignIn | Step::Sender | Step::Recipient | Step::Data => self.command,
            Step::Content => self.content,
        }
    }
}

/// The outcome of `work`; `None` when it took longer than `limit`. What is cut off is dropped, and a dropped stream is closed.
pub(crate) async fn within<P: Platform, T>(platform: &P, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(platform.sleep(limit))).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(((), _)) => None,
    }
}
