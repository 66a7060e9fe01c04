//! Whether cost stays flat as things grow: the same call on a small and on a large index and stream, on the first and on
//! the thousandth page. Ours alone; the peer has the same tables.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::Bench;
use crate::http::Call;
use crate::load::{self, Load, median};
use crate::report::say;
use crate::results::{Better, Line, number};
use crate::routes::ROUTES;
use crate::seed::{self, STREAM};
use crate::side::Side;

/// Connections of the closed loop: few, since what counts is the cost of an answer.
pub const CONNECTIONS: usize = 4;
/// What cost may grow by.
pub const GOAL: f64 = 1.5;
/// Routes whose cost could follow the number of requests, and of log entries.
const BY_REQUESTS: [&str; 3] = ["list", "create", "transition"];
const BY_ENTRIES: [&str; 1] = ["log-query"];

/// The cost of each route on the small sizes, in microseconds of processor time.
pub struct Small(Vec<(&'static str, f64)>);

/// Brings ours to the small sizes and measures there.
pub fn small(bench: &mut Bench) -> Result<Small> {
    seed::sizes(&mut bench.ours, bench.options.pick(500, 1_000), bench.options.pick(5_000, 10_000))?;
    let names = BY_REQUESTS.into_iter().chain(BY_ENTRIES);
    let costs = names.map(|name| Ok((name, cost_of_route(bench, name)?))).collect::<Result<_>>()?;
    Ok(Small(costs))
}

/// Measures again, on the large sizes, and far down the lists.
pub fn large(bench: &mut Bench, small: &Small) -> Result<()> {
    let mut lines = Vec::new();
    for (name, before_us) in &small.0 {
        let by_requests = BY_REQUESTS.contains(name);
        let sizes = if by_requests { bench.options.summaries() } else { bench.options.entries() };
        let what = if by_requests { "requests" } else { "entries" };
        let measure = format!("{name}: CPU µs at {} {what}", number(sizes as f64));
        let after_us = cost_of_route(bench, name)?;
        lines.push(Line::new("flat", &measure, after_us, *before_us, Better::Less, Some(GOAL)).against("small"));
    }
    for (measure, who, path) in [
        ("list: CPU µs of a deep page", "manager", "/api/requests?limit=50".to_owned()),
        ("logs: CPU µs of a deep page", "admin", format!("/api/system/logs/{STREAM}?limit=50")),
    ] {
        let pages = bench.options.pick(50, 1_000);
        let deep = walk(&bench.ours, who, &path, pages)?;
        let measure = format!("{measure} ({pages})");
        let calls = [&path, &deep].map(|path| bench.ours.signed(who, Call::get(path)).bytes());
        let costs = costs(bench, &calls)?;
        lines.push(Line::new("flat", &measure, costs[1], costs[0], Better::Less, Some(GOAL)).against("page 1"));
    }
    lines.iter().for_each(say);
    bench.lines.extend(lines);
    Ok(())
}

fn cost_of_route(bench: &mut Bench, name: &str) -> Result<f64> {
    let route = ROUTES.iter().find(|route| route.name == name).context("no such route")?;
    bench.ours.sign_in()?;
    let maker = (route.prepare)(&bench.ours)?;
    let load = Load { port: bench.ours.workerd.port, pid: bench.ours.workerd.pid, make: &maker, expect: route.expect };
    load::closed(&load, CONNECTIONS, Duration::from_millis(500))?;
    let mut costs = Vec::new();
    for _ in 0..bench.options.rounds() {
        bench.ours.rest()?;
        costs.push(load::closed(&load, CONNECTIONS, bench.options.lasting())?.cpu_us);
    }
    Ok(median(&costs))
}

/// The costs of two calls, in turn.
fn costs(bench: &Bench, calls: &[Vec<u8>; 2]) -> Result<[f64; 2]> {
    let mut all = [Vec::new(), Vec::new()];
    for round in 0..=bench.options.rounds() {
        for (index, call) in calls.iter().enumerate() {
            let make = |_: usize, _: u64| call.clone();
            let load = Load { port: bench.ours.workerd.port, pid: bench.ours.workerd.pid, make: &make, expect: 200 };
            bench.ours.rest()?;
            let measured = load::closed(&load, CONNECTIONS, bench.options.lasting())?;
            if round > 0 {
                all[index].push(measured.cpu_us);
            }
        }
    }
    Ok(all.map(|costs| median(&costs)))
}

/// Turns `pages` pages; the path of the one after them.
fn walk(side: &Side, who: &'static str, path: &str, pages: usize) -> Result<String> {
    let mut wire = side.connect()?;
    let mut next = path.to_owned();
    for _ in 0..pages {
        let page = wire.call(&side.signed(who, Call::get(&next)))?.expect(200)?;
        let cursor = page.get("next_cursor").and_then(serde_json::Value::as_str).context("the list ends early")?;
        next = format!("{path}&cursor={cursor}");
    }
    Ok(next)
}
