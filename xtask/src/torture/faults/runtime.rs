//! The hand at the runtime: it dies and comes back, is visited by crowds, and repeats itself.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use super::super::client::{Diary, attempt};
use super::super::history::Write;
use super::super::random::Random;
use super::super::viewers;
use super::super::world::Session;
use super::disk::Filler;
use super::{Fault, IMPATIENCE, Site, clock, release, while_busy};

/// By then a runtime that was started again does its first write.
const RECOVERY_LIMIT: Duration = Duration::from_secs(15);
/// How many sockets a crowd opens.
const CROWD: usize = 100;
/// And for how long at most: on a busy machine fewer come.
const CROWD_LIMIT: Duration = Duration::from_secs(5);

/// Comments that a build with faults on demand obeys.
const ORDERS: [&str; 2] = ["fault: deliver again", "fault: ring twice"];

pub(super) fn strike(fault: Fault, site: &Site<'_>, random: &mut Random, diary: &mut Diary) -> Result<bool> {
    match fault {
        Fault::Kill => kill(site, random),
        Fault::Sockets => crowd(site, random),
        Fault::Disk => fill_disk(site, random),
        Fault::Release => release::roll(site, random),
        Fault::Clock => clock::shift(site, random),
        Fault::Redelivery => redeliver(site, random, diary),
        other => bail!("{} is not the runtime's", other.name()),
    }
}

/// The hit is a write in flight at the moment of the kill. It comes when the runtime is at work again, not while it is still
/// starting: then it would meet nothing but what has not begun.
fn kill(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let more = usize::try_from(random.between(0, 30))?;
    let enough = site.world.acknowledged.load(Ordering::Relaxed) + more;
    while_busy(IMPATIENCE, || site.world.acknowledged.load(Ordering::Relaxed) >= enough);
    let hit = while_busy(IMPATIENCE, || site.is_writing());
    site.stack.runtime.kill9()?;
    if random.chance(20) {
        thread::sleep(Duration::from_millis(random.between(50, 1_000)));
    }
    start_again(site)?;
    Ok(hit)
}

/// Starts it, and waits for its first write.
pub(super) fn start_again(site: &Site<'_>) -> Result<()> {
    let before = site.world.acknowledged.load(Ordering::Relaxed);
    site.stack.runtime.start()?;
    while_busy(RECOVERY_LIMIT, || site.world.acknowledged.load(Ordering::Relaxed) > before);
    Ok(())
}

fn crowd(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let requests: Vec<String> = site.world.requests().iter().map(|request| request.id.clone()).collect();
    let Some(cookie) = site.cookies.get(site.admin) else { return Ok(false) };
    let mut sockets = Vec::new();
    // Half of them on one request, half on any.
    let crowded = random.pick(&requests).cloned();
    let until = Instant::now() + CROWD_LIMIT;
    for number in (0..CROWD).take_while(|_| Instant::now() < until) {
        let one = if number % 2 == 0 { crowded.as_ref() } else { random.pick(&requests) };
        let Some(id) = one else { continue };
        sockets.extend(viewers::open(site.world, cookie, &format!("/api/requests/{id}/live?after=0")));
    }
    let hit = site.is_writing();
    // Dropped without a word.
    drop(sockets);
    Ok(hit)
}

/// The hit is a write in flight at some moment of it.
fn fill_disk(site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let filler = Filler::fill(&site.stack.data_dir().join("objects"))?;
    let hit = while_busy(IMPATIENCE, || site.is_writing());
    thread::sleep(Duration::from_millis(random.between(500, 3_000)));
    drop(filler);
    Ok(hit)
}

/// The order is a comment like any other, so it is written down and checked like any other.
fn redeliver(site: &Site<'_>, random: &mut Random, diary: &mut Diary) -> Result<bool> {
    let requests: Vec<String> = site.world.requests().iter().map(|request| request.id.clone()).collect();
    let Some(id) = random.pick(&requests) else { return Ok(false) };
    let number = site.world.next_number();
    let order = random.pick(&ORDERS).copied().unwrap_or_default();
    let mut write = Write {
        number,
        by: site.admin,
        request: Some(id.clone()),
        deed: "comment",
        body: json!({ "body": format!("{order} {}", Write::mark(number)), "visibility": "public" }),
        key: Some(format!("torture-{number}")),
        if_match: None,
        attempts: Vec::new(),
    };
    let Some(cookie) = site.cookies.get(site.admin) else { return Ok(false) };
    let mut session = Session::resumed(site.world, site.admin, cookie);
    for _ in 0..20 {
        write.attempts.extend(attempt(site.world, &mut session, &write));
        if !write.attempts.is_empty() && !write.is_open() {
            break;
        }
        thread::sleep(Duration::from_millis(200));
    }
    let hit = write.is_done();
    diary.writes.extend((!write.attempts.is_empty()).then_some(write));
    Ok(hit)
}
