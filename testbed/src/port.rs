//! Free ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::process::POLL;

/// Below what systems take for outgoing connections (from 32768 on Linux, from 49152 on macOS): each connection of a
/// client takes one of those, so that a free one among them may be gone a moment later.
const LISTENING: Range<u16> = 15_000..32_000;
const TRIES: usize = 100;

/// A port that nobody listened on a moment ago, any of [`LISTENING`]. Another process may take it in between: who binds it
/// must be ready to ask again.
pub fn free() -> Result<u16> {
    for _ in 0..TRIES {
        let mut any = [0; 2];
        getrandom::getrandom(&mut any).map_err(|error| anyhow!("the system gave no random bytes: {error}"))?;
        let port = LISTENING.start + u16::from_ne_bytes(any) % (LISTENING.end - LISTENING.start);
        if is_free(port) {
            return Ok(port);
        }
    }
    bail!("none of {TRIES} ports on 127.0.0.1 is free")
}

/// Whether somebody could listen on `port` now.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whether somebody could listen on `port` within this time.
pub fn becomes_free(port: u16, within: Duration) -> bool {
    let deadline = Instant::now() + within;
    while !is_free(port) {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_none_that_an_outgoing_connection_takes() {
        for _ in 0..50 {
            let port = free().unwrap();
            assert!(LISTENING.contains(&port) && is_free(port), "{port}");
        }
    }
}
