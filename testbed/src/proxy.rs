//! A TCP proxy between the Worker and PostgreSQL that can do to a connection what networks and servers do.
//!
//! It knows just enough of PostgreSQL's protocol to strike where it hurts: it sees where a write transaction begins, and
//! where the server says that it is committed. TLS would hide that, so it stands in front of a server without.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How often a held connection looks whether it may go on.
const GLANCE: Duration = Duration::from_millis(10);
/// What a write transaction begins with.
const BEGIN_WRITE: &[u8] = b"BEGIN READ WRITE";
/// The server's word that a transaction is committed, as a CommandComplete message.
const COMMITTED: &[u8] = b"COMMIT\0";

/// What happens to all connections until something else is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    #[default]
    Fair,
    /// Everything passes, each piece after this time.
    Slow(Duration),
    /// Nothing passes; what was sent arrives when it is over.
    Stalled,
    /// The server's end is gone and nobody tells the client: what it sends vanishes, for good.
    HalfOpen,
}

/// What happens to the next write transaction, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shot {
    /// The connection breaks in the middle of the client's messages.
    CutRequest,
    /// The connection breaks in the middle of the server's messages, behind the commit.
    CutReply,
    /// The server commits, and the connection breaks before its reply.
    LoseCommit,
    /// The server's reply is replaced by bytes that mean nothing.
    Garbage,
}

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: u16,
    weather: Mutex<Weather>,
    shot: Mutex<Option<Shot>>,
    fired: AtomicUsize,
    writes: AtomicUsize,
    over: AtomicBool,
}

impl Proxy {
    /// Listens on a free port and passes everything to `target` on this machine.
    pub fn to(target: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for the proxy")?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            target,
            weather: Mutex::default(),
            shot: Mutex::default(),
            fired: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.is_over() {
                    return;
                }
                let shared = accepting.clone();
                thread::spawn(move || serve(&shared, client));
            }
        });
        Ok(Self { port, shared })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on.
    pub fn set_weather(&self, weather: Weather) {
        *lock(&self.shared.weather) = weather;
    }

    /// Does this to the next write transaction.
    pub fn load(&self, shot: Shot) {
        *lock(&self.shared.shot) = Some(shot);
    }

    /// Takes back a shot that has not fired.
    pub fn unload(&self) {
        *lock(&self.shared.shot) = None;
    }

    /// How many shots have fired.
    pub fn fired(&self) -> usize {
        self.shared.fired.load(Ordering::Relaxed)
    }

    /// How many write transactions are under way: sent at least in part, and not answered to the end.
    pub fn writes_in_flight(&self) -> usize {
        self.shared.writes.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Wakes the one that waits for connections.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Waits as long as the weather wants; whether the piece is to be passed on at all.
    fn passes(&self) -> bool {
        let weather = *lock(&self.weather);
        match weather {
            Weather::Fair => {}
            Weather::Slow(delay) => thread::sleep(delay),
            Weather::Stalled => {
                while *lock(&self.weather) == Weather::Stalled && !self.is_over() {
                    thread::sleep(GLANCE);
                }
            }
            Weather::HalfOpen => return false,
        }
        true
    }

    /// Takes the shot if it is one of these.
    fn fire(&self, wanted: &[Shot]) -> Option<Shot> {
        let shot = lock(&self.shot).take_if(|shot| wanted.contains(shot))?;
        self.fired.fetch_add(1, Ordering::Relaxed);
        Some(shot)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection: what both of its directions know.
struct Line {
    client: TcpStream,
    server: TcpStream,
    /// A write transaction is under way.
    writing: AtomicBool,
}

impl Line {
    fn cut(&self) {
        // Either end may be gone already.
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }

    fn set_writing(&self, shared: &Shared, writing: bool) {
        match (self.writing.swap(writing, Ordering::Relaxed), writing) {
            (false, true) => shared.writes.fetch_add(1, Ordering::Relaxed),
            (true, false) => shared.writes.fetch_sub(1, Ordering::Relaxed),
            _ => 0,
        };
    }
}

fn serve(shared: &Shared, client: TcpStream) {
    let mut line = match TcpStream::connect((Ipv4Addr::LOCALHOST, shared.target)) {
        Ok(server) => Line { client, server, writing: AtomicBool::new(false) },
        // The client learns it as it would from the server: the connection ends.
        Err(_) => return,
    };
    let _ = (line.client.set_nodelay(true), line.server.set_nodelay(true));
    let line = &mut line;
    thread::scope(|scope| {
        let line = &*line;
        scope.spawn(move || {
            let _ended = requests(shared, line);
            line.cut();
        });
        let silent = replies(shared, line).unwrap_or(false);
        // A client that is not told keeps its connection until it gives up or the runtime ends.
        if !silent {
            line.cut();
        }
    });
    line.set_writing(shared, false);
}

/// Client to server.
fn requests(shared: &Shared, line: &Line) -> io::Result<()> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = (&line.client).read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        let bytes = &piece[..length];
        if contains(bytes, BEGIN_WRITE) {
            line.set_writing(shared, true);
        }
        if !shared.passes() {
            let _ = line.server.shutdown(Shutdown::Both);
            continue;
        }
        if line.writing.load(Ordering::Relaxed) && shared.fire(&[Shot::CutRequest]).is_some() {
            (&line.server).write_all(&bytes[..length / 2])?;
            return Ok(());
        }
        (&line.server).write_all(bytes)?;
    }
}

