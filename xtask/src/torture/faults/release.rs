//! A release is rolled out, or back: the runtime ends and starts as another release, often by way of a time in which
//! both are at work. What they write and how it differs is in the product's `src/objects/release.rs`; or an
//! earlier build takes turns with this one.

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

/// Two real builds, which write what they write.
#[derive(Clone, Debug)]
pub struct Builds {
    pub earlier: Bundle,
    pub this: Bundle,
}

/// For so long both are at work, in milliseconds. What one could not tell the other is told once more after a wait that
/// grows with this time.
const ROLLING_OUT: (u64, u64) = (200, 1_500);

/// The hit is a write in flight when the first one ends.
pub(super) fn roll(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let mut release = site.release();
    let next = if *release == OLDER { NEWER } else { OLDER };
    let hit = while_busy(IMPATIENCE, || site.is_writing());
    if site.builds.is_none() && random.chance(70) {
        become_(site, random, MIXED)?;
        thread::sleep(Duration::from_millis(random.between(ROLLING_OUT.0, ROLLING_OUT.1)));
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
