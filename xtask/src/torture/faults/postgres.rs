//! The hand at PostgreSQL: the server goes away, runs out of something, or the way to it breaks.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use testbed::driver::Client;
use testbed::proxy::{Shot, Weather};
use testbed::{Proxy, database};

use super::super::client::{Diary, UNWANTED, attempt};
use super::super::history::Write;
use super::super::random::Random;
use super::super::world::Session;
use super::{Fault, Site, while_busy};

/// How long a fault waits for a write transaction to be under way.
const IMPATIENCE: Duration = Duration::from_secs(3);
/// A shot that has not met a write transaction by then is taken back: a hit it was not.
const SHOT_LIMIT: Duration = Duration::from_secs(10);
/// A row that is refused is parked by then, on a runtime that is killed all the time.
const PARKING_LIMIT: Duration = Duration::from_secs(20);
/// So long are parked rows replayed at once.
const REPLAY_LIMIT: Duration = Duration::from_secs(15);

pub(super) fn strike(fault: Fault, site: &Site<'_>, random: &mut Random, diary: &mut Diary) -> Result<bool> {
    let proxy = site.stack.proxy.as_ref().context("there is no proxy")?;
    let busy = || while_busy(IMPATIENCE, || proxy.writes_in_flight() > 0);
    match fault {
        Fault::Restart => {
            let hit = busy();
            if random.chance(50) {
                site.stack.postgres.stop()?
            } else {
                site.stack.postgres.kill9()?
            }
            site.stack.postgres.start()?;
            Ok(hit)
        }
        Fault::Outage => {
            let hit = busy();
            if random.chance(50) {
                site.stack.postgres.stop()?
            } else {
                site.stack.postgres.kill9()?
            }
            let longest = u64::try_from(site.longest_outage.as_millis())?;
            thread::sleep(Duration::from_millis(random.between(1_000, longest.max(1_000))));
            site.stack.postgres.start()?;
            Ok(hit)
        }
        Fault::Connections => {
            let hit = busy();
            use_up_connections(site, Duration::from_millis(random.between(1_000, 4_000)))?;
            Ok(hit)
        }
        Fault::Refusal => refuse_rows(site, random, diary),
        Fault::Slow => {
            let delay = Duration::from_millis(random.between(30, 400));
            weather(proxy, Weather::Slow(delay), random.between(1_000, 5_000))
        }
        Fault::Stall => weather(proxy, Weather::Stalled, random.between(500, 14_000)),
        Fault::HalfOpen => weather(proxy, Weather::HalfOpen, random.between(500, 14_000)),
        Fault::Cut => shoot(proxy, if random.chance(50) { Shot::CutRequest } else { Shot::CutReply }),
        Fault::Commit => shoot(proxy, Shot::LoseCommit),
        Fault::Garbage => shoot(proxy, Shot::Garbage),
        other => bail!("{} is not PostgreSQL's", other.name()),
    }
}

/// The hit is a write transaction under way when it begins.
fn weather(proxy: &Proxy, weather: Weather, lasts_ms: u64) -> Result<bool> {
    let hit = while_busy(IMPATIENCE, || proxy.writes_in_flight() > 0);
    proxy.set_weather(weather);
    thread::sleep(Duration::from_millis(lasts_ms));
    proxy.set_weather(Weather::Fair);
    Ok(hit)
}

/// The shot meets the next write transaction; the hit is that there was one.
fn shoot(proxy: &Proxy, shot: Shot) -> Result<bool> {
    let before = proxy.fired();
    proxy.load(shot);
    let hit = while_busy(SHOT_LIMIT, || proxy.fired() > before);
    proxy.unload();
    Ok(hit)
}