/// Server to client; whether the client is left in the dark.
fn replies(shared: &Shared, line: &Line) -> io::Result<bool> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = (&line.server).read(&mut piece)?;
        if length == 0 {
            return Ok(*lock(&shared.weather) == Weather::HalfOpen);
        }
        let bytes = &piece[..length];
        if !shared.passes() {
            let _ = line.server.shutdown(Shutdown::Both);
            return Ok(true);
        }
        if line.writing.load(Ordering::Relaxed) && contains(bytes, COMMITTED) {
            match shared.fire(&[Shot::LoseCommit, Shot::CutReply, Shot::Garbage]) {
                Some(Shot::CutReply) => {
                    // Behind the commit and inside the last message, which is ReadyForQuery: 6 bytes.
                    (&line.client).write_all(&bytes[..length - 3])?;
                    return Ok(false);
                }
                Some(Shot::Garbage) => {
                    let garbage: Vec<u8> = (0..length).map(|at| (at * 151 + 89) as u8).collect();
                    (&line.client).write_all(&garbage)?;
                    return Ok(false);
                }
                Some(Shot::LoseCommit | Shot::CutRequest) => return Ok(false),
                None => {}
            }
        }
        if ends_idle(bytes) {
            line.set_writing(shared, false);
        }
        (&line.client).write_all(bytes)?;
    }
}

/// Whether the piece ends with ReadyForQuery in no transaction: the exchange is over.
fn ends_idle(bytes: &[u8]) -> bool {
    bytes.ends_with(&[b'Z', 0, 0, 0, 5, b'I'])
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers one write as PostgreSQL does, and tells whether it got all of it.
    fn server() -> (u16, thread::JoinHandle<usize>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answering = thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = client.read(&mut request).unwrap();
            let _ = client.write_all(b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I");
            length
        });
        (port, answering)
    }

    fn shoot(shot: Option<Shot>) -> (usize, Vec<u8>, usize) {
        let (port, answering) = server();
        let proxy = Proxy::to(port).unwrap();
        shot.into_iter().for_each(|shot| proxy.load(shot));
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        client.write_all(BEGIN_WRITE).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let (arrived, mut reply) = (answering.join().unwrap(), Vec::new());
        client.read_to_end(&mut reply).unwrap();
        (arrived, reply, proxy.fired())
    }

    #[test]
    fn in_fair_weather_everything_passes() {
        let (arrived, reply, fired) = shoot(None);
        assert_eq!((arrived, reply.len(), fired), (BEGIN_WRITE.len(), 18, 0));
    }

    #[test]
    fn each_shot_breaks_what_it_says() {
        let (arrived, _, fired) = shoot(Some(Shot::CutRequest));
        assert_eq!((arrived, fired), (BEGIN_WRITE.len() / 2, 1));
        let (_, reply, fired) = shoot(Some(Shot::LoseCommit));
        assert_eq!((reply.len(), fired), (0, 1));
        let (_, reply, fired) = shoot(Some(Shot::CutReply));
        assert_eq!((reply.len(), fired), (15, 1));
        let (_, reply, fired) = shoot(Some(Shot::Garbage));
        assert!(reply.len() == 18 && !contains(&reply, COMMITTED) && fired == 1, "{reply:?}");
    }
}
