//! The server's side of SMTP: EHLO, STARTTLS, AUTH PLAIN and LOGIN, one mail after the other (RFC 5321, 3207, 4954).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::{ServerConnection, StreamOwned};

use super::received::Received;
use super::{GLANCE, Mood, Shared};
use crate::clock;

/// A client that says nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest mail, in bytes.
const LARGEST: usize = 10 * 1024 * 1024;

enum Line {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// One connection.
struct Session<'a> {
    shared: &'a Shared,
    line: BufReader<Line>,
    is_encrypted: bool,
    user: Option<String>,
    sender: Option<String>,
    recipient: Option<String>,
    /// When it began.
    came_ms: u64,
}

pub(super) fn serve(shared: &Shared, stream: TcpStream) -> io::Result<()> {
    let came_ms = clock::now_ms();
    if shared.mood() == Mood::Dead {
        return Ok(());
    }
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let (line, is_encrypted) = match (&shared.tls, shared.settings.implicit_tls) {
        (Some(_), true) => (encrypted(shared, stream)?, true),
        (_, _) => (Line::Plain(stream), false),
    };
    let line = BufReader::new(line);
    Session { shared, line, is_encrypted, user: None, sender: None, recipient: None, came_ms }.run()
}

fn encrypted(shared: &Shared, stream: TcpStream) -> io::Result<Line> {
    let config = shared.tls.clone().ok_or(io::ErrorKind::Unsupported)?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    Ok(Line::Tls(Box::new(StreamOwned::new(connection, stream))))
}

impl Session<'_> {
    fn run(mut self) -> io::Result<()> {
        if self.shared.mood() == Mood::Busy {
            return self.say("421 4.3.2 Too busy, come back later");
        }
        self.say("220 localhost ESMTP")?;
        loop {
            let line = self.hear()?;
            while self.shared.mood() == Mood::Stalled && !self.shared.is_over() {
                thread::sleep(GLANCE);
            }
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let (verb, rest) = (verb.to_ascii_uppercase(), rest.to_owned());
            match verb.as_str() {
                "EHLO" => self.hello()?,
                "HELO" | "NOOP" => self.say("250 Ok")?,
                "RSET" => {
                    (self.sender, self.recipient) = (None, None);
                    self.say("250 Ok")?;
                }
                "STARTTLS" if self.shared.tls.is_some() && !self.is_encrypted => {
                    self.say("220 2.0.0 Go ahead")?;
                    self = self.encrypt()?;
                }
                "AUTH" => self.sign_in(&rest)?,
                "MAIL" => self.mail(&rest)?,
                "RCPT" => self.rcpt(&rest)?,
                "DATA" if self.recipient.is_none() => self.say("503 5.5.1 RCPT first")?,
                "DATA" => self.data()?,
                "QUIT" => return self.say("221 2.0.0 Bye"),
                _ => self.say("502 5.5.2 Not understood")?,
            }
        }
    }

    fn hello(&mut self) -> io::Result<()> {
        let mut abilities = vec!["localhost", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if self.shared.tls.is_some() && !self.is_encrypted {
            abilities.push("STARTTLS");
        } else {
            abilities.push("AUTH PLAIN LOGIN");
        }
        let last = abilities.len() - 1;
        for (at, ability) in abilities.into_iter().enumerate() {
            self.say(&format!("250{}{ability}", if at == last { ' ' } else { '-' }))?;
        }
        Ok(())
    }

    /// What was said in the clear is forgotten, also what came behind STARTTLS.
    fn encrypt(self) -> io::Result<Self> {
        let (shared, came_ms) = (self.shared, self.came_ms);
        let Line::Plain(stream) = self.line.into_inner() else { return Err(io::ErrorKind::Unsupported.into()) };
        let line = BufReader::new(encrypted(shared, stream)?);
        Ok(Self { shared, line, is_encrypted: true, user: None, sender: None, recipient: None, came_ms })
    }

    fn sign_in(&mut self, rest: &str) -> io::Result<()> {
        let (way, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let (user, password) = match way.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let text = if initial.is_empty() { self.ask("334 ")? } else { decoded(initial) };
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => (self.ask("334 VXNlcm5hbWU6")?, self.ask("334 UGFzc3dvcmQ6")?),
            _ => return self.say("504 5.5.4 Unknown way to sign in"),
        };
        let given = (user.clone(), password);
        let is_right = self.shared.settings.account.as_ref().is_none_or(|account| *account == given);
        if !is_right || self.shared.mood() == Mood::WrongPassword {
            return self.say("535 5.7.8 User name or password is wrong");
        }
        self.user = Some(user);
        self.say("235 2.7.0 Signed in")
    }

    fn ask(&mut self, prompt: &str) -> io::Result<String> {
        self.say(prompt)?;
        Ok(decoded(&self.hear()?))
    }

    fn mail(&mut self, rest: &str) -> io::Result<()> {
        if self.shared.tls.is_some() && !self.is_encrypted {
            return self.say("530 5.7.0 STARTTLS first");
        }
        if self.shared.settings.account.is_some() && self.user.is_none() {
            return self.say("530 5.7.0 Sign in first");
        }
        match address(rest, "FROM:") {
            Some(sender) => {
                (self.sender, self.recipient) = (Some(sender), None);
                self.say("250 2.1.0 Ok")
            }
            None => self.say("501 5.1.7 No address"),
        }
    }

    fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        if self.sender.is_none() {
            return self.say("503 5.5.1 MAIL first");
        }
        match address(rest, "TO:") {
            Some(recipient) if self.shared.mood() == Mood::NobodyHere || self.shared.is_closed(&recipient) => {
                self.say("550 5.1.1 There is no such user here")
            }
            Some(recipient) => {
                self.recipient = Some(recipient);
                self.say("250 2.1.5 Ok")
            }
            None => self.say("501 5.1.3 No address"),
        }
    }

    fn data(&mut self) -> io::Result<()> {
        if self.shared.mood() == Mood::HangsUp {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.say("354 Go ahead")?;
        let raw = self.content()?;
        let (from, to) = (self.sender.take().unwrap_or_default(), self.recipient.take().unwrap_or_default());
        let received = Received::read(from, to, &raw, self.is_encrypted, self.user.clone());
        let received = Received { came_ms: self.came_ms, ..received };
        match self.shared.mood() {
            Mood::Full => return self.say("452 4.3.1 No room for it now"),
            Mood::Spam => return self.say("554 5.7.1 Not wanted here"),
            Mood::LosesAnswer => {
                self.shared.keep(Received { answer_lost: true, ..received });
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            _ => {}
        }
        let id = received.header("Message-ID").map(str::to_owned).unwrap_or_default();
        self.shared.keep(received);
        self.say(&format!("250 2.0.0 Ok: queued as {}", id.trim_matches(['<', '>'])))
    }

    /// Up to the line that is a dot alone, without the dots that were put in front of others.
    fn content(&mut self) -> io::Result<String> {
        let mut content = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.line.read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok(String::from_utf8_lossy(&content).into_owned());
            }
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            if content.len() > LARGEST {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
    }

    fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.line.by_ref().take(4_096).read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        let out = self.line.get_mut();
        out.write_all(format!("{line}\r\n").as_bytes())?;
        out.flush()
    }
}

fn address(rest: &str, word: &str) -> Option<String> {
    let behind = rest.get(word.len()..).filter(|_| rest.to_ascii_uppercase().starts_with(word))?;
    let address = behind.trim().strip_prefix('<')?.split('>').next()?;
    address.contains('@').then(|| address.to_owned())
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&STANDARD.decode(text.trim()).unwrap_or_default()).into_owned()
}
