//! Free ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process::POLL;

/// A port that nobody listened on a moment ago. Another process may take it in between: who binds it must be ready to
/// ask again.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
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
