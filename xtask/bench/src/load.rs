//! Load on a runtime: as much as it takes (closed loop), or at a fixed rate (open loop).
//!
//! In the open loop a request has its moment, whether or not earlier ones are answered, and its latency counts from that
//! moment: a stall is paid by everyone who would have come during it (no coordinated omission).

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::http::Connection;
use crate::process;

/// Makes the request number `number` of connection `connection`, as it goes over the wire.
pub type Make<'a> = dyn Fn(usize, u64) -> Vec<u8> + Sync + 'a;

/// Where requests go and what they are.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    /// The runtime's port.
    pub port: u16,
    /// The runtime's process, whose processor time is counted.
    pub pid: u32,
    /// The requests.
    pub make: &'a Make<'a>,
    /// The status of every answer.
    pub expect: u16,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// Answers per second.
    pub per_second: f64,
    /// Median latency in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 were answered within this, in milliseconds.
    pub p99_ms: f64,
    /// Processor time of the runtime per answer, in microseconds.
    pub cpu_us: f64,
}

/// Each connection sends the next request when it has the answer to the last.
pub fn closed(load: &Load<'_>, connections: usize, lasting: Duration) -> Result<Measured> {
    let numbers = AtomicU64::new(0);
    run(load, connections, |connection, wire| {
        let mut latencies = Vec::new();
        let deadline = Instant::now() + lasting;
        loop {
            let began = Instant::now();
            if began >= deadline {
                return Ok(latencies);
            }
            let number = numbers.fetch_add(1, Ordering::Relaxed);
            send(load, wire, connection, number)?;
            latencies.push(began.elapsed());
        }
    })
}

/// `per_second` requests are due, evenly spread, over the connections that are free.
pub fn open(load: &Load<'_>, connections: usize, per_second: f64, lasting: Duration) -> Result<Measured> {
    let numbers = AtomicU64::new(0);
    let total = (per_second * lasting.as_secs_f64()) as u64;
    let began = Instant::now() + Duration::from_millis(20);
    run(load, connections, |connection, wire| {
        let mut latencies = Vec::new();
        loop {
            let number = numbers.fetch_add(1, Ordering::Relaxed);
            if number >= total {
                return Ok(latencies);
            }
            let due = began + Duration::from_secs_f64(number as f64 / per_second);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            send(load, wire, connection, number)?;
            latencies.push(due.elapsed());
        }
    })
}

fn send(load: &Load<'_>, wire: &mut Connection, connection: usize, number: u64) -> Result<()> {
    wire.want(&(load.make)(connection, number), load.expect)
}

fn run(
    load: &Load<'_>,
    connections: usize,
    work: impl Fn(usize, &mut Connection) -> Result<Vec<Duration>> + Sync,
) -> Result<Measured> {
    let mut wires = (0..connections).map(|_| Connection::open(load.port)).collect::<Result<Vec<_>>>()?;
    let (cpu_before, began) = (process::cpu_ms(load.pid)?, Instant::now());
    let outcomes: Vec<Result<Vec<Duration>>> = thread::scope(|scope| {
        let threads: Vec<_> = wires
            .iter_mut()
            .enumerate()
            .map(|(connection, wire)| {
                let work = &work;
                scope.spawn(move || work(connection, wire))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow!("a connection's thread panicked"))))
            .collect()
    });
    let (elapsed, cpu_after) = (began.elapsed(), process::cpu_ms(load.pid)?);
    let mut latencies = Vec::new();
    for outcome in outcomes {
        latencies.extend(outcome?);
    }
    latencies.sort_unstable();
    let answers = latencies.len().max(1) as f64;
    Ok(Measured {
        per_second: answers / elapsed.as_secs_f64(),
        p50_ms: percentile_ms(&latencies, 0.5),
        p99_ms: percentile_ms(&latencies, 0.99),
        cpu_us: (cpu_after - cpu_before) * 1_000.0 / answers,
    })
}

/// What so large a share of the latencies, which are sorted, did not exceed, in milliseconds.
pub fn percentile_ms(sorted: &[Duration], share: f64) -> f64 {
    let index = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    sorted.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
}

/// The median.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(high), 0) => (high + sorted.get(middle - 1).copied().unwrap_or(*high)) / 2.0,
        (Some(only), _) => *only,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let ms: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!((percentile_ms(&ms, 0.5), percentile_ms(&ms, 0.99)), (100.0, 198.0));
        assert_eq!(percentile_ms(&[], 0.5), 0.0);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    }
}
