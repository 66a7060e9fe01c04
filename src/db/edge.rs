//! The Workers runtime under the client of `crates/pg`. The only file of `src/db` that names the platform.

use std::time::Duration;

use durable::clock;
use js_sys::Date;
use pg::error::DbError;
use pg::handshake::{SSL_REQUEST, accepts_tls};
use pg::platform::Platform;
use pg::url::{DatabaseUrl, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::socket::{EdgeStream, Encryption};

/// The Workers runtime as the client's platform.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The id of the object that opens the connections.
    pub owner: String,
}

impl Platform for Edge {
    type Stream = EdgeStream;

    async fn open(&self, url: &DatabaseUrl) -> Result<EdgeStream, DbError> {
        let encryption = match url.transport() {
            Transport::Plain => Encryption::Off,
            Transport::Tls => Encryption::Later,
        };
        let plain = EdgeStream::connect(url.host(), url.port(), encryption, &self.owner)
            .await
            .map_err(|source| DbError::Unreachable { host: url.host().to_owned(), port: url.port(), source })?;
        match url.transport() {
            Transport::Plain => Ok(plain),
            Transport::Tls => encrypted(plain, url).await,
        }
    }

    async fn sleep(&self, duration: Duration) {
        clock::pause(duration).await;
    }

    fn now_ms(&self) -> i64 {
        // A whole number below 2^53.
        Date::now() as i64
    }
}

/// Asks for TLS and upgrades; an untrusted certificate fails here, before any credential has left. The circuit breaker bounds how
/// many handshakes that stall there can be.
async fn encrypted(mut plain: EdgeStream, url: &DatabaseUrl) -> Result<EdgeStream, DbError> {
    plain.write_all(&SSL_REQUEST).await.map_err(DbError::Lost)?;
    plain.flush().await.map_err(DbError::Lost)?;
    // Room for more than the one byte that may come: what is read here must not survive into the encrypted stream.
    let mut answer = [0; 16];
    let length = plain.read(&mut answer).await.map_err(DbError::Lost)?;
    if !accepts_tls(answer.get(..length).unwrap_or_default())? {
        return Err(DbError::TlsRefused { host: url.host().to_owned() });
    }
    plain.encrypted().await.map_err(|source| DbError::TlsFailed { host: url.host().to_owned(), source })
}
