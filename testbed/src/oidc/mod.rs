//! A real OpenID Connect provider for one machine: it describes itself, asks on a page who somebody is, and gives codes and signed tokens.
//!
//! `cargo xtask dev` runs one, and the tests, which can also make it do what a provider must not ([`Flaw`]). Its answers have the forms of
//! the providers that organisations have ([`Shape`]). It knows nothing of the product's own client: what it reads, it reads by the RFCs.

mod http;
mod keys;
mod page;
mod shape;
mod token;

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use keys::Keys;
use page::Grant;

pub use page::{Person, Said};
pub use shape::Shape;

/// Who the product is to this provider.
pub const CLIENT_ID: &str = "cepatedge.apps.test";
/// What proves it; it has what a form and a header would trip over.
pub const CLIENT_SECRET: &str = "s\u{e9}cret:/+%?= 1";

/// What is wrong with the provider until something else is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// Its description names another issuer.
    OtherDescription,
    /// Its description is a page for people.
    PageAsDescription,
    /// It leads elsewhere instead of describing itself.
    Redirects,
    /// It describes itself without end.
    Endless,
    /// It fails: 500 to everything but its page.
    Fails,
    /// It fails when it is asked for a token.
    TokenFails,
    /// It says nothing when it is asked for a token.
    TokenStalls,
    /// The token names another issuer.
    Issuer,
    /// The token is for another client.
    Audience,
    /// The token is for many, and was issued to another client.
    AuthorizedParty,
    /// The token repeats another attempt's nonce.
    Nonce,
    /// The token has no nonce.
    NoNonce,
    /// The token was over an hour ago.
    Expired,
    /// The token is issued in an hour.
    NotYet,
    /// The token says that it is signed with `none`, and is not signed.
    Unsigned,
    /// The token is signed with the public key, as if that were a secret (HS256).
    PublicKeyAsSecret,
    /// The token is signed with a key that the provider does not publish, under the name of one that it does.
    ForeignKey,
    /// The token is signed with a key that the provider does not publish, under a name of its own.
    UnknownKey,
    /// The token was changed after it was signed.
    Changed,
    /// The answer names another provider (RFC 9207).
    OtherInAnswer,
    /// The answer names no provider, although it was announced.
    NoneInAnswer,
    /// What it says at the userinfo address is about somebody else.
    OtherInUserinfo,
    /// It asks nobody anew, whatever it was asked for: it lets them in by a session of its own, which began an hour ago.
    OldSession,
}

/// How often it was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// For its description.
    pub description: usize,
    /// For its keys.
    pub keys: usize,
    /// For a token.
    pub token: usize,
}

/// A running provider; it ends when it is dropped.
#[derive(Debug)]
pub struct IdentityProvider {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    base_url: String,
    keys: Keys,
    flaw: Mutex<Flaw>,
    grants: Mutex<HashMap<String, Grant>>,
    is_public: AtomicBool,
    asked: [AtomicUsize; 3],
    is_over: AtomicBool,
}

impl IdentityProvider {
    /// Starts one, at this port if it is free.
    pub fn start(port: Option<u16>) -> Result<Self> {
        let wanted = port.and_then(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let listener = match wanted {
            Some(listener) => listener,
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for the identity provider")?,
        };
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            base_url: format!("http://127.0.0.1:{port}"),
            keys: Keys::generate()?,
            flaw: Mutex::default(),
            grants: Mutex::default(),
            is_public: AtomicBool::new(false),
            asked: Default::default(),
            is_over: AtomicBool::new(false),
        });
        let serving = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = serving.clone();
                thread::spawn(move || {
                    // A client that hangs up has heard all that it wanted to.
                    let _gone = http::serve(&shared, &stream);
                });
            }
        });
        Ok(Self { port, shared })
    }

    /// Where it is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// What it calls itself in this shape.
    pub fn issuer(&self, shape: Shape) -> String {
        shape.issuer(&self.shared.base_url)
    }

    /// From now on.
    pub fn set_flaw(&self, flaw: Flaw) {
        *lock(&self.shared.flaw) = flaw;
    }

    /// Signs with a new key from now on, and publishes it; the old one is withdrawn.
    pub fn rotate_keys(&self) {
        self.shared.keys.rotate();
    }

    /// Whether the client is one without a secret from now on.
    pub fn set_public_client(&self, is_public: bool) {
        self.shared.is_public.store(is_public, Ordering::Relaxed);
    }

    /// How often it was asked.
    pub fn asked(&self) -> Asked {
        let [description, keys, token] = [0, 1, 2].map(|at| self.shared.asked[at].load(Ordering::Relaxed));
        Asked { description, keys, token }
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes whoever waits for connections.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    fn flaw(&self) -> Flaw {
        *lock(&self.flaw)
    }

    fn count(&self, at: usize) {
        self.asked[at].fetch_add(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
