//! The hand at the bucket of files: it refuses, stalls, hangs up in the middle of a body, does what it does not answer, and dies.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use testbed::s3::{Mood, S3Server};

use super::super::random::Random;
use super::{Site, while_busy};

/// How long a fault waits to be met.
const IMPATIENCE: Duration = Duration::from_secs(6);
/// How long it goes on then, in milliseconds: shorter than a stored file waits for its answer.
const LASTS_MS: (u64, u64) = (200, 2_000);

const MOODS: [Mood; 6] = [Mood::Busy, Mood::Stalled, Mood::LosesAnswer, Mood::Cuts, Mood::Dead, Mood::Away];

/// The hit is somebody who wanted something of the bucket meanwhile.
pub(super) fn strike(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let bucket = site.stack.s3.as_ref().and_then(S3Server::proxy).context("nothing stands before the bucket")?;
    let mood = random.pick(&MOODS).copied().unwrap_or_default();
    let before = bucket.calls();
    let is_called = || while_busy(IMPATIENCE, || bucket.calls() > before);
    bucket.set_mood(mood);
    // Who knocks at a closed port is not counted there: the hit is somebody who comes when it is open again.
    let is_away = mood == Mood::Away;
    let hit = !is_away && is_called();
    thread::sleep(Duration::from_millis(random.between(LASTS_MS.0, LASTS_MS.1)));
    bucket.set_mood(Mood::Fair);
    Ok(hit || (is_away && is_called()))
}
