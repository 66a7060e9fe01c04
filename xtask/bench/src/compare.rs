//! Ours and the peer's in turn, A B A B: first as many requests as each answers, then both at one rate.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Bench;
use crate::http::Call;
use crate::load::{self, Load, Measured, median};
use crate::results::{Better, Line, number};
use crate::routes::{Maker, Route};
use crate::side::Side;

/// Connections of the closed loop: enough to keep workerd's one thread busy, few enough not to queue for long.
pub const CONNECTIONS: usize = 16;
/// Connections of the open loop: a stall must not use them up.
pub const OPEN_CONNECTIONS: usize = 32;
/// The open loop runs at this share of what the slower of the two answers at most.
pub const SHARE: f64 = 0.5;

/// Runs one route's comparison.
pub fn route(bench: &mut Bench, route: &Route) -> Result<()> {
    let prepare = |side: &mut Side| -> Result<Maker> {
        side.sign_in()?;
        (route.prepare)(side).with_context(|| format!("{} on {}", route.name, side.build.name()))
    };
    let makers = [prepare(&mut bench.ours)?, prepare(&mut bench.peer)?];
    let sides = [&bench.ours, &bench.peer];
    let loads = [0, 1].map(|index| Load {
        port: sides[index].workerd.port,
        pid: sides[index].workerd.pid,
        make: &makers[index],
        expect: route.expect,
    });
    let heading = Heading { name: route.name, against: "peer", goal: route.goal };
    let lines = measure(bench, sides, loads, &heading)?;
    bench.lines.extend(lines);
    Ok(())
}

/// Batches of entries straight to a stream, as the router appends them behind its answers: through the driver, which costs
/// both the same.
pub fn appends(bench: &mut Bench) -> Result<()> {
    const ENTRIES: u64 = 50;
    let next = AtomicU64::new(1);
    let make = |_: usize, _: u64| {
        let first = next.fetch_add(ENTRIES, Ordering::Relaxed);
        Call::get(&format!("/append?stream=system&first={first}&count={ENTRIES}")).bytes()
    };
    let sides = [&bench.ours, &bench.peer];
    let loads =
        sides.map(|side| Load { port: side.workerd.driver_port, pid: side.workerd.pid, make: &make, expect: 200 });
    let heading = Heading { name: "log-append", against: "peer", goal: 1.0 };
    let lines = measure(bench, sides, loads, &heading)?;
    bench.lines.extend(lines);
    Ok(())
}

/// The list from our index against the same page from PostgreSQL, through the peer.
pub fn postgres_list(bench: &mut Bench) -> Result<()> {
    let query = "status=in_progress&limit=50";
    for side in [&mut bench.ours, &mut bench.peer] {
        side.sign_in()?;
    }
    let sides = [&bench.ours, &bench.peer];
    let calls = ["/api/requests", "/api/postgres/requests"]
        .iter()
        .zip(sides)
        .map(|(path, side)| side.signed("manager", Call::get(&format!("{path}?{query}"))).bytes())
        .collect::<Vec<_>>();
    let makers = calls.iter().map(|call| move |_: usize, _: u64| call.clone()).collect::<Vec<_>>();
    let loads = [0, 1].map(|index| Load {
        port: sides[index].workerd.port,
        pid: sides[index].workerd.pid,
        make: &makers[index],
        expect: 200,
    });
    let heading = Heading { name: "list-pg", against: "postgres", goal: 1.0 };
    let lines = measure(bench, sides, loads, &heading)?;
    bench.lines.extend(lines);
    Ok(())
}

/// What a comparison is called.
pub struct Heading {
    /// The scenario.
    name: &'static str,
    /// What ours is compared with.
    against: &'static str,
    /// The ratio of answers per second that is to be reached.
    goal: f64,
}

/// The lines of one comparison.
pub fn measure(bench: &Bench, sides: [&Side; 2], loads: [Load<'_>; 2], heading: &Heading) -> Result<Vec<Line>> {
    let (rounds, lasting) = (bench.options.rounds(), bench.options.lasting());
    // Long enough for the compilers of the runtime to have seen what is hot, in JavaScript and in wasm.
    let warm = if bench.options.quick { Duration::from_millis(500) } else { Duration::from_secs(5) };
    let turn = |work: &dyn Fn(&Load<'_>) -> Result<Measured>, rounds: usize| -> Result<[Vec<Measured>; 2]> {
        let mut all = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for index in [0, 1] {
                for side in sides {
                    side.rest()?;
                }
                all[index].push(work(&loads[index])?);
            }
        }
        Ok(all)
    };
    turn(&|load| load::closed(load, CONNECTIONS, warm), 1)?;
    let most = turn(&|load| load::closed(load, CONNECTIONS, lasting), rounds)?;
    let most = most.map(|measured| middle(&measured));
    let rate = (most[0].per_second.min(most[1].per_second) * SHARE).floor().max(1.0);
    let paced = turn(&|load| load::open(load, OPEN_CONNECTIONS, rate, lasting), rounds)?;
    let [ours, peer] = paced.map(|measured| middle(&measured));
    let at = number(rate);
    let Heading { name, against, goal } = *heading;
    let line = |measure: String, ours, peer, better, goal| {
        Line::new(name, &measure, ours, peer, better, goal).against(against)
    };
    let lines = vec![
        line("answers per second".into(), most[0].per_second, most[1].per_second, Better::More, Some(goal)),
        line("CPU at full load, µs".into(), most[0].cpu_us, most[1].cpu_us, Better::Less, None),
        line(format!("p50 at {at}/s, ms"), ours.p50_ms, peer.p50_ms, Better::Less, None),
        line(format!("p99 at {at}/s, ms"), ours.p99_ms, peer.p99_ms, Better::Less, Some(1.0)),
        line(format!("CPU at {at}/s, µs"), ours.cpu_us, peer.cpu_us, Better::Less, None),
    ];
    for line in &lines {
        crate::report::say(line);
    }
    Ok(lines)
}

/// The median of each figure.
pub fn middle(measured: &[Measured]) -> Measured {
    let of = |get: fn(&Measured) -> f64| median(&measured.iter().map(get).collect::<Vec<_>>());
    Measured {
        per_second: of(|one| one.per_second),
        p50_ms: of(|one| one.p50_ms),
        p99_ms: of(|one| one.p99_ms),
        cpu_us: of(|one| one.cpu_us),
    }
}
