//! Thousands of live viewers of one request in one thread: non-blocking sockets, an epoll, and what each has seen.
//!
//! A viewer that loses its connection comes back with `?after=` the last event that it has, after a wait that grows
//! with its failures. Each event is checked as it comes: it must be the next one.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use serde::Deserialize;

use super::super::random::Random;
use super::frames;

/// So many shake hands at the same time: more would wait in the kernel's queue and time out there.
const AT_ONCE: usize = 256;
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// A handshake that nobody answers is given up.
const GREETING_LIMIT: Duration = Duration::from_secs(20);
/// The first wait after a failure, in milliseconds; it doubles with each further one.
const FIRST_WAIT_MS: u64 = 50;
const LONGEST_WAIT_MS: u64 = 2_000;

/// Somebody who watches, over as many connections as it takes.
struct Viewer {
    cookie: String,
    /// The last event that it has.
    last: i64,
    line: Line,
    unread: Vec<u8>,
    failures: u32,
}

/// A viewer's connection.
enum Line {
    None {
        not_before: Instant,
    },
    Greeting {
        stream: TcpStream,
        since: Instant,
    },
    /// `ready` once the viewer was told that it has everything.
    Open {
        stream: TcpStream,
        ready: bool,
    },
}

/// All viewers, and what is wrong with what they saw.
pub struct Audience {
    address: SocketAddr,
    request: String,
    epoll: Epoll,
    viewers: Vec<Viewer>,
    random: Random,
    greeting: usize,
    pub connections: usize,
    /// Handshakes that failed, by what was answered.
    pub failed: BTreeMap<String, usize>,
    pub events: usize,
    pub gaps: usize,
    pub doubles: usize,
    /// When the last one was told that it has everything.
    pub last_ready: Instant,
    /// When each viewer got an event that is being measured.
    receipts: Option<(i64, Vec<Instant>)>,
}

/// What of a message matters here.
#[derive(Deserialize)]
struct Told {
    r#type: String,
    event: Option<Event>,
    version: Option<i64>,
}

#[derive(Deserialize)]
struct Event {
    seq: i64,
}

impl Audience {
    /// So many viewers, with these cookies in turn, who have the events up to `version`.
    pub fn of(
        address: SocketAddr,
        request: &str,
        cookies: &[String],
        size: usize,
        version: i64,
        random: Random,
    ) -> Result<Self> {
        let line = || Line::None { not_before: Instant::now() };
        let viewer = |cookie: &String| Viewer {
            cookie: cookie.clone(),
            last: version,
            line: line(),
            unread: Vec::new(),
            failures: 0,
        };
        Ok(Self {
            address,
            request: request.to_owned(),
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            viewers: cookies.iter().cycle().take(size).map(viewer).collect(),
            random,
            greeting: 0,
            connections: 0,
            failed: BTreeMap::new(),
            events: 0,
            gaps: 0,
            doubles: 0,
            last_ready: Instant::now(),
            receipts: None,
        })
    }

    /// Goes on until everybody is there and has everything up to `version`; how long that took.
    pub fn gather(&mut self, version: i64, within: Duration) -> Result<Duration> {
        let since = Instant::now();
        while self.missing(version) > 0 {
            if since.elapsed() > within {
                let (missing, all) = (self.missing(version), self.viewers.len());
                bail!("{missing} of {all} viewers do not have version {version} after {within:?}; {:?}", self.failed);
            }
            self.turn()?;
        }
        Ok(since.elapsed())
    }

    fn missing(&self, version: i64) -> usize {
        let has_all =
            |viewer: &&Viewer| matches!(viewer.line, Line::Open { ready: true, .. }) && viewer.last >= version;
        self.viewers.len() - self.viewers.iter().filter(has_all).count()
    }

    /// Notes from now on when each viewer gets the event `seq`.
    pub fn measure(&mut self, seq: i64) {
        self.receipts = Some((seq, Vec::with_capacity(self.viewers.len())));
    }

    /// Those moments.
    pub fn measured(&mut self) -> Vec<Instant> {
        self.receipts.take().map(|(_, receipts)| receipts).unwrap_or_default()
    }

    /// In `percent` of a hundred cases a viewer hangs up, without a word.
    pub fn thin_out(&mut self, percent: u64) {
        for viewer in &mut self.viewers {
            if matches!(viewer.line, Line::Open { .. }) && self.random.chance(percent) {
                viewer.line = Line::None { not_before: Instant::now() };
                viewer.unread.clear();
            }
        }
    }

    /// Connects who is to come back, and reads what has come; waits for it a moment.
    pub fn turn(&mut self) -> Result<()> {
        self.connect()?;
        let mut events = [EpollEvent::empty(); 512];
        let ready = match self.epoll.wait(&mut events, EpollTimeout::from(10_u8)) {
            // A process that was killed says so.
            Err(Errno::EINTR) => 0,
            ready => ready?,
        };
        for event in events.iter().take(ready) {
            self.read(usize::try_from(event.data())?)?;
        }
        Ok(())
    }

