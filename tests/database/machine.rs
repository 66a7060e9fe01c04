//! The test machine as the client's platform: tokio's sockets and timers, and a clock that stands still until a test
//! moves it, so that no test depends on how busy the machine is.

use std::cell::Cell;
use std::time::Duration;

use pg::error::DbError;
use pg::platform::Platform;
use pg::url::DatabaseUrl;
use tokio::net::TcpStream;

/// This machine.
#[derive(Debug, Default)]
pub struct Machine {
    now_ms: Cell<i64>,
    opened: Cell<u32>,
}

impl Machine {
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock, without waiting.
    pub fn skip(&self, ms: i64) {
        self.now_ms.set(self.now_ms.get() + ms);
    }

    /// How many streams were asked for so far.
    pub fn opened(&self) -> u32 {
        self.opened.get()
    }
}

impl Platform for Machine {
    type Stream = TcpStream;

    async fn open(&self, url: &DatabaseUrl) -> Result<TcpStream, DbError> {
        self.opened.set(self.opened.get() + 1);
        let address = (url.host(), url.port());
        TcpStream::connect(address).await.map_err(|source| DbError::Unreachable {
            host: url.host().to_owned(),
            port: url.port(),
            source,
        })
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }
}
