//! What the kernel says about a process: its processor time, its memory, whether it has come to rest.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Milliseconds of processor time, user and system, of all threads of the process, to the microsecond.
pub fn cpu_ms(pid: u32) -> Result<f64> {
    let mut total_ns = 0.0;
    for task in fs::read_dir(format!("/proc/{pid}/task")).context("the process is gone")? {
        let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        total_ns += text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default();
    }
    Ok(total_ns / 1e6)
}

/// Kilobytes of memory that the process has resident.
pub fn resident_kb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    line.trim().trim_end_matches("kB").trim().parse().context("an unreadable VmRSS")
}

/// The machine's load of the last minute.
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

/// Waits until the processes do next to nothing, `limit` at most: what went on behind the replies is then done.
pub fn rest(pids: &[u32], limit: Duration) -> Result<()> {
    const LOOK: Duration = Duration::from_millis(300);
    let deadline = Instant::now() + limit;
    let busy_ms = || pids.iter().map(|pid| cpu_ms(*pid)).sum::<Result<f64>>();
    let mut before = busy_ms()?;
    loop {
        thread::sleep(LOOK);
        let now = busy_ms()?;
        if now - before < 6.0 || Instant::now() > deadline {
            return Ok(());
        }
        before = now;
    }
}
