//! `cargo xtask torture`: many clients, a checker, and everything that can break, from one seed.
//!
//! Clients act through HTTP and watch through live sockets, people are written to, and three hands break the runtime, PostgreSQL and the
//! providers of mail, push and storage. What was acknowledged, refused, read, seen and sent is a history (`history.rs`); `checker/` says what is wrong with it. How it is to be
//! read, and what it found, is in docs/reliability.md.

mod checker;
mod client;
mod crowd;
mod faults;
mod files;
mod history;
mod http;
mod model;
mod observe;
mod planted;
mod providers;
mod random;
mod report;
mod rest;
mod run;
mod things;
mod time;
mod viewers;
mod world;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use testbed::Bundle;

use crate::{build, progress, setup};
use faults::release::Builds;
use faults::{Fault, disk};
use random::Random;

#[derive(Args)]
pub struct Options {
    /// The short form: what CI runs
    #[arg(long)]
    short: bool,
    /// The seed of all choices; a new one unless told
    #[arg(long)]
    seed: Option<u64>,
    /// Go on with the faults until so many minutes have passed
    #[arg(long, default_value_t = 0)]
    minutes: u64,
    /// Go on with the faults until so many writes are acknowledged
    #[arg(long, default_value_t = 0)]
    writes: usize,
    /// Only these faults, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    faults: Vec<Fault>,
    /// How often the runtime is killed
    #[arg(long)]
    kills: Option<usize>,
    /// How often PostgreSQL is restarted
    #[arg(long)]
    restarts: Option<usize>,
    /// How often PostgreSQL is away for a while
    #[arg(long)]
    outages: Option<usize>,
    /// The longest of these outages, in seconds
    #[arg(long)]
    longest_outage: Option<u64>,
    /// The longest time in which the objects are behind a release of the Worker, in seconds
    #[arg(long)]
    longest_deferral: Option<u64>,
    /// How many replies to a COMMIT are lost
    #[arg(long)]
    commits: Option<usize>,
    /// How often the mail provider fails, and as often the push service
    #[arg(long)]
    moods: Option<usize>,
    /// How often the bucket of files fails
    #[arg(long)]
    bucket: Option<usize>,
    /// How often each other fault is made
    #[arg(long)]
    others: Option<usize>,
    /// How many clients act at the same time
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// On at least so many requests
    #[arg(long, default_value_t = 64)]
    requests: usize,
    /// Show the checker a system with bugs, which it must find
    #[arg(long)]
    planted: bool,
    /// An earlier build, by the folder of its modules, with which the run begins: the fault `release` swaps the two
    #[arg(long)]
    before: Option<PathBuf>,
    /// Instead of all that: so many live viewers of one request, while the runtime is killed
    #[arg(long)]
    crowd: Option<usize>,
    /// Run the optimised build
    #[arg(long)]
    release: bool,
}

/// A run's measures, all told.
#[derive(Clone, Debug)]
pub struct Measures {
    pub seed: u64,
    pub counts: Vec<(Fault, usize)>,
    pub least_time: Duration,
    pub least_writes: usize,
    pub longest_outage: Duration,
    pub longest_deferral: Duration,
    pub clients: usize,
    pub requests: usize,
    pub bundle: Bundle,
    /// With an earlier build: it and this one.
    pub builds: Option<Builds>,
}

impl Measures {
    pub fn wants(&self, wanted: Fault) -> bool {
        self.counts.iter().any(|(fault, count)| *fault == wanted && *count > 0)
    }
}

