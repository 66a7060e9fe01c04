//! A connection to a server that says anything: sign-in, a transaction, a sign of life.
//!
//! In whatever pieces its words come, the outcome is the same. A transaction is committed only if the server said
//! COMMIT and idle, in their places and without an error before. A server elsewhere is believed only if it has proved
//! that it knows the password, which is never sent.

#![no_main]

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use cepatedge_fuzz::{Input, begin, finish};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use pg::connection::{Access, Connection};
use pg::frame::{Backend, TransactionStatus, next_message};
use pg::statement::Statement;
use pg::url::{DatabaseUrl, Reach};
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const PASSWORD: &str = "Tr0ub4dor-and-3";
const SALT: &[u8] = b"sixteen of salt.";

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    let host = ["localhost", "db.example.com"][input.below(2)];
    let url = DatabaseUrl::parse(&format!("postgres://app:{PASSWORD}@{host}/app")).unwrap();
    let statements = vec![Statement::new("SELECT 1"); input.below(3)];
    let piece = usize::from(input.byte());
    let heard = converse(&url, &statements, input, usize::MAX);
    assert_eq!(converse(&url, &statements, input, piece.max(1)), heard, "in other pieces");
});

/// What came of it, in words.
fn converse(url: &DatabaseUrl, statements: &[Statement], script: Input<'_>, piece: usize) -> Vec<String> {
    let mut server =
        Server { script, piece, ready: Vec::new(), said: Vec::new(), heard: Vec::new(), waits: true, proved: false };
    let signed_in = finish(Connection::sign_in(&mut server, url));
    let mut words = vec![format!("{:?}", signed_in.as_ref().map(|_| ()))];
    if let Ok(mut connection) = signed_in {
        let outcome = finish(connection.transaction(Access::ReadWrite, statements));
        words.push(format!("{outcome:?}"));
        let is_idle = connection.is_idle();
        let answered = is_idle.then(|| finish(connection.ping()).is_ok() && connection.is_idle());
        words.push(format!("{is_idle} {answered:?}"));
        drop(connection);
        assert!(url.reach() == Reach::Local || server.proved, "it was believed without a proof");
        let messages = server.messages();
        assert!(outcome.is_err() || is_committed(&messages, statements.len()), "{outcome:?}: {messages:?}");
        let idle = Backend::Ready(TransactionStatus::Idle);
        assert!(!is_idle || messages.iter().filter(|message| **message == idle).count() >= 2);
    }
    assert!(!server.heard.windows(PASSWORD.len()).any(|words| words == PASSWORD.as_bytes()));
    words
}

/// Whether the server's words, somewhere behind the sign-in, are those of a commit: BEGIN and three settings go before
/// the statements.
fn is_committed(messages: &[Backend], statements: usize) -> bool {
    let words: Vec<_> = messages.iter().filter(|message| **message != Backend::Ignored).collect();
    let idle = Backend::Ready(TransactionStatus::Idle);
    let Some(signed_in) = words.iter().position(|word| **word == idle) else { return false };
    let words = &words[signed_in + 1..];
    let is_end = |word: &&&Backend| matches!(word, Backend::Complete(_) | Backend::EmptyQuery);
    let Some(end) = words.iter().position(|word| matches!(word, Backend::Ready(_))) else { return false };
    let (exchange, ready) = (&words[..end], words[end]);
    *ready == idle
        && exchange.iter().filter(is_end).count() == 1 + 3 + statements + 1
        && exchange.last().is_some_and(|word| **word == Backend::Complete("COMMIT".to_owned()))
        && !exchange.iter().any(|word| matches!(word, Backend::Error(_)))
}

/// A server that follows the input: any bytes, and what a real one would say, which the fuzzer could not guess.
struct Server<'a> {
    script: Input<'a>,
    /// The largest piece that is handed out at once.
    piece: usize,
    /// Said, and not yet handed out.
    ready: Vec<u8>,
    /// All that was said.
    said: Vec<u8>,
    /// All that the client said.
    heard: Vec<u8>,
    /// Every other look finds nothing yet.
    waits: bool,
    /// Whether it has shown that it knows the password.
    proved: bool,
}