    fn connect(&mut self) -> Result<()> {
        let now = Instant::now();
        for place in 0..self.viewers.len() {
            let viewer = self.viewers.get_mut(place).context("a viewer is missing")?;
            match viewer.line {
                Line::None { not_before } if not_before <= now && self.greeting < AT_ONCE => {
                    match greet(self.address, &self.request, viewer) {
                        Ok(stream) => {
                            self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, place as u64))?;
                            viewer.line = Line::Greeting { stream, since: now };
                            self.greeting += 1;
                        }
                        Err(error) => {
                            self.lose(place, &error.kind().to_string());
                            // Nobody is there yet: the others wait as well.
                            return Ok(());
                        }
                    }
                }
                Line::Greeting { since, .. } if since.elapsed() > GREETING_LIMIT => self.lose(place, "no answer"),
                _ => {}
            }
        }
        Ok(())
    }

    /// The viewer comes back later.
    fn lose(&mut self, place: usize, why: &str) {
        let Some(viewer) = self.viewers.get_mut(place) else { return };
        if !matches!(viewer.line, Line::Open { .. }) {
            *self.failed.entry(why.to_owned()).or_default() += 1;
        }
        if matches!(viewer.line, Line::Greeting { .. }) {
            self.greeting -= 1;
        }
        let wait_ms = (FIRST_WAIT_MS << viewer.failures.min(8)).min(LONGEST_WAIT_MS);
        let wait = Duration::from_millis(self.random.between(wait_ms / 2, wait_ms));
        viewer.failures += 1;
        viewer.unread.clear();
        viewer.line = Line::None { not_before: Instant::now() + wait };
    }

    fn read(&mut self, place: usize) -> Result<()> {
        let viewer = self.viewers.get_mut(place).context("an event of nobody")?;
        let (Line::Greeting { stream, .. } | Line::Open { stream, .. }) = &mut viewer.line else { return Ok(()) };
        let mut buffer = [0; 32 * 1024];
        match stream.read(&mut buffer) {
            Ok(0) => {
                self.lose(place, "hung up");
                return Ok(());
            }
            Ok(read) => viewer.unread.extend(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => {
                self.lose(place, &error.kind().to_string());
                return Ok(());
            }
        }
        if matches!(viewer.line, Line::Greeting { .. }) {
            let Some((status, length)) = frames::response(&viewer.unread) else { return Ok(()) };
            if status != 101 {
                self.lose(place, &status.to_string());
                return Ok(());
            }
            viewer.unread.drain(..length);
            let Line::Greeting { stream, .. } =
                std::mem::replace(&mut viewer.line, Line::None { not_before: Instant::now() })
            else {
                return Ok(());
            };
            viewer.line = Line::Open { stream, ready: false };
            self.greeting -= 1;
            self.connections += 1;
        }
        self.listen(place)
    }

    /// Takes whole frames off what was read.
    fn listen(&mut self, place: usize) -> Result<()> {
        let now = Instant::now();
        let viewer = self.viewers.get_mut(place).context("an event of nobody")?;
        let unread = std::mem::take(&mut viewer.unread);
        let mut start = 0;
        while let Some(frame) = frames::frame(unread.get(start..).unwrap_or_default()) {
            start += frame.length;
            match frame.opcode {
                frames::TEXT => {
                    let told: Told = serde_json::from_slice(frame.payload).context("a message that cannot be read")?;
                    self.hear(place, &told, now);
                }
                frames::CLOSE => {
                    self.lose(place, "closed");
                    return Ok(());
                }
                _ => {}
            }
        }
        if let Some(viewer) = self.viewers.get_mut(place) {
            viewer.unread = unread.get(start..).unwrap_or_default().to_vec();
        }
        Ok(())
    }

    fn hear(&mut self, place: usize, told: &Told, now: Instant) {
        let Some(viewer) = self.viewers.get_mut(place) else { return };
        if let Some(Event { seq }) = told.event {
            self.events += 1;
            match seq - viewer.last {
                1 => {}
                ..=0 => self.doubles += 1,
                _ => self.gaps += 1,
            }
            viewer.last = viewer.last.max(seq);
            if let Some((_, receipts)) = self.receipts.as_mut().filter(|(measured, _)| *measured == seq) {
                receipts.push(now);
            }
        }
        if told.r#type == "ready"
            && let Line::Open { ready, .. } = &mut viewer.line
        {
            (*ready, viewer.failures) = (true, 0);
            self.last_ready = now;
            self.gaps += usize::from(told.version != Some(viewer.last));
        }
    }
}

fn greet(address: SocketAddr, request: &str, viewer: &Viewer) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, CONNECT_LIMIT)?;
    let (last, cookie) = (viewer.last, &viewer.cookie);
    let head = format!(
        "GET /api/requests/{request}/live?after={last} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n\
         cookie: {cookie}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}