impl Options {
    fn measures(&self) -> Measures {
        let counts = |fault: &Fault| {
            let (asked, short, long) = match fault {
                Fault::Kill => (self.kills, 50, 1_000),
                Fault::Restart => (self.restarts, 10, 200),
                Fault::Outage => (self.outages, 2, 50),
                Fault::Commit => (self.commits, 12, 2_000),
                Fault::Cut | Fault::Garbage => (self.others, 4, 200),
                Fault::Redelivery => (self.others, 10, 200),
                Fault::Release => (self.others, 3, 100),
                Fault::Clock => (self.others, 4, 200),
                Fault::Disk => (self.others, 0, 20),
                Fault::Connections | Fault::Refusal => (self.others, 1, 50),
                Fault::Mail | Fault::Push => (self.moods, 14, 400),
                Fault::Bucket => (self.bucket, 18, 400),
                Fault::Stall | Fault::HalfOpen | Fault::Slow | Fault::Sockets => (self.others, 2, 50),
            };
            (*fault, asked.unwrap_or(if self.short { short } else { long }))
        };
        let all = <Fault as clap::ValueEnum>::value_variants();
        let chosen = all.iter().filter(|fault| self.faults.is_empty() || self.faults.contains(fault));
        let bundle = if self.release { Bundle::release() } else { Bundle::dev() };
        let this = bundle.features(build::FAULTS);
        // The runtime has another working directory.
        let folder = self.before.as_ref().and_then(|folder| std::path::absolute(folder).ok());
        let builds = folder.map(|folder| Builds { earlier: Bundle::elsewhere(folder), this: this.clone() });
        Measures {
            seed: self.seed.unwrap_or_else(Random::fresh_seed),
            counts: chosen.map(counts).collect(),
            least_time: Duration::from_secs(60 * self.minutes),
            least_writes: self.writes,
            longest_outage: Duration::from_secs(self.longest_outage.unwrap_or(if self.short { 4 } else { 120 })),
            longest_deferral: Duration::from_secs(self.longest_deferral.unwrap_or(if self.short { 4 } else { 300 })),
            clients: self.clients,
            requests: self.requests,
            bundle: this,
            builds,
        }
    }
}

/// The seed of the run that `cargo xtask test` makes: one that fails there is looked into, and not by chance another time.
const CHECKED_SEED: u64 = 8;

/// What CI runs: the checker on a system with bugs, the short form, providers that fail while the runtime is killed, and a small crowd. The
/// providers have a run of their own: with hundreds of mails waiting while PostgreSQL comes back, the read model is late on a busy machine
/// (docs/reliability.md), and that bound is what the short form is for.
pub fn check() -> Result<()> {
    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        options: Options,
    }
    let options = |arguments: &[&str]| {
        let seed = CHECKED_SEED.to_string();
        let all = ["torture", "--seed", seed.as_str()].into_iter().chain(arguments.iter().copied());
        <Command as clap::Parser>::try_parse_from(all).map(|command| command.options)
    };
    // Short, too: the long form fills a disk, for which it starts its own command line anew.
    run(&options(&["--planted", "--short"])?)?;
    run(&options(&["--short", "--moods", "0"])?)?;
    run(&options(&["--short", "--faults", "kill,mail,push", "--kills", "12", "--moods", "8"])?)?;
    run(&options(&["--crowd", "300", "--kills", "2"])?)
}

/// How often the runtime is killed before a crowd, unless told.
const KILLS_BEFORE_A_CROWD: usize = 20;

fn run_crowd(options: &Options, size: usize) -> Result<()> {
    let seed = options.seed.unwrap_or_else(Random::fresh_seed);
    // The optimised build is measured as it is deployed; the other one is that of the other runs.
    let bundle = if options.release { Bundle::release() } else { Bundle::dev().features(build::FAULTS) };
    setup::ensure()?;
    build::make(&bundle)?;
    crowd::run(&crowd::Measures { seed, size, kills: options.kills.unwrap_or(KILLS_BEFORE_A_CROWD), bundle })
}

pub fn run(options: &Options) -> Result<()> {
    if let Some(size) = options.crowd {
        return run_crowd(options, size);
    }
    let mut measures = options.measures();
    if measures.wants(Fault::Disk) {
        match disk::enter()? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => bail!("the run inside the namespace failed"),
            None if disk::is_possible() => {}
            None => {
                progress::line("no disk is filled: that needs root and a namespace of mounts");
                measures.counts.retain(|(fault, _)| *fault != Fault::Disk);
            }
        }
    }
    setup::ensure()?;
    build::make(&measures.bundle)?;
    if options.planted {
        return planted::run(measures.seed, measures.bundle);
    }
    run::run(&measures)
}
