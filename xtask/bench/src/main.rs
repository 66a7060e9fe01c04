//! `cargo xtask bench`: CepatEdge against the peer (`benches/peer`), both as release builds on a workerd of their own, in
//! turn. `cargo xtask` builds both and runs this program, which is compiled with optimisation so that it costs little.

mod assets;
mod bucket;
mod compare;
mod fan_out;
mod files;
mod flat;
mod footprint;
mod hops;
mod http;
mod load;
mod outbox;
mod process;
mod report;
mod results;
mod routes;
mod search;
mod seed;
mod side;
mod sockets;
mod verify;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use testbed::secrets::Secrets;
use testbed::{Cluster, cluster, workspace};

use crate::bucket::Bucket;
use crate::results::Line;
use crate::side::{Build, Side};

/// What is measured, how long, and what becomes of it.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask bench", about = "Measures CepatEdge against the same API on Hono and Durable Object RPC")]
pub struct Options {
    /// About three minutes: small sizes, one short round each
    #[arg(long)]
    quick: bool,
    /// Run this scenario only; may be given more than once
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<String>,
    /// Rounds of each comparison
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds of each round
    #[arg(long)]
    seconds: Option<f64>,
    /// Keep the data of both in a folder made here; one in memory (a tmpfs) leaves the disk's part out
    #[arg(long, value_name = "FOLDER")]
    home: Option<PathBuf>,
    /// Write benches/results.json and docs/benchmarks.md
    #[arg(long)]
    write: bool,
}

/// The scenarios that are no routes.
const OTHERS: [&str; 12] = [
    "verify",
    "size",
    "start-up",
    "floor",
    "hops",
    "flat",
    "log-append",
    "fan-out",
    "outbox",
    "list-pg",
    "search",
    "memory",
];

impl Options {
    /// Refuses a name that no scenario has.
    fn check(&self) -> Result<()> {
        let known: Vec<&str> = routes::ROUTES.iter().map(|route| route.name).chain(OTHERS).collect();
        match self.only.iter().find(|only| !known.contains(&only.as_str())) {
            Some(unknown) => bail!("there is no scenario {unknown}; there are: {}", known.join(", ")),
            None => Ok(()),
        }
    }

    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(self.pick(1, 5))
    }

    fn lasting(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(self.pick(1.0, 4.0)))
    }

    fn summaries(&self) -> u64 {
        self.pick(5_000, 100_000)
    }

    fn entries(&self) -> u64 {
        self.pick(50_000, 1_000_000)
    }

    fn pick<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    fn wants_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.wants(name))
    }
}

/// Both builds, running, and what was measured so far.
struct Bench {
    options: Options,
    home: PathBuf,
    bucket: Bucket,
    ours: Side,
    peer: Side,
    lines: Vec<Line>,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<()> {
    options.check()?;
    let home = options.home.clone().unwrap_or_else(|| workspace::target_dir().join("bench")).join("run");
    if home.exists() {
        fs::remove_dir_all(&home).context("what an earlier run left cannot be removed")?;
    }
    let load_before = process::load_average();
    let postgres = Cluster::start_in(&home.join("postgres"), cluster::Settings::default())?;
    let secrets = Secrets::generate()?;
    let bucket = Bucket::open()?;
    let start = |build: Build| Side::start(build.name(), build, &home, &postgres, &secrets, bucket.port);
    let (ours, peer) = (start(Build::Ours)?, start(Build::Peer)?);
    let mut bench = Bench { options, home: home.clone(), bucket, ours, peer, lines: Vec::new() };
    measure(&mut bench, &postgres)?;
    let results = report::results(&bench, load_before);
    report::keep(&results, &bench.options)?;
    drop(bench);
    postgres.stop()?;
    fs::remove_dir_all(&home).context("the data of this run cannot be removed")
}

/// Everything that is asked for, in an order in which nothing disturbs what comes later.
fn measure(bench: &mut Bench, postgres: &Cluster) -> Result<()> {
    let options = bench.options.clone();
    // First: it compares the numbers that requests get.
    if options.wants("verify") {
        verify::run(bench)?;
    }
    if options.wants("size") {
        footprint::size(bench)?;
    }
    if options.wants("start-up") {
        footprint::startup(bench)?;
    }
    if options.wants("floor") {
        footprint::floor(bench)?;
    }
    if options.wants("hops") {
        hops::run(bench)?;
    }
    let small = if options.wants("flat") { Some(flat::small(bench)?) } else { None };
    if options.wants_one_of(&["flat", "list", "list-two", "log-query", "list-pg"]) {
        for side in [&mut bench.ours, &mut bench.peer] {
            seed::sizes(side, options.summaries(), options.entries())?;
        }
    }
    for route in routes::ROUTES.iter().filter(|route| options.wants(route.name)) {
        compare::route(bench, route)?;
    }
    if options.wants("log-append") {
        compare::appends(bench)?;
    }
    if let Some(small) = small {
        flat::large(bench, &small)?;
    }
    if options.wants("fan-out") {
        fan_out::run(bench)?;
    }
    if options.wants("outbox") {
        outbox::run(bench, postgres)?;
    }
    if options.wants("list-pg") {
        outbox::fill_read_model(&bench.peer, options.summaries())?;
        compare::postgres_list(bench)?;
    }
    if options.wants("search") {
        search::run(bench, postgres)?;
    }
    if options.wants("memory") {
        footprint::memory(bench)?;
    }
    Ok(())
}
