//! A live connection (RFC 6455).

use std::collections::VecDeque;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::reply::Reply;

/// An open live connection.
#[derive(Debug)]
pub struct Live {
    path: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Messages that were read while something else was looked for.
    passed: VecDeque<Value>,
}

/// What came in next.
#[derive(Debug)]
enum Incoming {
    Said(Value),
    /// With the close code; 1006 when the connection broke without one.
    Closed(u16),
    Nothing,
}

impl Live {
    pub(super) async fn open(
        base_url: &str,
        path: &str,
        cookie: Option<&str>,
        origin: Option<&str>,
        also: &[(String, String)],
    ) -> Result<Live, Reply> {
        let url = format!("{}{path}", base_url.replacen("http", "ws", 1));
        let mut request: Request = url.into_client_request().expect("a URL");
        for (name, value) in [("cookie", cookie), ("origin", origin)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().expect("a header's value"));
            }
        }
        for (name, value) in also {
            let name: HeaderName = name.parse().expect("a header's name");
            request.headers_mut().insert(name, value.parse().expect("a header's value"));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Live { path: path.to_owned(), socket, passed: VecDeque::new() }),
            Err(Error::Http(response)) => {
                let (head, body) = response.into_parts();
                let to = format!("GET {path} (upgrade)");
                Err(Reply { to, status: head.status, headers: head.headers, body: body.unwrap_or_default() })
            }
            Err(error) => panic!("{path} was not answered: {error}"),
        }
    }

    /// The next message, whichever it is.
    pub async fn next(&mut self, within: Duration) -> Value {
        if let Some(passed) = self.passed.pop_front() {
            return passed;
        }
        match self.incoming(Instant::now() + within).await {
            Incoming::Said(message) => message,
            other => panic!("{}: no message within {within:?} but {other:?}", self.path),
        }
    }

    /// The next message of this `type`; the others are passed over, in order, and not lost to [`Live::next`].
    pub async fn next_of(&mut self, kind: &str, within: Duration) -> Value {
        let at = self.passed.iter().position(|message| message["type"] == kind);
        if let Some(found) = at.and_then(|at| self.passed.remove(at)) {
            return found;
        }
        let until = Instant::now() + within;
        loop {
            match self.incoming(until).await {
                Incoming::Said(message) if message["type"] == kind => return message,
                Incoming::Said(other) => self.passed.push_back(other),
                other => panic!("{}: no {kind} within {within:?} but {other:?}", self.path),
            }
        }
    }

    /// The next `{"type":"event","event":…,"request":…}`.
    pub async fn next_event(&mut self, within: Duration) -> Value {
        self.next_of("event", within).await
    }

    /// The next message, or the code of the close that came instead.
    pub async fn event_or_end(&mut self, within: Duration) -> Result<Value, u16> {
        match self.incoming(Instant::now() + within).await {
            Incoming::Said(message) => Ok(message),
            Incoming::Closed(code) => Err(code),
            Incoming::Nothing => panic!("{}: nothing within {within:?}", self.path),
        }
    }

    /// Waits until the other end closes; gives the close code. What it still said is passed over.
    pub async fn closed(&mut self, within: Duration) -> u16 {
        let until = Instant::now() + within;
        loop {
            match self.incoming(until).await {
                Incoming::Closed(code) => return code,
                Incoming::Said(message) => self.passed.push_back(message),
                Incoming::Nothing => panic!("{} was not closed within {within:?}", self.path),
            }
        }
    }

    /// Says something.
    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap_or_else(|error| panic!("{}: {error}", self.path));
    }

    /// Closes with this code; gives the code of the answer, as [`Live::closed`] does.
    pub async fn close(&mut self, code: u16, within: Duration) -> u16 {
        let frame = CloseFrame { code: code.into(), reason: "done".into() };
        self.socket.send(Message::Close(Some(frame))).await.unwrap_or_else(|error| panic!("{}: {error}", self.path));
        self.closed(within).await
    }

    /// Closes without a code; gives the code of the answer, as [`Live::closed`] does.
    pub async fn close_without_a_code(&mut self, within: Duration) -> u16 {
        self.socket.send(Message::Close(None)).await.unwrap_or_else(|error| panic!("{}: {error}", self.path));
        self.closed(within).await
    }

    /// Hangs up in an orderly way.
    pub async fn hang_up(mut self) {
        // The other end may have been faster; gone is gone.
        let _ = self.socket.close(None).await;
    }

    async fn incoming(&mut self, until: Instant) -> Incoming {
        loop {
            let Ok(message) = timeout_at(until, self.socket.next()).await else { return Incoming::Nothing };
            match message {
                Some(Ok(Message::Text(text))) => {
                    // What is not JSON is given as the text that it is, such as the answer to a ping.
                    let text = text.to_string();
                    return Incoming::Said(serde_json::from_str(&text).unwrap_or(Value::String(text)));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Incoming::Closed(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Incoming::Closed(1006),
            }
        }
    }
}
