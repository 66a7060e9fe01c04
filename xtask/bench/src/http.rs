//! A raw HTTP/1.1 client over one kept-alive connection: what it costs is a write, a read and a scan for the headers' end,
//! so that the load generator does not measure itself.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(60);
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Call {
    text: String,
    body: Vec<u8>,
}

impl Call {
    /// A request without a body.
    pub fn get(path: &str) -> Self {
        Self { text: format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n"), body: Vec::new() }
    }

    /// A request with a JSON body.
    pub fn post(path: &str, body: impl Into<String>) -> Self {
        let text = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n");
        Self { text, body: body.into().into_bytes() }
    }

    /// A request whose body is a file.
    pub fn upload(path: &str, body: Vec<u8>) -> Self {
        // What is no form says that it does not come from one.
        let text = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-cepatedge: bench\r\n");
        Self { text, body }
    }

    /// With one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.text.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// As it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let Self { text, body } = self;
        if text.starts_with("GET") {
            format!("{text}\r\n").into_bytes()
        } else {
            [format!("{text}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).with_context(|| format!("not JSON ({}): {text}", self.status))
    }

    /// The body as JSON, if the status is this one.
    pub fn expect(&self, status: u16) -> Result<Value> {
        if self.status != status {
            bail!("{} instead of {status}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        self.json()
    }
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    /// Connects to a port of this machine.
    pub fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("the runtime does not listen")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024], filled: 0 })
    }

    /// Sends a request and reads its answer whole.
    pub fn call(&mut self, call: &Call) -> Result<Reply> {
        let head_len = self.exchange(&call.bytes())?;
        let head = String::from_utf8_lossy(self.buffer.get(..head_len).unwrap_or_default()).into_owned();
        let raw = self.buffer.get(head_len..self.filled).unwrap_or_default();
        let body = if is_chunked(head.as_bytes()) { joined(raw)? } else { raw.to_vec() };
        Ok(Reply { status: status(head.as_bytes())?, head, body })
    }

    /// Sends a request and reads its answer, of which only the status is wanted.
    ///
    /// # Errors
    /// With the answer, when the status is another.
    pub fn want(&mut self, request: &[u8], wanted: u16) -> Result<()> {
        let head_len = self.exchange(request)?;
        if status(self.buffer.get(..head_len).unwrap_or_default())? != wanted {
            let answer = String::from_utf8_lossy(self.buffer.get(..self.filled).unwrap_or_default());
            // Of a file that was sent, the beginning says which it was.
            let head = request.get(..request.len().min(1_000)).unwrap_or_default();
            bail!("not {wanted} to {}: {answer}", String::from_utf8_lossy(head));
        }
        Ok(())
    }

    /// Gives the bare connection away, with what was read behind an upgrade's answer.
    pub fn into_parts(self) -> (TcpStream, Vec<u8>) {
        (self.stream, self.buffer.get(..self.filled).unwrap_or_default().to_vec())
    }

    /// Sends an upgrade request; what stands behind the answer's headers is kept for [`Self::into_parts`].
    pub fn upgrade(&mut self, call: &Call) -> Result<()> {
        self.stream.write_all(&call.bytes())?;
        self.filled = 0;
        let head_len = self.read_head()?;
        let status = status(self.buffer.get(..head_len).unwrap_or_default())?;
        if status != 101 {
            bail!("no upgrade: {}", String::from_utf8_lossy(self.buffer.get(..self.filled).unwrap_or_default()));
        }
        self.buffer.copy_within(head_len..self.filled, 0);
        self.filled -= head_len;
        Ok(())
    }

    /// Writes the request and fills the buffer with exactly one answer; the length of its head.
    fn exchange(&mut self, request: &[u8]) -> Result<usize> {
        self.stream.write_all(request)?;
        self.filled = 0;
        let head_len = self.read_head()?;
        let head = self.buffer.get(..head_len).unwrap_or_default();
        match (status(head)?, content_length(head)) {
            (204 | 304, _) => {}
            (_, Some(length)) => {
                while self.filled < head_len + length {
                    self.fill()?;
                }
            }
            (_, None) if is_chunked(head) => {
                while !self.buffer.get(head_len..self.filled).unwrap_or_default().ends_with(b"0\r\n\r\n") {
                    self.fill()?;
                }
            }
            (_, None) => bail!("an answer of unknown length: {}", String::from_utf8_lossy(head)),
        }
        Ok(head_len)
    }

    fn read_head(&mut self) -> Result<usize> {
        loop {
            let read = self.buffer.get(..self.filled).unwrap_or_default();
            if let Some(end) = read.windows(HEAD_END.len()).position(|window| window == HEAD_END) {
                return Ok(end + HEAD_END.len());
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = self.stream.read(self.buffer.get_mut(self.filled..).unwrap_or_default())?;
        if read == 0 {
            bail!("the connection was closed");
        }
        self.filled += read;
        Ok(())
    }
}

fn status(head: &[u8]) -> Result<u16> {
    let digits = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).context("an answer without a status")
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let lines = head.split(|byte| *byte == b'\n');
    let line = lines.into_iter().find(|line| {
        line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
            && line.get(name.len()) == Some(&b':')
    })?;
    std::str::from_utf8(line.get(name.len() + 1..)?).ok().map(str::trim)
}

fn content_length(head: &[u8]) -> Option<usize> {
    header(head, "content-length")?.parse().ok()
}

fn is_chunked(head: &[u8]) -> bool {
    header(head, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
}

fn joined(mut chunks: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(chunks.len());
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n").context("a chunk without a size")?;
        let size = std::str::from_utf8(chunks.get(..end).unwrap_or_default())?;
        let size = usize::from_str_radix(size, 16)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend(chunks.get(end + 2..end + 2 + size).context("a chunk that is cut off")?);
        chunks = chunks.get(end + 4 + size..).context("a chunk that is cut off")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_found_whatever_its_case() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\nX-A: b\r\n\r\n";
        assert_eq!((status(head).unwrap(), content_length(head), is_chunked(head)), (200, Some(17), false));
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(joined(b"4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n").unwrap(), b"Wikipedia");
    }
}