/// Takes every connection that there is, those of the Worker too.
fn use_up_connections(site: &Site<'_>, lasts: Duration) -> Result<()> {
    let url = site.stack.plain_database_url();
    thread::scope(|scope| {
        let hogging = scope.spawn(|| {
            let mut hogs: Vec<Client> = Vec::new();
            let until = Instant::now() + lasts;
            while Instant::now() < until {
                match database::connect(&url) {
                    Ok(client) => hogs.push(client),
                    Err(_) => thread::sleep(Duration::from_millis(5)),
                }
                // A place that it gives up is taken by the next turn of this loop, or by the Worker: then again.
                if let Some(client) = hogs.first_mut() {
                    let _ = client.batch_execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE datname = current_database() AND application_name <> 'cepatedge testbed'",
                    );
                }
            }
        });
        hogging.join().map_err(|_| anyhow::anyhow!("the thread that takes connections panicked"))
    })
}

/// A constraint that some titles violate comes and goes; what was parked meanwhile is replayed, as an operator would.
fn refuse_rows(site: &Site<'_>, random: &mut Random, diary: &mut Diary) -> Result<bool> {
    let alter = |statement: &str| site.stack.sql(|client| Ok(client.batch_execute(statement)?));
    alter(&format!("ALTER TABLE requests ADD CONSTRAINT torture CHECK (title NOT LIKE '%{UNWANTED}%') NOT VALID"))?;
    let cookie = site.cookies.get(site.admin).context("nobody is an admin")?;
    let mut admin = Session::resumed(site.world, site.admin, cookie);
    let hit = edit_unacceptably(site, &mut admin, random, diary);
    thread::sleep(Duration::from_millis(random.between(500, 3_000)));
    alter("ALTER TABLE requests DROP CONSTRAINT torture")?;
    // A runtime that is killed all the time may not get round to it; then it is asked again when all faults are over.
    replay(&mut admin, REPLAY_LIMIT).unwrap_or_default();
    Ok(hit)
}

/// Replays parked rows, as an operator would, until none is left.
pub fn replay(admin: &mut Session, within: Duration) -> Result<()> {
    let until = Instant::now() + within;
    loop {
        let _answered = admin.send("POST", "/api/system/sync/replay", &[], Some(&json!({})));
        match parked(admin) {
            Some(0) => return Ok(()),
            Some(left) if Instant::now() > until => bail!("{left} rows are still parked"),
            None if Instant::now() > until => bail!("nobody says whether rows are still parked"),
            _ => thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// Edits some requests so that their rows are refused, besides what the clients do; whether one of them was parked.
fn edit_unacceptably(site: &Site<'_>, admin: &mut Session, random: &mut Random, diary: &mut Diary) -> bool {
    let (until, mut edited) = (Instant::now() + PARKING_LIMIT, Vec::new());
    while Instant::now() < until {
        if edited.iter().any(|id: &String| is_parked(admin, id)) {
            return true;
        }
        let requests: Vec<String> = site.world.requests().iter().map(|request| request.id.clone()).collect();
        let Some(id) = random.pick(&requests).cloned() else { return false };
        let number = site.world.next_number();
        let mut write = Write {
            number,
            by: site.admin,
            request: Some(id.clone()),
            deed: "edit",
            body: json!({ "title": format!("An {UNWANTED} title {}", Write::mark(number)) }),
            key: Some(format!("torture-{number}")),
            if_match: None,
            attempts: Vec::new(),
        };
        write.attempts.extend(attempt(site.world, admin, &write));
        edited.extend(write.is_done().then_some(id));
        diary.writes.extend((!write.attempts.is_empty()).then_some(write));
        thread::sleep(Duration::from_millis(400));
    }
    false
}

fn is_parked(admin: &mut Session, id: &str) -> bool {
    let Ok(reply) = admin.send("GET", &format!("/api/system/requests/{id}/inspect"), &[], None) else { return false };
    let json = reply.json();
    json["object"]["outbox"].as_array().into_iter().flatten().any(|debt| debt["parked_seq"].is_i64())
}

/// How many requests have a parked row; unknown while nobody answers.
fn parked(admin: &mut Session) -> Option<usize> {
    let sync = admin.send("GET", "/api/system/sync", &[], None).ok()?.json();
    let is_parked = |one: &&Value| {
        let mut debts = one["outbox"].as_array().into_iter().flatten();
        debts.any(|debt| !debt["parked_seq"].is_null())
    };
    Some(sync["lagging"].as_array()?.iter().filter(is_parked).count())
}
