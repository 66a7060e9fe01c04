//! One mail to one SMTP server: the dialogue from the greeting to the word that the mail is taken.
//!
//! The order is what makes the outcome known: until the last dot has been sent the mail was certainly not taken, and behind it only
//! the server's answer tells. Nothing is pipelined, so that each refusal has its step.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::message::Mail;
use crate::mime::{dot_stuffed, to_mime};
use crate::outcome::{Failure, Outcome, Step};
use crate::platform::{Limits, Platform, within};
use crate::reply::{ProtocolError, Reply, next_reply};
use crate::url::{Security, SmtpUrl};

const READ_BYTES: usize = 4 * 1024;
/// What ends a mail (RFC 5321, 4.1.1.4), behind the end of its last line.
const END: &[u8] = b".\r\n";

/// Why a step did not succeed.
enum Halt {
    /// The server said no, for now or for good.
    No(Reply),
    /// The connection failed, ended, or nothing came in time.
    Lost(String),
    /// It can only succeed with another setup.
    Setup(&'static str),
}

impl Halt {
    fn late(limit: Duration) -> Self {
        Self::Lost(format!("no answer within {} s", limit.as_secs()))
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Lost(format!("the connection failed: {error}"))
    }
}

impl From<ProtocolError> for Halt {
    fn from(error: ProtocolError) -> Self {
        Self::Lost(error.to_string())
    }
}

/// Where it ended, and why.
type Halted = (Step, Halt);

/// Sends a mail. What is dropped half-way has closed its connection; whether the mail was taken is then unknown.
pub async fn send<P: Platform>(platform: &P, url: &SmtpUrl, limits: &Limits, mail: &Mail) -> Outcome {
    let client = Client { platform, url, limits, at: Cell::new(Step::Connect), ended: Cell::new(false) };
    let late = || Err((client.at.get(), Halt::late(limits.total)));
    match within(platform, limits.total, client.deliver(mail)).await.unwrap_or_else(late) {
        Ok(reply) => Outcome::Taken { answer: client.without_secrets(&shown(&reply)) },
        Err((step, halt)) => client.outcome(step, halt),
    }
}

struct Client<'a, P> {
    platform: &'a P,
    url: &'a SmtpUrl,
    limits: &'a Limits,
    /// The step that it is at.
    at: Cell<Step>,
    /// Whether the end of the mail may have been sent: from then on nobody but the server knows.
    ended: Cell<bool>,
}

