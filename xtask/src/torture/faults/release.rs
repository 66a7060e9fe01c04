//! A release is rolled out, or back: the runtime ends and starts as another release, often by way of a time in which
//! both are at work, or, now and then for minutes, in which the Worker is the one and all objects still are the other,
//! as the platform has it after each deployment. What they write and how it differs is in the product's `crates/durable/src/release.rs`; or an
//! earlier build takes turns with this one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use testbed::Bundle;

use super::super::random::Random;
use super::runtime::start_again;
use super::{IMPATIENCE, Site, while_busy};

/// The variable that says as which release the Worker speaks.
const RELEASE: &str = "RELEASE";
/// What the run begins with.
pub const FIRST: (&str, &str) = (RELEASE, OLDER);

const OLDER: &str = "older";
const NEWER: &str = "newer";
const MIXED: &str = "mixed";
/// The Worker is the newer one, the objects are the older one.
const DEFERRED: &str = "deferred";
/// The other way round, after a rollback.
const WITHDRAWN: &str = "withdrawn";

/// Two real builds, which write what they write.
#[derive(Clone, Debug)]
pub struct Builds {
    pub earlier: Bundle,
    pub this: Bundle,
}

/// For so long both are at work, in milliseconds. What one could not tell the other is told once more after a wait that
/// grows with this time.
const ROLLING_OUT: (u64, u64) = (200, 1_500);

/// Objects are behind the Worker in so many of 100 releases, and in the first two of a run.
const DEFERRED_PERCENT: u64 = 4;
/// The least part of the longest deferral.
const LEAST_OF_THE_LONGEST: u32 = 5;

/// How objects lag behind the Worker in this run.
#[derive(Debug)]
pub struct Deferral {
    longest: Duration,
    rolls: AtomicUsize,
}

impl Deferral {
    pub fn of(longest: Duration) -> Self {
        Self { longest, rolls: AtomicUsize::new(0) }
    }

    /// For how long this release is deferred, if it is.
    fn next(&self, random: &mut Random) -> Option<Duration> {
        let is_one_of_the_first = self.rolls.fetch_add(1, Ordering::Relaxed) < 2;
        let longest = self.longest.as_millis() as u64;
        let least = (self.longest / LEAST_OF_THE_LONGEST).as_millis() as u64;
        let lasts = Duration::from_millis(random.between(least, longest));
        (random.chance(DEFERRED_PERCENT) || is_one_of_the_first).then_some(lasts)
    }
}

/// The hit is a write in flight when the first one ends.
pub(super) fn roll(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let mut release = site.release();
    let next = if *release == OLDER { NEWER } else { OLDER };
    let hit = while_busy(IMPATIENCE, || site.is_writing());
    if site.builds.is_none() {
        if let Some(lasts) = site.deferral.next(random) {
            become_(site, random, if next == NEWER { DEFERRED } else { WITHDRAWN })?;
            thread::sleep(lasts);
        } else if random.chance(70) {
            become_(site, random, MIXED)?;
            thread::sleep(Duration::from_millis(random.between(ROLLING_OUT.0, ROLLING_OUT.1)));
        }
    }
    become_(site, random, next)?;
    *release = next;
    Ok(hit)
}

fn become_(site: &Site<'_>, random: &mut Random, release: &str) -> Result<()> {
    let runtime = &site.stack.runtime;
    if random.chance(50) {
        runtime.kill9()?
    } else {
        runtime.stop()?
    }
    match &site.builds {
        Some(builds) => runtime.set_bundle(if release == OLDER { &builds.earlier } else { &builds.this }),
        None => runtime.set_var(RELEASE, release),
    }
    start_again(site)
}
