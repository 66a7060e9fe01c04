//! Many live sockets in one thread: a WebSocket client that counts text messages (RFC 6455; what a server sends is not
//! masked).

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::http::Call;
use crate::side::Side;

const PATIENCE: Duration = Duration::from_secs(30);

/// One socket.
struct Socket {
    stream: TcpStream,
    unread: Vec<u8>,
    texts: u64,
}

/// Sockets that watch one request.
pub struct Sockets {
    epoll: Epoll,
    all: Vec<Socket>,
}

impl Sockets {
    /// Opens `count` sockets on a request, in turn as each of the accounts, and waits until each is up to date.
    pub fn open(side: &Side, id: &str, accounts: &[&'static str], count: usize) -> Result<Self> {
        let mut sockets = Self { epoll: Epoll::new(EpollCreateFlags::empty())?, all: Vec::with_capacity(count) };
        for (number, who) in (0..count).zip(accounts.iter().cycle()) {
            let call = Call::get(&format!("/api/requests/{id}/live"))
                .with("origin", "http://127.0.0.1")
                .with("connection", "upgrade")
                .with("upgrade", "websocket")
                .with("sec-websocket-version", "13")
                .with("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
            let mut connection = side.connect()?;
            connection.upgrade(&side.signed(who, call))?;
            let (stream, unread) = connection.into_parts();
            stream.set_nonblocking(true)?;
            sockets.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, number as u64))?;
            let mut socket = Socket { stream, unread, texts: 0 };
            socket.count();
            sockets.all.push(socket);
        }
        sockets.until_each_has(1)?;
        Ok(sockets)
    }

    /// How many text messages each socket has had so far, at least.
    pub fn least(&self) -> u64 {
        self.all.iter().map(|socket| socket.texts).min().unwrap_or_default()
    }

    /// Reads until every socket has had `texts` messages; when the last one got it.
    pub fn until_each_has(&mut self, texts: u64) -> Result<Instant> {
        let deadline = Instant::now() + PATIENCE;
        let mut missing = self.all.iter().filter(|socket| socket.texts < texts).count();
        let mut events = vec![EpollEvent::empty(); 256];
        while missing > 0 {
            if Instant::now() > deadline {
                bail!("{missing} of {} sockets got nothing for {PATIENCE:?}", self.all.len());
            }
            let ready = self.epoll.wait(&mut events, EpollTimeout::from(1_000_u16))?;
            for event in events.iter().take(ready) {
                let socket = self.all.get_mut(event.data() as usize).context("an event of no socket")?;
                let before = socket.texts;
                socket.read()?;
                if before < texts && socket.texts >= texts {
                    missing -= 1;
                }
            }
        }
        Ok(Instant::now())
    }
}

impl Socket {
    fn read(&mut self) -> Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => bail!("a socket was closed"),
            Ok(read) => self.unread.extend(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        self.count();
        Ok(())
    }

    /// Takes whole frames off what was read.
    fn count(&mut self) {
        let mut start = 0;
        while let Some((opcode, length)) = frame(self.unread.get(start..).unwrap_or_default()) {
            start += length;
            if opcode == 1 {
                self.texts += 1;
            }
        }
        self.unread.drain(..start);
    }
}

/// The opcode and the whole length of the frame at the beginning, if it is there to its end.
fn frame(bytes: &[u8]) -> Option<(u8, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (head, payload) = match second & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= head + payload).then_some((first & 0x0f, head + payload))
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn a_frame_is_taken_when_it_is_whole() {
        assert_eq!(frame(&[0x81, 2, b'h', b'i', 0x81]), Some((1, 4)));
        assert_eq!(frame(&[0x81, 2, b'h']), None);
        let long: Vec<u8> = [0x81, 126, 1, 0].into_iter().chain([0; 256]).collect();
        assert_eq!(frame(&long), Some((1, 260)));
        assert_eq!(frame(long.get(..100).unwrap()), None);
    }
}
