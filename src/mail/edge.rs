//! The Workers runtime under the SMTP client.

use std::io;
use std::time::Duration;

use durable::clock;
use mail::platform::Platform;
use mail::url::{Security, SmtpUrl};

use crate::socket::{EdgeStream, Encryption};

/// The Workers runtime as the client's platform.
pub(super) struct Edge {
    /// The id of the object that opens the connection; empty in the router.
    pub(super) owner: String,
}

impl Platform for Edge {
    type Stream = EdgeStream;

    async fn open(&self, url: &SmtpUrl) -> io::Result<EdgeStream> {
        let encryption = match url.security() {
            Security::Plain => Encryption::Off,
            Security::StartTls => Encryption::Later,
            Security::Tls => Encryption::Now,
        };
        EdgeStream::connect(url.host(), url.port(), encryption, &self.owner).await
    }

    async fn encrypt(&self, stream: EdgeStream, _url: &SmtpUrl) -> io::Result<EdgeStream> {
        stream.encrypted().await
    }

    async fn sleep(&self, duration: Duration) {
        clock::pause(duration).await;
    }
}
