//! One event to many live sockets: the time until the last of them has it. And what a socket weighs.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::Bench;
use crate::http::Call;
use crate::load::median;
use crate::process;
use crate::report::say;
use crate::results::{Better, Line};
use crate::routes::requests;
use crate::side::Side;
use crate::sockets::Sockets;

/// Viewers of four kinds: each gets a record of its own.
const ACCOUNTS: [&str; 4] = ["manager", "tech", "admin", "requester"];
/// Events of one round.
const EVENTS: usize = 10;

/// Opens the sockets on both, then sends events to one and the other in turn.
pub fn run(bench: &mut Bench) -> Result<()> {
    let count = bench.options.pick(200, 1_000);
    for side in [&mut bench.ours, &mut bench.peer] {
        // Memory that earlier scenarios left free would hide what the sockets take.
        side.restart_with(|_| Ok(()))?;
    }
    let mut watched = Vec::new();
    for side in [&bench.ours, &bench.peer] {
        let id = requests(side, "fan-out", 1)?.pop().context("no request to watch")?;
        drop(Sockets::open(side, &id, &ACCOUNTS, 40)?);
        side.rest()?;
        let before = process::resident_kb(side.workerd.pid)?;
        let sockets = Sockets::open(side, &id, &ACCOUNTS, count)?;
        let weight_kb = (process::resident_kb(side.workerd.pid)? - before) / count as f64;
        watched.push((side, id, sockets, weight_kb));
    }
    let (mut last_ms, mut cpu_us) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for round in 0..=bench.options.rounds() {
        for (index, (side, id, sockets, _)) in watched.iter_mut().enumerate() {
            side.rest()?;
            for _ in 0..EVENTS {
                let (took_ms, took_cpu_ms) = one_event(side, id, sockets)?;
                // The first round warms up.
                if round > 0 {
                    last_ms[index].push(took_ms);
                    cpu_us[index].push(took_cpu_ms * 1_000.0 / count as f64);
                }
            }
        }
    }
    let (last_ms, cpu_us) = (last_ms.map(|all| median(&all)), cpu_us.map(|all| median(&all)));
    let weights: Vec<f64> = watched.iter().map(|(.., weight)| *weight).collect();
    let last = format!("last of {count} sockets, ms");
    let lines = [
        Line::new("fan-out", &last, last_ms[0], last_ms[1], Better::Less, Some(1.0)),
        Line::new("fan-out", "CPU per socket and event, µs", cpu_us[0], cpu_us[1], Better::Less, None),
        Line::new("memory", "per open socket, kB", weights[0], weights[1], Better::Less, None),
    ];
    lines.iter().for_each(say);
    bench.lines.extend(lines);
    Ok(())
}

/// From the moment that the comment is sent until the last viewer has it.
fn one_event(side: &Side, id: &str, sockets: &mut Sockets) -> Result<(f64, f64)> {
    let call = Call::post(&format!("/api/requests/{id}/comments"), r#"{"body":"On my way."}"#);
    let call = side.signed("manager", call);
    let mut wire = side.connect()?;
    let next = sockets.least() + 1;
    let (cpu_before, began) = (process::cpu_ms(side.workerd.pid)?, Instant::now());
    let answered = std::thread::scope(|scope| {
        let sending = scope.spawn(|| wire.call(&call));
        let got = sockets.until_each_has(next);
        let sent = sending.join().map_err(|_| anyhow::anyhow!("the sender panicked"))?;
        sent?.expect(201)?;
        got
    })?;
    let cpu_ms = process::cpu_ms(side.workerd.pid)? - cpu_before;
    Ok((answered.duration_since(began).as_secs_f64() * 1_000.0, cpu_ms))
}
