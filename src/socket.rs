//! A Worker's TCP socket as a byte stream, for PostgreSQL and for mail.
//!
//! It works on the raw socket where `worker` 0.8.7 would panic (`start_tls` unwraps) or where a drop would leak: a
//! Worker's socket stays open until somebody closes it, so `EdgeStream` does that when it is dropped.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt;
use js_sys::{Object, Reflect};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::worker_sys;

#[wasm_bindgen]
extern "C" {
    /// Tells the actor kit of a socket, which closes it should this instance trap: nothing is dropped then.
    #[wasm_bindgen(js_name = durable_connected)]
    fn connected(socket: &worker_sys::Socket, owner: &str);
}

/// When a connection is encrypted. The runtime checks certificate and host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Never.
    Off,
    /// When [`EdgeStream::encrypted`] is called.
    Later,
    /// From the first byte on.
    Now,
}

/// An open socket, closed when dropped.
#[derive(Debug)]
pub struct EdgeStream {
    raw: worker_sys::Socket,
    socket: worker::Socket,
    /// The id of the object that opened it; empty for the router, whose sockets end with the call that they belong to.
    owner: String,
    /// Cleared when the raw socket has become another's to close.
    owned: bool,
}

impl EdgeStream {
    /// Opens a connection. `owner` is the id of the object that does, or empty in the router.
    ///
    /// # Errors
    /// The runtime's reason; where it is encrypted, also for a certificate that is not to be trusted.
    pub async fn connect(host: &str, port: u16, encryption: Encryption, owner: &str) -> io::Result<Self> {
        let open = || {
            let address = Object::new();
            Reflect::set(&address, &"hostname".into(), &host.into())?;
            Reflect::set(&address, &"port".into(), &port.into())?;
            let options = Object::new();
            let secure_transport = match encryption {
                Encryption::Off => "off",
                // `start_tls` is only to be had on a socket that was opened with the intention.
                Encryption::Later => "starttls",
                Encryption::Now => "on",
            };
            Reflect::set(&options, &"secureTransport".into(), &secure_transport.into())?;
            worker_sys::connect(address.into(), options.into())
        };
        let stream = Self::new(open().map_err(|error| described(&error))?, owner);
        stream.opened().await?;
        Ok(stream)
    }

    /// The same connection, encrypted from here on.
    ///
    /// # Errors
    /// The runtime's reason: mostly a certificate that is not to be trusted. A handshake that stalls is the one thing that closing
    /// does not end at once: workerd lets go of it when its garbage is collected or the server hangs up.
    pub async fn encrypted(mut self) -> io::Result<Self> {
        let raw = self.raw.start_tls().map_err(|error| described(&error))?;
        let secure = Self::new(raw, &self.owner);
        secure.opened().await?;
        self.owned = false;
        Ok(secure)
    }

    fn new(raw: worker_sys::Socket, owner: &str) -> Self {
        connected(&raw, owner);
        Self { socket: worker::Socket::from(raw.clone()), raw, owner: owner.to_owned(), owned: true }
    }

    async fn opened(&self) -> io::Result<()> {
        let opened = self.raw.opened().map_err(|error| described(&error))?;
        JsFuture::from(opened).await.map(drop).map_err(|error| described(&error))
    }
}

fn described(error: &JsValue) -> io::Error {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    io::Error::other(message.unwrap_or_else(|| format!("{error:?}")))
}

impl Drop for EdgeStream {
    fn drop(&mut self) {
        if self.owned
            && let Ok(closed) = self.raw.close()
        {
            // Closing has begun by now. One poll attaches handlers, so that a failure to close is nobody's unhandled rejection.
            let _ = JsFuture::from(closed).now_or_never();
        }
    }
}

impl AsyncRead for EdgeStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for EdgeStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
