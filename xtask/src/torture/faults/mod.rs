//! What is broken, by whom and when: three hands with a plan each, at the runtime, at PostgreSQL and at the providers of mail, push and
//! storage.
//! Each goes its own pace, the faster one with longer pauses, so that faults come alone and together until the end.

mod bucket;
pub mod clock;
pub mod disk;
pub mod postgres;
mod providers;
pub mod release;
mod runtime;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use testbed::Stack;

use super::Measures;
use super::client::Diary;
use super::providers::Providers;
use super::random::Random;
use super::world::World;

/// One way to break something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Fault {
    /// kill -9 of the runtime, and its restart
    Kill,
    /// Many live sockets opened and dropped
    Sockets,
    /// What was delivered is delivered again, old versions last; alarms ring twice at once
    Redelivery,
    /// The runtime's disk is full for a while; needs root
    Disk,
    /// Another release is rolled out, which writes and says things otherwise, and rolled back
    Release,
    /// The runtime's clock is moved by up to an hour
    Clock,
    /// PostgreSQL is stopped or killed, and started again
    Restart,
    /// PostgreSQL is away for a while
    Outage,
    /// PostgreSQL has no connection left
    Connections,
    /// PostgreSQL refuses rows for good, which are parked and replayed
    Refusal,
    /// Everything from and to PostgreSQL is slow
    Slow,
    /// Nothing passes between the Worker and PostgreSQL for a while
    Stall,
    /// PostgreSQL's end of the connections is gone, and nobody says so
    HalfOpen,
    /// The connection breaks in the middle of a message
    Cut,
    /// PostgreSQL commits, and the reply is lost
    Commit,
    /// The server's reply is garbage
    Garbage,
    /// The mail provider refuses for now, stalls, hangs up, keeps its answer to itself, or dies
    Mail,
    /// So does the push service
    Push,
    /// The bucket of files refuses, stalls, hangs up in the middle of a body, keeps its answer to itself, or dies
    Bucket,
}

/// Who makes a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    Runtime,
    Postgres,
    Providers,
}

impl Fault {
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    pub fn hand(self) -> Hand {
        match self {
            Self::Kill | Self::Sockets | Self::Redelivery | Self::Disk | Self::Release | Self::Clock => Hand::Runtime,
            Self::Mail | Self::Push | Self::Bucket => Hand::Providers,
            Self::Restart
            | Self::Outage
            | Self::Connections
            | Self::Refusal
            | Self::Slow
            | Self::Stall
            | Self::HalfOpen
            | Self::Cut
            | Self::Commit
            | Self::Garbage => Hand::Postgres,
        }
    }
}

/// A fault that was made.
#[derive(Clone, Copy, Debug)]
pub struct Struck {
    pub fault: Fault,
    /// Whether a write was in flight at what it broke: an HTTP call at the runtime, a transaction at PostgreSQL, a mail or a message at
    /// a provider, a call at the bucket.
    pub hit: bool,
    /// From the beginning until it was mended.
    pub took: Duration,
}

/// What the hands work on.
pub struct Site<'w> {
    pub stack: &'w Stack,
    pub world: &'w World,
    pub providers: &'w Providers<'w>,
    /// The cookie of an admin, and of everybody else by place.
    pub cookies: &'w [String],
    pub admin: usize,
    /// The longest outage of PostgreSQL.
    pub longest_outage: Duration,
    /// Builds that take turns as releases; without them one build writes as several.
    builds: Option<release::Builds>,
    release: Mutex<&'static str>,
    deferral: release::Deferral,
    /// How many writes were acknowledged when it was last looked, and since when it is so many.
    progress: Mutex<(usize, Instant)>,
}

/// No fault keeps every write from being acknowledged for so long: what stands still is no system at work any more.
const STANDSTILL: Duration = Duration::from_secs(240);

impl<'w> Site<'w> {
    pub fn new(
        stack: &'w Stack,
        world: &'w World,
        providers: &'w Providers<'w>,
        cookies: &'w [String],
        admin: usize,
        measures: &Measures,
    ) -> Self {
        let (longest_outage, builds) = (measures.longest_outage, measures.builds.clone());
        let (release, progress) = (Mutex::new(release::FIRST.1), Mutex::new((0, Instant::now())));
        let deferral = release::Deferral::of(measures.longest_deferral);
        Self { stack, world, providers, cookies, admin, longest_outage, builds, release, deferral, progress }
    }

