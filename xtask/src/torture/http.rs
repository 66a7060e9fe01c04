//! An HTTP/1.1 client that knows what it does not know: whether a call that failed was sent, and may have taken effect.
//!
//! Libraries blur that by sending again on a new connection what died on an old one. Here a call is `NotSent` only when
//! no byte of it can have been read by the server.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than the system's own limit of a request, so that a lost reply is the system's answer and not ours.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// Nothing of the API is larger; more than this is a fault.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A response, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's text, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Why there is no response.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Nobody took it: it has no effect.
    NotSent(String),
    /// It was sent, at least in part: it may have taken effect, or still may.
    Unknown(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSent(why) => write!(formatter, "not sent: {why}"),
            Self::Unknown(why) => write!(formatter, "no reply: {why}"),
        }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Body<'a>,
}

/// What a call brings.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    None,
    Json(&'a Value),
    /// A file, as it is.
    Bytes(&'a [u8]),
}

/// One connection, kept open, opened again when it died.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    open: Option<BufReader<TcpStream>>,
}

impl Connection {
    pub fn to(address: SocketAddr) -> Self {
        Self { address, open: None }
    }

    /// Sends the call and reads its response.
    pub fn send(&mut self, call: &Call<'_>) -> Result<Reply, Failure> {
        let mut stream = match self.open.take().filter(is_alive) {
            Some(stream) => stream,
            None => connect(self.address).map_err(|error| Failure::NotSent(error.to_string()))?,
        };
        let unknown = |error: std::io::Error| Failure::Unknown(error.to_string());
        stream.get_mut().write_all(&encode(self.address, call)).map_err(unknown)?;
        let reply = receive(&mut stream).map_err(unknown)?;
        if reply.header("connection") != Some("close") {
            self.open = Some(stream);
        }
        Ok(reply)
    }
}

fn connect(address: SocketAddr) -> std::io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, CONNECT_LIMIT)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

/// Whether a kept connection is still one: a server that is gone has closed it, and nothing is to be read from one that waits.
fn is_alive(stream: &BufReader<TcpStream>) -> bool {
    let socket = stream.get_ref();
    if socket.set_nonblocking(true).is_err() {
        return false;
    }
    let quiet = socket.peek(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
    socket.set_nonblocking(false).is_ok() && quiet
}

fn encode(address: SocketAddr, call: &Call<'_>) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n", call.method, call.path);
    for (name, value) in call.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let body = match call.body {
        Body::None => Cow::default(),
        Body::Json(json) => Cow::from(json.to_string().into_bytes()),
        Body::Bytes(bytes) => Cow::from(bytes),
    };
    // Without it a write is none that a program made (docs/api.md).
    head += if matches!(call.body, Body::Json(_)) {
        "content-type: application/json\r\n"
    } else {
        "x-cepatedge: torture\r\n"
    };
    head += &format!("content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), &body].concat()
}

fn receive(stream: &mut BufReader<TcpStream>) -> std::io::Result<Reply> {
    let status_line = line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| broken("no status line"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut reply = Reply { status, headers, body: Vec::new() };
    reply.body = if reply.header("transfer-encoding") == Some("chunked") {
        chunks(stream)?
    } else {
        let length = reply.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        exactly(stream, length)?
    };
    Ok(reply)
}

fn chunks(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| broken("no size of a chunk"))?;
        body.extend(exactly(stream, size)?);
        line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn exactly(stream: &mut BufReader<TcpStream>, length: usize) -> std::io::Result<Vec<u8>> {
    if length > MOST_BYTES {
        return Err(broken("the body is too long"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(broken("the connection ended"));
    }
    Ok(line.trim_end().to_owned())
}

fn broken(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::UnexpectedEof, what)
}
