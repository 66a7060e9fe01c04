//! What calls between objects come to where each takes 20 ms, as across a continent: an answer takes as long as the
//! calls that it waits for, one behind the other. Both builds run behind `runtime/counted.js`, which delays and counts.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use testbed::{Counts, Report};

use crate::Bench;
use crate::http::Call;
use crate::report::say;
use crate::results::{Better, Line};
use crate::routes::{Maker, ROUTES, Route};
use crate::side::Side;

/// The simulated delay of a call, in milliseconds.
const HOP_MS: f64 = 20.0;

/// Routes that only read, and the calls in sequence that an answer may take: DESIGN, section 8.
const READS: [&str; 4] = ["me", "record", "timeline", "list"];
const READ_HOPS: f64 = 1.0;

/// Routes that write, and the calls in sequence that they may take before their commit. The index comes behind it.
const WRITES: [&str; 3] = ["create", "transition", "comment"];
const WRITE_HOPS: f64 = 2.0;

/// Between two calls, so that the second does not wait for what goes on behind the first.
const PAUSE: Duration = Duration::from_millis(150);

/// What one route takes on one side.
struct Taken {
    hops: f64,
    hops_before_commit: f64,
    /// Its fastest answer: what else the machine does is in the others.
    fastest_ms: f64,
    /// The same with the delay.
    delayed_ms: f64,
}

impl Taken {
    /// How many delays its answer waited for, by the clock.
    fn delays(&self) -> f64 {
        (self.delayed_ms - self.fastest_ms) / HOP_MS
    }
}

/// Measures each of the routes on both, and starts both again without delay.
pub fn run(bench: &mut Bench) -> Result<()> {
    let (calls, names) = (bench.options.pick(10, 40), READS.into_iter().chain(WRITES));
    for side in [&mut bench.ours, &mut bench.peer] {
        side.restart_counted(true)?;
    }
    let mut lines = Vec::new();
    for name in names {
        let route = ROUTES.iter().find(|route| route.name == name).context("no such route")?;
        lines.extend(compare(route, &taken(&bench.ours, route, calls)?, &taken(&bench.peer, route, calls)?)?);
    }
    for side in [&mut bench.ours, &mut bench.peer] {
        side.restart_counted(false)?;
    }
    lines.iter().for_each(say);
    bench.lines.extend(lines);
    Ok(())
}

fn compare(route: &Route, ours: &Taken, peer: &Taken) -> Result<Vec<Line>> {
    let least_ms = ours.hops * HOP_MS;
    ensure!(ours.delayed_ms >= least_ms, "{} answers sooner than its {} calls can", route.name, ours.hops);
    let line = |measure: &str| format!("{}: {measure}", route.name);
    let (measure, own, peers, promised) = if READS.contains(&route.name) {
        (line("calls in sequence"), ours.hops, peer.hops, READ_HOPS)
    } else {
        (line("calls before the commit"), ours.hops_before_commit, peer.hops_before_commit, WRITE_HOPS)
    };
    let plain = line("fastest without delay, ms");
    let delayed = line(&format!("fastest at {HOP_MS} ms a call, ms"));
    Ok(vec![
        Line::new("hops", &measure, own, peers, Better::Less, None),
        Line::alone("hops", &line("the same, promised"), own, Better::Less, Some(promised)),
        Line::new("hops", &plain, ours.fastest_ms, peer.fastest_ms, Better::Less, None),
        Line::new("hops", &delayed, ours.delayed_ms, peer.delayed_ms, Better::Less, None),
        Line::alone("hops", &line("delays by the clock"), ours.delays(), Better::Less, Some(ours.hops + 1.0)),
    ])
}

fn taken(side: &Side, route: &Route, calls: usize) -> Result<Taken> {
    let maker = (route.prepare)(side)?;
    side.rest()?;
    let counts = counted(side, route, &maker)?;
    let mut numbers = 1_u64..;
    let mut fastest_ms = |hop_ms: f64| -> Result<f64> {
        side.rest()?;
        control(side, hop_ms)?;
        let mut wire = side.connect()?;
        let mut fastest_ms = f64::INFINITY;
        for number in numbers.by_ref().take(calls) {
            let request = maker(0, number);
            let began = Instant::now();
            wire.want(&request, route.expect)?;
            fastest_ms = fastest_ms.min(began.elapsed().as_secs_f64() * 1_000.0);
            thread::sleep(PAUSE);
        }
        Ok(fastest_ms)
    };
    let (delayed_ms, fastest_ms) = (fastest_ms(HOP_MS)?, fastest_ms(0.0)?);
    let (hops, hops_before_commit) = (counts.hops as f64, counts.hops_before_commit.unwrap_or_default() as f64);
    Ok(Taken { hops, hops_before_commit, fastest_ms, delayed_ms })
}

/// One call alone, from rest to its answer.
fn counted(side: &Side, route: &Route, maker: &Maker) -> Result<Counts> {
    control(side, HOP_MS)?;
    side.connect()?.want(&maker(0, 0), route.expect)?;
    let report: Report = serde_json::from_slice(&side.connect()?.call(&Call::get("/__counts"))?.body)?;
    report.answer.context("nothing was answered")
}

fn control(side: &Side, hop_ms: f64) -> Result<()> {
    let reply = side.connect()?.call(&Call::post(&format!("/__counts?hop_ms={hop_ms}"), ""))?;
    ensure!(reply.status == 200, "the counting says {}", reply.status);
    Ok(())
}
