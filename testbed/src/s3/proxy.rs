//! What stands before a server of S3, and does to its callers what such servers and their networks do.
//!
//! It takes each request whole before it passes it on: of a body that was cut short a real one stores nothing. A connection is there for one
//! request.

use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::door::Door;

/// How often a waiting thread looks again.
const GLANCE: Duration = Duration::from_millis(10);
/// Who says nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server says that has too much to do.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 36\r\nConnection: close\r\n\r\n\
    <Error><Code>SlowDown</Code></Error>";

/// How it behaves until something else is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// Everything passes.
    #[default]
    Fair,
    /// It has too much to do: 503.
    Busy,
    /// It reads the request and says nothing, until its mood changes: then it does what was asked, though whoever asked may have left.
    Stalled,
    /// It does what was asked, and hangs up before it says so.
    LosesAnswer,
    /// It hangs up in the middle of a body: of the request's, or else of the answer's.
    Cuts,
    /// Each connection is closed at once.
    Dead,
    /// It does not even run: its port is closed.
    Away,
}

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct S3Proxy {
    shared: Arc<Shared>,
    door: Door,
}

#[derive(Debug)]
struct Shared {
    target: u16,
    mood: Mutex<Mood>,
    calls: AtomicUsize,
    is_over: AtomicBool,
}

impl S3Proxy {
    /// Listens on a free port, and passes what comes to `target` on this machine.
    pub(super) fn to(target: u16) -> Result<Self> {
        let (mood, calls, is_over) = (Mutex::default(), AtomicUsize::new(0), AtomicBool::new(false));
        let shared = Arc::new(Shared { target, mood, calls, is_over });
        let ours = shared.clone();
        // Whoever breaks off learns no more of it than that.
        let door = Door::open(0, move |client| drop(serve(&ours, &client)))?;
        Ok(Self { shared, door })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.door.port
    }

    /// From now on.
    pub fn set_mood(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
        if mood == Mood::Away { self.door.close() } else { self.door.reopen() }
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.shared.calls.load(Ordering::Relaxed)
    }
}

impl Drop for S3Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stalled(&self) -> bool {
        self.mood() == Mood::Stalled && !self.is_over.load(Ordering::Relaxed)
    }
}

fn serve(shared: &Shared, client: &TcpStream) -> io::Result<()> {
    shared.calls.fetch_add(1, Ordering::Relaxed);
    let mood = shared.mood();
    if mood == Mood::Dead {
        return Ok(());
    }
    client.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(client);
    let (head, length) = head(&mut reader)?;
    if mood == Mood::Cuts && length > 0 {
        return reader.read_exact(&mut vec![0; length / 2]);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if mood == Mood::Busy {
        return { client }.write_all(BUSY);
    }
    while mood == Mood::Stalled && shared.is_stalled() {
        thread::sleep(GLANCE);
    }
    let answer = pass(shared.target, &head, &body)?;
    let said = match mood {
        Mood::LosesAnswer => 0,
        Mood::Cuts => answer.len() / 2,
        _ => answer.len(),
    };
    { client }.write_all(answer.get(..said).unwrap_or_default())
}

/// The head of a request, as one that ends its connection, and how long its body is.
fn head(reader: &mut impl BufRead) -> io::Result<(String, usize)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.trim_end().is_empty() {
            return Ok((format!("{head}Connection: close\r\n\r\n"), length));
        }
        let name = line.split(':').next().unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = line[name.len() + 1..].trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
        }
        if !name.eq_ignore_ascii_case("connection") {
            head += &line;
        }
    }
}

/// What the server answers.
fn pass(target: u16, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(head.as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

    /// What a caller hears of a server that answers one call, and how much of its body came to the server.
    fn call(mood: Mood) -> (String, Option<usize>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let proxy = S3Proxy::to(listener.local_addr().unwrap().port()).unwrap();
        proxy.set_mood(mood);
        let answering = thread::spawn(move || {
            for _ in 0..100 {
                if let Ok((mut client, _)) = listener.accept() {
                    client.set_nonblocking(false).unwrap();
                    let mut reader = BufReader::new(client.try_clone().unwrap());
                    let (head, length) = head(&mut reader).unwrap();
                    assert!(head.starts_with("PUT /a HTTP/1.1\r\nHost: x\r\n") && head.contains("Connection: close"));
                    reader.read_exact(&mut vec![0; length]).unwrap();
                    client.write_all(ANSWER.as_bytes()).unwrap();
                    return Some(length);
                }
                thread::sleep(GLANCE);
            }
            None
        });
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        let _ = client
            .write_all(b"PUT /a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nContent-Length: 6\r\n\r\nsixsix");
        if mood == Mood::Stalled {
            client.set_read_timeout(Some(5 * GLANCE)).unwrap();
            assert!(client.read(&mut [0]).is_err());
            client.set_read_timeout(None).unwrap();
            proxy.set_mood(Mood::Fair);
        }
        let mut heard = String::new();
        let _ = client.read_to_string(&mut heard);
        assert_eq!(proxy.calls(), 1);
        (heard, answering.join().unwrap())
    }

    #[test]
    fn each_mood_does_what_it_says() {
        assert_eq!(call(Mood::Fair), (ANSWER.to_owned(), Some(6)));
        assert_eq!(call(Mood::Stalled), (ANSWER.to_owned(), Some(6)));
        assert_eq!(call(Mood::LosesAnswer), (String::new(), Some(6)));
        assert_eq!(call(Mood::Cuts), (String::new(), None));
        assert_eq!(call(Mood::Dead), (String::new(), None));
        let (busy, came) = call(Mood::Busy);
        assert!(busy.starts_with("HTTP/1.1 503 ") && came.is_none(), "{busy}");
    }
}
