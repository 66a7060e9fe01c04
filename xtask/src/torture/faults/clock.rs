//! The clock is moved, by up to an hour in either direction: of a runtime that is at work, or while it is down.
//!
//! The machine's own clock stays as it is. A build with faults on demand can be told how far its clock is ahead
//! (`runtime/faults.js`), at its start and while it runs.

use anyhow::{Result, bail};
use testbed::Stack;

use super::super::http::{Body, Call, Connection};
use super::super::random::Random;
use super::runtime::start_again;
use super::{IMPATIENCE, Site, while_busy};

/// The variable that says how far the clock is ahead at the start, in milliseconds.
const CLOCK_MS: &str = "CLOCK_MS";
/// What the run begins with.
pub const FIRST: (&str, &str) = (CLOCK_MS, "0");

/// The farthest that it is moved, in milliseconds: an hour.
const FARTHEST_MS: u64 = 3_600_000;

/// The hit is a write in flight at that moment.
pub(super) fn shift(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let hit = while_busy(IMPATIENCE, || site.is_writing());
    let ahead_ms = ahead_ms(random);
    site.stack.runtime.set_var(CLOCK_MS, &ahead_ms.to_string());
    if random.chance(50) {
        let mut connection = Connection::to(site.world.address);
        let path = format!("/api/fault/clock?ms={ahead_ms}");
        match connection.send(&Call { method: "PUT", path: &path, headers: &[], body: Body::None }) {
            Ok(reply) if reply.status == 204 => {}
            other => bail!("the clock was not moved: {other:?}"),
        }
    } else {
        site.stack.runtime.kill9()?;
        start_again(site)?;
    }
    Ok(hit)
}

/// How far ahead of the machine's clock; often back to it, and as often only by seconds.
fn ahead_ms(random: &mut Random) -> i64 {
    let farthest = if random.chance(25) { 20_000 } else { FARTHEST_MS };
    let ahead = i64::try_from(random.between(0, 2 * farthest)).unwrap_or(0) - i64::try_from(farthest).unwrap_or(0);
    if random.chance(25) { 0 } else { ahead }
}

/// Puts it back, from the next start on.
pub fn put_back(stack: &Stack) {
    put_ahead(stack, 0);
}

/// Puts it so many milliseconds ahead of the machine's, from the next start on: what was put off until then is due.
pub fn put_ahead(stack: &Stack, ahead_ms: u64) {
    stack.runtime.set_var(CLOCK_MS, &ahead_ms.to_string());
}