impl Server<'_> {
    fn messages(&self) -> Vec<Backend> {
        let mut said = BytesMut::from(&self.said[..]);
        std::iter::from_fn(|| next_message(&mut said).ok().flatten()).collect()
    }

    /// The next words of the script; nothing at its end.
    fn next_words(&mut self) -> Vec<u8> {
        let script = &mut self.script;
        if script.is_empty() {
            return Vec::new();
        }
        match script.byte() % 16 {
            0 => script.bytes().to_vec(),
            1 => {
                let tag = script.byte();
                message(tag, script.bytes())
            }
            2 => message(b'R', b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"),
            3 => self.challenge(),
            4 => self.proof(),
            5 => message(b'R', &[0, 0, 0, 0]),
            6 => message(b'Z', &[*b"ITEX".get(script.below(4)).unwrap()]),
            7 => message(b'1', b""),
            8 => message(b'2', b""),
            9 => {
                let text = script.bytes();
                let length = u32::try_from(text.len()).unwrap();
                message(b'D', &[&[0, 1], &length.to_be_bytes()[..], text].concat())
            }
            10 => message(b'C', [&b"COMMIT\0"[..], b"ROLLBACK\0", b"BEGIN\0", b"SELECT 1\0"][script.below(4)]),
            11 => message(b'E', [&b"SERROR\0C40001\0Mno\0\0"[..], b"SFATAL\0C57P01\0Mno\0\0"][script.below(2)]),
            12 => message(b'S', b"client_encoding\0UTF8\0"),
            // A whole transaction, and a statement of one.
            13 => {
                let count = 5 + script.below(3);
                let one = [message(b'1', b""), message(b'2', b""), message(b'C', b"SELECT 1\0")].concat();
                let last = [message(b'1', b""), message(b'2', b""), message(b'C', b"COMMIT\0")].concat();
                [one.repeat(count - 1), last, message(b'Z', b"I")].concat()
            }
            14 => [message(b'1', b""), message(b'2', b""), message(b'C', b"SELECT 1\0")].concat(),
            _ => message(b'I', b""),
        }
    }

    /// A challenge to the nonce that the client sent.
    fn challenge(&mut self) -> Vec<u8> {
        let iterations = ["1", "2", "0", "100001", "4294967295", "-1", "x"][self.script.below(7)];
        let behind = String::from_utf8_lossy(self.script.bytes()).into_owned();
        let text = format!("r={}s,s={},i={iterations}{behind}", self.client_nonce(), STANDARD.encode(SALT));
        message(b'R', &[&[0, 0, 0, 11], text.as_bytes()].concat())
    }

    /// The proof that belongs to a challenge of one iteration, or a wrong one.
    fn proof(&mut self) -> Vec<u8> {
        let nonce = self.client_nonce();
        let salted = hmac(PASSWORD.as_bytes(), &[SALT, &[0, 0, 0, 1]].concat());
        let first = format!("r={nonce}s,s={},i=1", STANDARD.encode(SALT));
        let auth = format!("n=,r={nonce},{first},c=biws,r={nonce}s");
        let mut signature = hmac(&hmac(&salted, b"Server Key"), auth.as_bytes());
        let damage = self.script.byte();
        signature[usize::from(damage) % 32] ^= damage;
        self.proved |= damage == 0;
        let text = format!("v={}", STANDARD.encode(signature));
        message(b'R', &[&[0, 0, 0, 12], text.as_bytes()].concat())
    }

    fn client_nonce(&self) -> String {
        let heard = String::from_utf8_lossy(&self.heard);
        let nonce = heard.split("n,,n=,r=").nth(1).unwrap_or_default();
        nonce.chars().take_while(char::is_ascii_graphic).take(24).collect()
    }
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

impl AsyncRead for Server<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.waits = !self.waits;
        if self.waits && self.piece < 128 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.ready.is_empty() {
            // Empty words are no end.
            while self.ready.is_empty() && !self.script.is_empty() {
                let words = self.next_words();
                self.said.extend_from_slice(&words);
                self.ready = words;
            }
        }
        let size = self.ready.len().min(self.piece).min(buffer.remaining());
        buffer.put_slice(&self.ready[..size]);
        self.ready.drain(..size);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server<'_> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.heard.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