    /// The release that is at work.
    fn release(&self) -> MutexGuard<'_, &'static str> {
        self.release.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails when the run stands still.
    fn ensure_progress(&self) -> Result<()> {
        let acknowledged = self.world.acknowledged.load(Ordering::Relaxed);
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if acknowledged > progress.0 {
            *progress = (acknowledged, Instant::now());
        }
        ensure!(
            progress.1.elapsed() < STANDSTILL,
            "no write was acknowledged for {STANDSTILL:?}, after {acknowledged}"
        );
        Ok(())
    }

    /// Whether a write is in flight.
    fn is_writing(&self) -> bool {
        self.world.in_flight.load(Ordering::Relaxed) > 0
    }
}

/// What to break, how often, in an order that the seed gives, and how much of it is done.
#[derive(Debug)]
pub struct Plan {
    faults: Vec<Fault>,
    done: AtomicUsize,
}

/// How long a hand rests that is ahead by its whole plan, in milliseconds. Ahead by a few percent it rests for a few seconds, which
/// keeps both at work until the end; a bound instead would stop one in every outage that the other makes.
const REST_MS: f64 = 100_000.0;
/// The longest rest, in milliseconds.
const LONGEST_REST_MS: f64 = 10_000.0;

impl Plan {
    /// The plans of all hands.
    pub fn of(counts: &[(Fault, usize)], random: &mut Random) -> [Plan; 3] {
        let mut all: Vec<Fault> = counts.iter().flat_map(|(fault, count)| vec![*fault; *count]).collect();
        random.shuffle(&mut all);
        [Hand::Runtime, Hand::Postgres, Hand::Providers]
            .map(|hand| Plan::from(all.iter().copied().filter(|fault| fault.hand() == hand).collect::<Vec<_>>()))
    }

    pub fn len(&self) -> usize {
        self.faults.len()
    }

    /// How many faults have been made and mended.
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Works through the plan; what was written on the way is in the diary. `pace` lies between two faults, and more where
    /// this is ahead of `beside`.
    pub fn carry_out(
        &self,
        site: &Site<'_>,
        beside: &Plan,
        mut random: Random,
        pace: (u64, u64),
    ) -> Result<(Vec<Struck>, Diary)> {
        let (mut struck, mut diary) = (Vec::new(), Diary::default());
        for fault in &self.faults {
            site.ensure_progress()?;
            let rest = 2 * self.rest_ms(beside);
            thread::sleep(Duration::from_millis(random.between(pace.0, pace.1) + random.between(0, rest)));
            let began = Instant::now();
            let hit = match fault.hand() {
                Hand::Runtime => runtime::strike(*fault, site, &mut random, &mut diary),
                Hand::Postgres => postgres::strike(*fault, site, &mut random, &mut diary),
                Hand::Providers if *fault == Fault::Bucket => bucket::strike(site, &mut random),
                Hand::Providers => providers::strike(*fault, site, &mut random),
            };
            let hit = hit.with_context(|| format!("the fault {}", fault.name()))?;
            struck.push(Struck { fault: *fault, hit, took: began.elapsed() });
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok((struck, diary))
    }

    /// How long to rest on average, by how much this is ahead of `beside`.
    fn rest_ms(&self, beside: &Plan) -> u64 {
        let lead = self.share() - beside.share();
        (lead * REST_MS).clamp(0.0, LONGEST_REST_MS) as u64
    }

    /// What of it is done, from 0 to 1; of an empty plan everything.
    fn share(&self) -> f64 {
        if self.faults.is_empty() { 1.0 } else { self.done() as f64 / self.len() as f64 }
    }
}

impl From<Vec<Fault>> for Plan {
    fn from(faults: Vec<Fault>) -> Self {
        Self { faults, done: AtomicUsize::new(0) }
    }
}

/// How long a fault of the runtime waits for writes to be in flight: it may just have come back.
const IMPATIENCE: Duration = Duration::from_secs(5);

/// Waits a moment until something is under way, so that the fault meets it; whether it is.
fn while_busy(within: Duration, busy: impl Fn() -> bool) -> bool {
    let until = Instant::now() + within;
    while Instant::now() < until {
        if busy() {
            return true;
        }
        thread::sleep(Duration::from_micros(200));
    }
    busy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(faults: usize, done: usize) -> Plan {
        Plan { faults: vec![Fault::Kill; faults], done: done.into() }
    }

    #[test]
    fn who_is_ahead_rests_and_nobody_else() {
        assert_eq!(plan(100, 53).rest_ms(&plan(1_000, 500)), 3_000);
        assert_eq!(plan(100, 100).rest_ms(&plan(10, 0)), 10_000);
        assert_eq!(plan(100, 50).rest_ms(&plan(1_000, 500)), 0);
        assert_eq!(plan(100, 47).rest_ms(&plan(1_000, 500)), 0);
        assert_eq!(plan(100, 50).rest_ms(&plan(0, 0)), 0);
    }
}
