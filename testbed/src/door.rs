//! A port of this machine where connections are taken, which can be closed and opened again: as of a server that dies and comes back.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How often a closed door is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// A door; it closes for good when it is dropped.
#[derive(Debug)]
pub struct Door {
    /// Where it is, on 127.0.0.1.
    pub port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    is_closed: AtomicBool,
    is_over: AtomicBool,
}

impl State {
    fn is_shut(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed) || self.is_over.load(Ordering::Relaxed)
    }
}

impl Door {
    /// Opens one at `port`, 0 for any that is free, and serves each connection in a thread of its own.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn open(port: u16, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Result<Self> {
        let mut listener = bind(port)?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State { is_closed: AtomicBool::new(false), is_over: AtomicBool::new(false) });
        let (ours, serve) = (state.clone(), Arc::new(serve));
        thread::spawn(move || {
            loop {
                for stream in listener.incoming().map_while(Result::ok) {
                    if ours.is_shut() {
                        break;
                    }
                    let serve = serve.clone();
                    thread::spawn(move || serve(stream));
                }
                drop(listener);
                listener = loop {
                    if ours.is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    // Meanwhile a connection of somebody else may have got the port, for a moment.
                    match if ours.is_shut() { None } else { bind(port).ok() } {
                        Some(listener) => break listener,
                        None => thread::sleep(GLANCE),
                    }
                };
            }
        });
        Ok(Self { port, state })
    }

    /// Whoever knocks from now on finds nobody: the port is closed. Who is inside stays.
    pub fn close(&self) {
        if !self.state.is_closed.swap(true, Ordering::Relaxed) {
            self.knock();
        }
    }

    /// Takes connections again.
    pub fn reopen(&self) {
        self.state.is_closed.store(false, Ordering::Relaxed);
    }

    /// Wakes the thread that waits for connections.
    fn knock(&self) {
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Relaxed);
        self.knock();
    }
}

fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| format!("port {port} cannot be had"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::time::Instant;

    use super::*;

    fn is_answered(port: u16) -> bool {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
        let mut text = String::new();
        stream.read_to_string(&mut text).is_ok() && text == "here"
    }

    fn becomes(port: u16, wanted: bool) -> bool {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if is_answered(port) == wanted {
                return true;
            }
            thread::sleep(GLANCE);
        }
        false
    }

    #[test]
    fn a_closed_door_is_a_closed_port_until_it_is_opened_again() {
        let door = Door::open(0, |mut stream| stream.write_all(b"here").unwrap()).unwrap();
        assert!(is_answered(door.port));
        for _ in 0..3 {
            door.close();
            assert!(becomes(door.port, false));
            assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, door.port)).is_err(), "refused, and not hung up on");
            door.reopen();
            assert!(becomes(door.port, true));
        }
    }
}
