//! `cargo xtask bench`: CepatEdge against the peer (`benches/peer`), both as release builds on a workerd of their own, in
//! turn. `cargo xtask` builds both and runs this program, which is compiled with optimisation so that it costs little.

mod compare;
mod http;
mod load;
mod process;
mod report;
mod results;
mod routes;
mod side;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use testbed::secrets::Secrets;
use testbed::{Cluster, cluster, workspace};

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
    /// Write benches/results.json and docs/benchmarks.md
    #[arg(long)]
    write: bool,
}

impl Options {
    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 1 } else { 5 })
    }

    fn lasting(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(if self.quick { 1.0 } else { 4.0 }))
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// Both builds, running, and what was measured so far.
struct Bench {
    options: Options,
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
    let home = workspace::target_dir().join("bench/run");
    if home.exists() {
        fs::remove_dir_all(&home).context("what an earlier run left cannot be removed")?;
    }
    let postgres = Cluster::start_in(&home.join("postgres"), cluster::Settings::default())?;
    let secrets = Secrets::generate()?;
    let start = |build| Side::start(build, &home, &postgres, &secrets);
    let mut bench = Bench { options, ours: start(Build::Ours)?, peer: start(Build::Peer)?, lines: Vec::new() };
    for route in &routes::ROUTES {
        if bench.options.wants(route.name) {
            compare::route(&mut bench, route)?;
        }
    }
    drop(bench);
    postgres.stop()?;
    fs::remove_dir_all(PathBuf::from(&home)).context("the data of this run cannot be removed")
}
