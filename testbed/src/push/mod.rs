//! A real push service for one machine, and the browsers that are subscribed to it (RFC 8030).
//!
//! It takes a message only if its sender has signed for this service (RFC 8292), and a browser opens it with its own keys (RFC 8188, 8291).
//! The tests make it fail in the ways that services do ([`Mood`]). It knows nothing of the product: what it reads, it reads by the RFCs.

mod browser;
mod sender;

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::clock;
use crate::door::Door;
use browser::Browser;

/// How often a waiting thread looks again.
const GLANCE: Duration = Duration::from_millis(10);
/// A client that says nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest message; services take 4,096 bytes.
const LONGEST: usize = 4_096;

/// How the service behaves until something else is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It takes every message.
    #[default]
    Fair,
    /// It wants to be left alone for a second: 429.
    Busy,
    /// It is not well: 503.
    Down,
    /// It does not like the message: 400.
    Refuses,
    /// Nobody is subscribed any more: 410.
    Gone,
    /// It reads the message and says nothing, until its mood changes: then it takes it, though whoever sent it may have left.
    Stalled,
    /// It takes the message, and hangs up before it says so.
    LosesAnswer,
    /// Each connection is closed at once.
    Dead,
    /// It does not even run: its port is closed.
    Away,
    /// It sends the sender elsewhere: 307 to this machine's own metadata, as an attacker's would.
    Redirects,
}

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The subscription's endpoint.
    pub endpoint: String,
    /// What the browser is told.
    pub payload: Value,
    /// How long it is kept, in seconds.
    pub ttl: u32,
    /// How urgent it is.
    pub urgency: String,
    /// What a newer one replaces.
    pub topic: String,
    /// Who is reached about it.
    pub subject: String,
    /// When whoever brought it came, in milliseconds since 1970.
    pub came_ms: u64,
    /// When it was taken.
    pub taken_ms: u64,
    /// Whether whoever brought it was kept from hearing so.
    pub answer_lost: bool,
}

/// A running service; it ends when it is dropped.
#[derive(Debug)]
pub struct PushService {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    shared: Arc<Shared>,
    door: Door,
}

#[derive(Debug)]
struct Shared {
    /// Where it is, as a part of its addresses.
    origin: OnceLock<String>,
    mood: Mutex<Mood>,
    /// The endpoints of browsers that have unsubscribed.
    gone: Mutex<BTreeSet<String>>,
    browsers: Mutex<Vec<Browser>>,
    arrived: Mutex<Vec<Arrived>>,
    problems: Mutex<Vec<String>>,
    calls: AtomicUsize,
    is_over: AtomicBool,
}

impl PushService {
    /// Starts one.
    pub fn start() -> Result<Self> {
        let shared = Arc::new(Shared {
            origin: OnceLock::new(),
            mood: Mutex::default(),
            gone: Mutex::default(),
            browsers: Mutex::default(),
            arrived: Mutex::default(),
            problems: Mutex::default(),
            calls: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let ours = shared.clone();
        let door = Door::open(0, move |stream| serve(&ours, &stream))?;
        let _ = shared.origin.set(format!("http://127.0.0.1:{}", door.port));
        Ok(Self { port: door.port, shared, door })
    }

    /// A browser that has subscribed for messages of whoever has `key`: what it tells the app, as `PushSubscription.toJSON()` does.
    pub fn subscribe(&self, key: &str) -> Result<Value> {
        let mut browsers = lock(&self.shared.browsers);
        let endpoint = format!("{}/push/{}", self.url(), browsers.len() + 1);
        let browser = Browser::subscribed(endpoint.clone(), key)?;
        let keys = json!({ "p256dh": browser.p256dh(), "auth": browser.auth() });
        browsers.push(browser);
        Ok(json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys }))
    }

    /// Where it is.
    pub fn url(&self) -> String {
        self.shared.origin().to_owned()
    }

    /// From now on.
    pub fn set_mood(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
        if mood == Mood::Away { self.door.close() } else { self.door.reopen() }
    }

