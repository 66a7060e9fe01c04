//! A real SMTP server for one machine: it takes mails, keeps them in memory, and shows them on a page.
//!
//! `cargo xtask dev` runs one, and the tests, which can also make it fail in the ways that providers do ([`Mood`]). It knows
//! nothing of the product's own client: what it reads, it reads by the RFCs.

mod api;
mod dialogue;
mod page;
mod received;

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::authority::Authority;
use crate::clock;
use crate::door::Door;

pub use received::Received;

/// How often a waiting thread looks again.
const GLANCE: Duration = Duration::from_millis(10);
/// Of older mails only the latest so many are kept, unless all are.
const MOST_KEPT: usize = 1_000;

/// How the server behaves until something else is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It takes every mail.
    #[default]
    Fair,
    /// It is busy: 421 instead of a greeting.
    Busy,
    /// There is no such user: 550 5.1.1 to every recipient.
    NobodyHere,
    /// The password is wrong: 535 5.7.8.
    WrongPassword,
    /// It reads the mail and cannot keep it now: 452 4.3.1.
    Full,
    /// It reads the mail and does not want it: 554 5.7.1.
    Spam,
    /// It says nothing after the greeting.
    Stalled,
    /// It keeps the mail, and hangs up before it says so.
    LosesAnswer,
    /// It hangs up when it is asked to read the mail.
    HangsUp,
    /// Nobody is there who would say a word: each connection is closed at once.
    Dead,
    /// It does not even run: its port is closed.
    Away,
}

/// What a server is to be like.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The port of the page; any free one otherwise.
    pub page_port: Option<u16>,
    /// Offers STARTTLS with this authority's certificate, and refuses mail without.
    pub authority: Option<Authority>,
    /// Speaks TLS from the first byte on.
    pub implicit_tls: bool,
    /// Who may sign in, and with which password; without it nobody needs to.
    pub account: Option<(String, String)>,
    /// Keeps every mail, and not the latest alone.
    pub keeps_all: bool,
}

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub struct MailServer {
    /// Where it takes mails, on 127.0.0.1.
    pub port: u16,
    /// Where its page is.
    pub page_port: u16,
    shared: Arc<Shared>,
    door: Door,
    _page: Door,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    tls: Option<Arc<ServerConfig>>,
    mood: Mutex<Mood>,
    /// Addresses that there are not any more.
    closed: Mutex<BTreeSet<String>>,
    mails: Mutex<Vec<Received>>,
    numbers: AtomicUsize,
    connections: AtomicUsize,
    is_over: AtomicBool,
}

impl MailServer {
    /// Starts one.
    pub fn start(settings: Settings) -> Result<Self> {
        let tls = settings.authority.as_ref().map(tls_config).transpose()?.map(Arc::new);
        let shared = Arc::new(Shared {
            settings,
            tls,
            mood: Mutex::default(),
            closed: Mutex::default(),
            mails: Mutex::default(),
            numbers: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let serve = |serve: fn(&Shared, TcpStream)| {
            let shared = shared.clone();
            move |stream| serve(&shared, stream)
        };
        let door = Door::open(
            0,
            serve(|shared, stream| {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                // A client that hangs up has said all that it wanted to.
                let _ended = dialogue::serve(shared, stream);
            }),
        )?;
        let of_page: fn(&Shared, TcpStream) = |shared, stream| {
            let _gone = page::serve(shared, stream);
        };
        // Somebody else may be at the wanted port.
        let page = Door::open(shared.settings.page_port.unwrap_or_default(), serve(of_page));
        let page = page.or_else(|_| Door::open(0, serve(of_page)))?;
        Ok(Self { port: door.port, page_port: page.port, shared, door, _page: page })
    }

    /// The page where the mails are shown.
    pub fn page_url(&self) -> String {
        format!("http://localhost:{}", self.page_port)
    }

    /// What `MAIL_URL` is to be: in the clear to this machine, or encrypted, as the server wants it.
    pub fn url(&self) -> String {
        let settings = &self.shared.settings;
        let account = settings.account.as_ref();
        let account =
            account.map(|(user, password)| format!("{}:{}@", encoded(user), encoded(password))).unwrap_or_default();
        match (&settings.authority, settings.implicit_tls) {
            (None, _) => format!("smtp://{account}localhost:{}", self.port),
            (Some(_), false) => format!("smtp://{account}localhost:{}?starttls=required", self.port),
            (Some(_), true) => format!("smtps://{account}localhost:{}", self.port),
        }
    }

    /// What `MAIL_URL` is to be for the HTTP API of this form: `resend`, `postmark` or `brevo`.
    pub fn api_url(&self, form: &str) -> String {
        let key =
            self.shared.settings.account.as_ref().map_or_else(|| "key".to_owned(), |(_, password)| encoded(password));
        format!("http://:{key}@127.0.0.1:{}/?form={form}", self.page_port)
    }

    /// From now on.
    pub fn set_mood(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
        if mood == Mood::Away { self.door.close() } else { self.door.reopen() }
    }

    /// There is no such mailbox any more: 550 5.1.1 to it, whatever the mood.
    pub fn close_mailbox(&self, address: &str) {
        lock(&self.shared.closed).insert(address.to_ascii_lowercase());
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// How many mails it has taken.
    pub fn count(&self) -> usize {
        self.shared.numbers.load(Ordering::Relaxed)
    }

    /// Every mail that it has, oldest first.
    pub fn mails(&self) -> Vec<Received> {
        lock(&self.shared.mails).clone()
    }

    /// Those to one address.
    pub fn mails_to(&self, address: &str) -> Vec<Received> {
        self.mails().into_iter().filter(|mail| mail.to.eq_ignore_ascii_case(address)).collect()
    }

    /// The first mail to an address, once it is there; `None` when it is not there within `limit`.
    pub fn wait_for(&self, address: &str, limit: Duration) -> Option<Received> {
        let deadline = Instant::now() + limit;
        loop {
            let first = self.mails_to(address).into_iter().next();
            if first.is_some() || Instant::now() > deadline {
                return first;
            }
            thread::sleep(GLANCE);
        }
    }
}

impl Drop for MailServer {
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

    fn is_closed(&self, address: &str) -> bool {
        lock(&self.closed).contains(&address.to_ascii_lowercase())
    }

    fn keep(&self, mail: Received) {
        let mut mails = lock(&self.mails);
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        mails.push(Received { number, taken_ms: clock::now_ms(), ..mail });
        let most = if self.settings.keeps_all { usize::MAX } else { MOST_KEPT };
        let surplus = mails.len().saturating_sub(most);
        mails.drain(..surplus);
    }
}

/// Percent-encoded, for a part of a URL.
fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

fn tls_config(authority: &Authority) -> Result<ServerConfig> {
    let certificates = CertificateDer::pem_file_iter(&authority.server_certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&authority.server_key)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_no_client_auth().with_single_cert(certificates, key)?)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
