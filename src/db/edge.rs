//! A Worker's TCP socket as the client's byte stream. The only file of `src/db` that names `worker`.
//!
//! It works on the raw socket where `worker` 0.8.7 would panic (`start_tls` unwraps) or where a drop would leak: a
//! Worker's socket stays open until somebody closes it, so `EdgeStream` does that when it is dropped.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use durable::clock;
use futures::FutureExt;
use js_sys::{Date, Object, Reflect};
use pg::error::DbError;
use pg::handshake::{SSL_REQUEST, accepts_tls};
use pg::platform::Platform;
use pg::url::{DatabaseUrl, Transport};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
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

/// The Workers runtime as the client's platform.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The id of the object that opens the connections.
    pub owner: String,
}

impl Platform for Edge {
    type Stream = EdgeStream;

    async fn open(&self, url: &DatabaseUrl) -> Result<EdgeStream, DbError> {
        let unreachable = |source| DbError::Unreachable { host: url.host().to_owned(), port: url.port(), source };
        let plain = connect(url, &self.owner).map_err(|error| unreachable(described(&error)))?;
        plain.opened().await.map_err(|error| unreachable(described(&error)))?;
        match url.transport() {
            Transport::Plain => Ok(plain),
            Transport::Tls => encrypted(plain, url, &self.owner).await,
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

/// An open socket, closed when dropped.
#[derive(Debug)]
pub struct EdgeStream {
    raw: worker_sys::Socket,
    socket: worker::Socket,
    /// Cleared when the raw socket has become another's to close.
    owned: bool,
}

impl EdgeStream {
    fn new(raw: worker_sys::Socket) -> Self {
        Self { socket: worker::Socket::from(raw.clone()), raw, owned: true }
    }

    async fn opened(&self) -> Result<(), JsValue> {
        JsFuture::from(self.raw.opened()?).await.map(drop)
    }
}

fn connect(url: &DatabaseUrl, owner: &str) -> Result<EdgeStream, JsValue> {
    let address = Object::new();
    Reflect::set(&address, &"hostname".into(), &url.host().into())?;
    Reflect::set(&address, &"port".into(), &url.port().into())?;
    let options = Object::new();
    let secure_transport = match url.transport() {
        Transport::Plain => "off",
        // `start_tls` is only to be had on a socket that was opened with the intention.
        Transport::Tls => "starttls",
    };
    Reflect::set(&options, &"secureTransport".into(), &secure_transport.into())?;
    let socket = worker_sys::connect(address.into(), options.into())?;
    connected(&socket, owner);
    Ok(EdgeStream::new(socket))
}

/// Asks for TLS and upgrades. The runtime checks certificate and host name; an untrusted one fails here, before any
/// credential has left. A handshake that stalls is the one thing that closing does not end at once: workerd lets go of
/// it when its garbage is collected or the server hangs up. The circuit breaker bounds how many of them there can be.
async fn encrypted(mut plain: EdgeStream, url: &DatabaseUrl, owner: &str) -> Result<EdgeStream, DbError> {
    plain.write_all(&SSL_REQUEST).await.map_err(DbError::Lost)?;
    plain.flush().await.map_err(DbError::Lost)?;
    // Room for more than the one byte that may come: what is read here must not survive into the encrypted stream.
    let mut answer = [0; 16];
    let length = plain.read(&mut answer).await.map_err(DbError::Lost)?;
    if !accepts_tls(answer.get(..length).unwrap_or_default())? {
        return Err(DbError::TlsRefused { host: url.host().to_owned() });
    }
    let failed = |error: JsValue| DbError::TlsFailed { host: url.host().to_owned(), source: described(&error) };
    let secure = plain.raw.start_tls().map(EdgeStream::new).map_err(failed)?;
    connected(&secure.raw, owner);
    secure.opened().await.map_err(failed)?;
    plain.owned = false;
    Ok(secure)
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
