//! People who watch: one request or the list, over as many connections as it takes, and what they saw.
//!
//! A viewer of a request comes back with `?after=` the last event it saw. It also hangs up by itself now and then, with and
//! without a word.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Request;
use tungstenite::{Error, Message, WebSocket};

use super::history::{ListViewer, Role, Seen, View, Viewer, digest};
use super::random::Random;
use super::world::{Known, World};

/// How often a viewer that hears nothing looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(5);

/// What all viewers share.
#[derive(Debug, Default)]
pub struct Audience {
    /// How far each request went, once it is known: a viewer that has seen it may go.
    finals: Mutex<Option<BTreeMap<String, Final>>>,
    /// When nobody waits any longer.
    closed: AtomicBool,
    /// How often somebody came back.
    pub connections: AtomicUsize,
}

/// The last events of a request.
#[derive(Clone, Copy, Debug)]
pub struct Final {
    pub last: i64,
    /// The last one that its requester is shown.
    pub last_public: i64,
}

impl Audience {
    /// No more will happen: each viewer goes when it has everything.
    pub fn conclude(&self, finals: BTreeMap<String, Final>) {
        *self.finals.lock().unwrap_or_else(PoisonError::into_inner) = Some(finals);
    }

    /// Everybody goes.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn has_all(&self, request: &str, requester: bool, up_to: i64) -> bool {
        let finals = self.finals.lock().unwrap_or_else(PoisonError::into_inner);
        let is_all = |end: &Final| if requester { end.last_public <= up_to } else { end.last <= up_to };
        finals.as_ref().is_some_and(|finals| finals.get(request).is_none_or(is_all))
    }
}

/// Somebody who may see the request: mostly one of the staff, sometimes the requester.
pub fn someone_for(world: &World, request: &Known, random: &mut Random) -> usize {
    let staff = [world.with_role(Role::Technician), world.with_role(Role::Manager)].concat();
    let requester = world.people.get(request.requester).is_some_and(|person| person.role == Role::Requester);
    if requester && random.chance(40) { request.requester } else { random.pick(&staff).copied().unwrap_or(0) }
}

/// Watches one request until everything was seen, or the audience is closed.
pub fn watch(world: &World, audience: &Audience, cookie: &str, by: usize, request: Known, random: Random) -> Viewer {
    look(world, audience, cookie, by, request, random, Temper::Restless)
}

/// As [`watch`], and never hangs up: what is missed is not replayed.
pub fn watch_patiently(
    world: &World,
    audience: &Audience,
    cookie: &str,
    by: usize,
    request: Known,
    random: Random,
) -> Viewer {
    look(world, audience, cookie, by, request, random, Temper::Patient)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Temper {
    Restless,
    Patient,
}

fn look(
    world: &World,
    audience: &Audience,
    cookie: &str,
    by: usize,
    request: Known,
    mut random: Random,
    temper: Temper,
) -> Viewer {
    let after = if random.chance(50) { 0 } else { request.version };
    let mut viewer = Viewer { by, request: request.id, after, seen: Vec::new() };
    let requester = world.people.get(by).is_some_and(|person| person.role == Role::Requester);
    // Up to where the viewer was told that it has everything.
    let (mut last, mut up_to) = (after, 0);
    while !audience.is_closed() && !audience.has_all(&viewer.request, requester, up_to) {
        let path = format!("/api/requests/{}/live?after={last}", viewer.request);
        let Some(mut socket) = open(world, cookie, &path) else {
            thread::sleep(Duration::from_millis(random.between(20, 200)));
            continue;
        };
        audience.connections.fetch_add(1, Ordering::Relaxed);
        let leaves = temper == Temper::Restless && random.chance(60);
        let leaves_at = leaves.then(|| Instant::now() + Duration::from_millis(random.between(100, 10_000)));
        loop {
            match next(&mut socket) {
                Heard::Said(message) => match message["type"].as_str() {
                    Some("event") => {
                        let seq = message["event"]["seq"].as_i64().unwrap_or(0);
                        viewer.seen.push(Seen::Event { seq, digest: digest(&message["event"]) });
                        last = last.max(seq);
                        up_to = last;
                    }
                    Some("ready") => {
                        let version = message["version"].as_i64().unwrap_or(0);
                        viewer.seen.push(Seen::Ready { version });
                        up_to = up_to.max(version);
                    }
                    _ => {}
                },
                Heard::Nothing => {}
                Heard::End => break,
            }
            let done = audience.is_closed() || audience.has_all(&viewer.request, requester, up_to);
            if done || leaves_at.is_some_and(|at| Instant::now() > at) {
                hang_up(socket, random.chance(50));
                break;
            }
        }
    }
    viewer
}

/// Watches the list until the audience is closed.
pub fn watch_list(world: &World, audience: &Audience, cookie: &str, by: usize) -> ListViewer {
    let mut viewer = ListViewer { by, lines: Vec::new() };
    let mut connection = 0;
    while !audience.is_closed() {
        let Some(mut socket) = open(world, cookie, "/api/requests/live") else {
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        connection += 1;
        while !audience.is_closed() {
            match next(&mut socket) {
                Heard::Said(message) => {
                    let line = &message["request"];
                    if let (Some(id), Some(shown)) = (line["id"].as_str(), View::Summary.of(line)) {
                        viewer.lines.push((connection, id.to_owned(), shown));
                    }
                }
                Heard::Nothing => {}
                Heard::End => break,
            }
        }
    }
    viewer
}

/// A live socket.
pub type Socket = WebSocket<TcpStream>;

enum Heard {
    Said(Value),
    Nothing,
    End,
}

fn next(socket: &mut Socket) -> Heard {
    match socket.read() {
        Ok(Message::Text(text)) => serde_json::from_str(&text).map_or(Heard::Nothing, Heard::Said),
        Ok(Message::Close(_)) => Heard::End,
        Ok(_) => Heard::Nothing,
        Err(Error::Io(error)) if is_silence(&error) => Heard::Nothing,
        Err(_) => Heard::End,
    }
}

fn is_silence(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

/// A socket on this path; `None` when it was refused or nobody is there.
pub fn open(world: &World, cookie: &str, path: &str) -> Option<Socket> {
    let mut request: Request = format!("ws://{}{path}", world.address).into_client_request().ok()?;
    request.headers_mut().insert("cookie", cookie.parse().ok()?);
    request.headers_mut().insert("origin", format!("http://{}", world.address).parse().ok()?);
    let stream = TcpStream::connect_timeout(&world.address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let (socket, _) = tungstenite::client(request, stream).ok()?;
    socket.get_ref().set_read_timeout(Some(GLANCE)).ok()?;
    Some(socket)
}

/// Ends it, with a close frame or by dropping the connection.
fn hang_up(mut socket: Socket, politely: bool) {
    if politely {
        // The other end may have been faster; gone is gone.
        let _ = socket.close(None);
        let _ = socket.flush();
    }
}