    /// The browser wants nothing more: 410 to whoever writes to it, whatever the mood.
    pub fn unsubscribe(&self, endpoint: &str) {
        lock(&self.shared.gone).insert(endpoint.to_owned());
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// What arrived for a subscription, oldest first.
    pub fn arrived(&self, subscription: &Value) -> Vec<Arrived> {
        let all = lock(&self.shared.arrived);
        all.iter().filter(|message| subscription["endpoint"] == message.endpoint).cloned().collect()
    }

    /// How many messages it has taken.
    pub fn count(&self) -> usize {
        lock(&self.shared.arrived).len()
    }

    /// What arrived for anybody, oldest first.
    pub fn arrived_for_all(&self) -> Vec<Arrived> {
        lock(&self.shared.arrived).clone()
    }

    /// What was wrong with calls: a sender that keeps to the RFCs leaves it empty.
    pub fn problems(&self) -> Vec<String> {
        lock(&self.shared.problems).clone()
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn mood(&self) -> Mood {
        *lock(&self.mood)
    }

    fn origin(&self) -> &str {
        self.origin.get().map_or("", String::as_str)
    }

    fn is_gone(&self, path: &str) -> bool {
        lock(&self.gone).contains(&format!("{}{path}", self.origin()))
    }
}

/// A call: its path, headers in lower case, and its body.
struct Call {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    came_ms: u64,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn serve(shared: &Shared, stream: &TcpStream) {
    let mood = shared.mood();
    if mood == Mood::Dead {
        return;
    }
    let Ok(call) = read(stream) else { return };
    shared.calls.fetch_add(1, Ordering::Relaxed);
    let answer = match mood {
        _ if shared.is_gone(&call.path) => "410 Gone",
        Mood::Busy => "429 Too Many Requests\r\nRetry-After: 1",
        Mood::Down => "503 Service Unavailable",
        Mood::Refuses => "400 Bad Request",
        Mood::Gone => "410 Gone",
        Mood::Redirects => "307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/latest/meta-data",
        Mood::Fair | Mood::Stalled | Mood::LosesAnswer | Mood::Dead | Mood::Away => match taken(shared, &call, mood) {
            Ok(()) if mood == Mood::LosesAnswer => return,
            Ok(()) => "201 Created",
            Err(problem) => {
                lock(&shared.problems).push(problem.to_string());
                "400 Bad Request"
            }
        },
    };
    let _gone =
        { stream }.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes());
}

fn taken(shared: &Shared, call: &Call, mood: Mood) -> Result<()> {
    while mood == Mood::Stalled && shared.mood() == Mood::Stalled && !shared.is_over() {
        thread::sleep(GLANCE);
    }
    let origin = shared.origin();
    let browsers = lock(&shared.browsers);
    let endpoint = format!("{origin}{}", call.path);
    let browser = browsers.iter().find(|browser| browser.endpoint == endpoint).context("nobody is subscribed there")?;
    let subject = sender::check(call.header("authorization"), origin, &browser.sender)?;
    anyhow::ensure!(call.header("content-encoding") == "aes128gcm", "the encoding is none that browsers open");
    let topic = call.header("topic");
    let is_url_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    anyhow::ensure!(topic.len() <= 32 && topic.bytes().all(is_url_safe), "the topic is none (RFC 8030, 5.4)");
    let urgency = call.header("urgency");
    anyhow::ensure!(["very-low", "low", "normal", "high"].contains(&urgency), "the urgency is none (RFC 8030, 5.3)");
    let ttl = call.header("ttl").parse().context("no TTL (RFC 8030, 5.2)")?;
    anyhow::ensure!(call.body.len() <= LONGEST, "the message is too long");
    let payload = serde_json::from_slice(&browser.open(&call.body)?).context("the payload is no JSON")?;
    lock(&shared.arrived).push(Arrived {
        endpoint,
        payload,
        ttl,
        urgency: urgency.into(),
        topic: topic.into(),
        subject,
        came_ms: call.came_ms,
        taken_ms: clock::now_ms(),
        answer_lost: mood == Mood::LosesAnswer,
    });
    Ok(())
}

fn read(stream: &TcpStream) -> io::Result<Call> {
    let came_ms = clock::now_ms();
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().to_owned());
    if method != "POST" {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut call = Call { path, headers, body: Vec::new(), came_ms };
    let length = call.header("content-length").parse().map_err(|_| io::ErrorKind::InvalidInput)?;
    call.body = vec![0; usize::min(length, 64 * 1024)];
    reader.read_exact(&mut call.body)?;
    Ok(call)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
