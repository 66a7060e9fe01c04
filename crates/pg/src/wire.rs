//! Messages to and from a byte stream. Knows framing, not meaning.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::error::DbError;
use super::frame::{Backend, next_message};

const READ_BYTES: usize = 16 * 1024;

/// A byte stream and what has been read from it but not yet understood.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    inbox: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, inbox: BytesMut::new() }
    }

    /// Sends everything that `encode` writes, at once.
    pub(super) async fn send(&mut self, encode: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), DbError> {
        let mut out = BytesMut::new();
        encode(&mut out).map_err(DbError::Unsendable)?;
        self.stream.write_all(&out).await.map_err(DbError::Lost)?;
        self.stream.flush().await.map_err(DbError::Lost)
    }

    /// The next message. Holds at most one incomplete message of bounded size.
    pub(super) async fn receive(&mut self) -> Result<Backend, DbError> {
        loop {
            if let Some(message) = next_message(&mut self.inbox)? {
                return Ok(message);
            }
            self.inbox.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.inbox).await.map_err(DbError::Lost)? == 0 {
                return Err(DbError::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Ends the outgoing half.
    pub(super) async fn shut_down(&mut self) -> Result<(), DbError> {
        self.stream.shutdown().await.map_err(DbError::Lost)
    }
}