impl<P: Platform> Client<'_, P> {
    async fn deliver(&self, mail: &Mail) -> Result<Reply, Halted> {
        let mut wire = self.connected(mail.from.address.domain()).await?;
        let content = dot_stuffed(&to_mime(mail));
        let (from, to) = (mail.from.address.as_str(), mail.to.address.as_str());
        self.command(&mut wire, Step::Sender, DONE, &format!("MAIL FROM:<{from}>")).await?;
        self.command(&mut wire, Step::Recipient, DONE, &format!("RCPT TO:<{to}>")).await?;
        self.command(&mut wire, Step::Data, GO_ON, "DATA").await?;
        let taken = self.content(&mut wire, &content).await?;
        // The mail is taken; how they part changes nothing.
        let _parted = wire.send(b"QUIT\r\n").await;
        Ok(taken)
    }

    /// A connection on which mail may be sent: encrypted where it must be, and signed in.
    async fn connected(&self, name: &str) -> Result<Wire<P::Stream>, Halted> {
        let stream = self.timed(Step::Connect, async { Ok(self.platform.open(self.url).await?) }).await?;
        let mut wire = Wire::new(stream);
        self.step(&mut wire, Step::Greeting, DONE, None).await?;
        let hello = format!("EHLO {name}");
        let mut abilities = self.command(&mut wire, Step::Hello, DONE, &hello).await?;
        if self.url.security() == Security::StartTls {
            if abilities.ability("STARTTLS").is_none() {
                return Err((Step::Encrypt, Halt::Setup("the server offers no encryption (STARTTLS)")));
            }
            self.command(&mut wire, Step::Encrypt, DONE, "STARTTLS").await?;
            wire = self.encrypted(wire).await?;
            // What was said before is forgotten: anybody could have said it (RFC 3207, 4.2).
            abilities = self.command(&mut wire, Step::Hello, DONE, &hello).await?;
        }
        if !self.url.user().is_empty() {
            self.sign_in(&mut wire, &abilities).await?;
        }
        Ok(wire)
    }

    async fn encrypted(&self, wire: Wire<P::Stream>) -> Result<Wire<P::Stream>, Halted> {
        if !wire.inbox.is_empty() {
            // Sent in the clear by somebody who wants it taken for encrypted (CVE-2011-0411 and its kin).
            return Err((Step::Encrypt, Halt::Lost("bytes came in the clear behind STARTTLS".to_owned())));
        }
        let secure = async {
            self.platform.encrypt(wire.stream, self.url).await.map_err(|error| {
                Halt::Lost(format!("the server's certificate must be trusted and name {}: {error}", self.url.host()))
            })
        };
        Ok(Wire::new(self.timed(Step::Encrypt, secure).await?))
    }

    async fn sign_in(&self, wire: &mut Wire<P::Stream>, abilities: &Reply) -> Result<(), Halted> {
        let ways = abilities.ability("AUTH").unwrap_or_default();
        let offers = |way: &str| ways.split_whitespace().any(|offered| offered == way);
        let [user, password, both] = self.secrets();
        if offers("PLAIN") {
            self.command(wire, Step::SignIn, DONE, &format!("AUTH PLAIN {both}")).await?;
        } else if offers("LOGIN") {
            self.command(wire, Step::SignIn, GO_ON, "AUTH LOGIN").await?;
            self.command(wire, Step::SignIn, GO_ON, &user).await?;
            self.command(wire, Step::SignIn, DONE, &password).await?;
        } else {
            let why = "the server offers neither AUTH PLAIN nor AUTH LOGIN";
            return Err((Step::SignIn, Halt::Setup(why)));
        }
        Ok(())
    }

    /// User, password, and both as PLAIN has them (RFC 4616), as they go over the wire.
    fn secrets(&self) -> [String; 3] {
        let (user, password) = (self.url.user(), self.url.password());
        [user.to_owned(), password.to_owned(), format!("\0{user}\0{password}")].map(|text| STANDARD.encode(text))
    }

    async fn content(&self, wire: &mut Wire<P::Stream>, content: &str) -> Result<Reply, Halted> {
        let sent = async {
            wire.send(content.as_bytes()).await?;
            self.ended.set(true);
            wire.send(END).await?;
            DONE.check(wire.receive().await?)
        };
        self.timed(Step::Content, sent).await
    }

    async fn command(
        &self,
        wire: &mut Wire<P::Stream>,
        step: Step,
        wanted: Wanted,
        line: &str,
    ) -> Result<Reply, Halted> {
        self.step(wire, step, wanted, Some(line)).await
    }

    async fn step(
        &self,
        wire: &mut Wire<P::Stream>,
        step: Step,
        wanted: Wanted,
        line: Option<&str>,
    ) -> Result<Reply, Halted> {
        let exchange = async {
            if let Some(line) = line {
                wire.send(format!("{line}\r\n").as_bytes()).await?;
            }
            wanted.check(wire.receive().await?)
        };
        self.timed(step, exchange).await
    }

    async fn timed<T>(&self, step: Step, work: impl Future<Output = Result<T, Halt>>) -> Result<T, Halted> {
        let limit = self.limits.of(step);
        self.at.set(step);
        let outcome = within(self.platform, limit, work).await;
        outcome.unwrap_or_else(|| Err(Halt::late(limit))).map_err(|halt| (step, halt))
    }

    fn outcome(&self, step: Step, halt: Halt) -> Outcome {
        match halt {
            Halt::Setup(why) => Outcome::Refused(Failure::at(step, why)),
            Halt::Lost(why) => {
                let failure = Failure::at(step, self.without_secrets(&why));
                if self.ended.get() { Outcome::Unknown(failure) } else { Outcome::Later(failure) }
            }
            Halt::No(reply) => {
                let failure = Failure {
                    step,
                    code: Some(reply.code),
                    enhanced: reply.enhanced().map(str::to_owned),
                    detail: self.without_secrets(&reply.text()),
                };
                if reply.is_transient() { Outcome::Later(failure) } else { Outcome::Refused(failure) }
            }
        }
    }

    /// Servers repeat what they do not understand.
    fn without_secrets(&self, text: &str) -> String {
        let secrets = self.secrets().into_iter().chain([self.url.password().to_owned()]);
        // A password of three letters would blot out half of what is said.
        secrets.filter(|secret| secret.len() > 3).fold(text.to_owned(), |text, secret| text.replace(&secret, "…"))
    }
}

/// The first digit of the reply that a command goes on with (RFC 5321, 4.2.1). Anything else that is no refusal means that the two
/// sides are out of step: what follows would be taken for something that it is not.
#[derive(Clone, Copy)]
struct Wanted(u16);

const DONE: Wanted = Wanted(2);
const GO_ON: Wanted = Wanted(3);

impl Wanted {
    fn check(self, reply: Reply) -> Result<Reply, Halt> {
        match reply.code / 100 {
            class if class == self.0 => Ok(reply),
            4 | 5 => Err(Halt::No(reply)),
            _ => Err(Halt::Lost(format!("an unexpected reply: {} {}", reply.code, reply.text()))),
        }
    }
}

fn shown(reply: &Reply) -> String {
    let enhanced = reply.enhanced().map(|code| format!("{code} ")).unwrap_or_default();
    format!("{} {enhanced}{}", reply.code, reply.text())
}

/// A byte stream and what has been read from it but not yet understood.
struct Wire<S> {
    stream: S,
    inbox: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    fn new(stream: S) -> Self {
        Self { stream, inbox: BytesMut::new() }
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The next reply. Holds at most one incomplete reply of bounded size.
    async fn receive(&mut self) -> Result<Reply, Halt> {
        loop {
            if let Some(reply) = next_reply(&mut self.inbox)? {
                return Ok(reply);
            }
            self.inbox.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.inbox).await? == 0 {
                return Err(Halt::Lost("the server hung up".to_owned()));
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
