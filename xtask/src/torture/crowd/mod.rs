//! `cargo xtask torture --crowd 5000`: thousands of live viewers of one request, and a runtime that is killed again and
//! again.
//!
//! Between two kills everybody comes back with `?after=`, in half of the cases behind viewers who hung up without a
//! word, and some events are measured: from sending the comment until each viewer has it. No viewer may miss an event
//! or get one twice.

mod audience;
mod frames;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::json;
use testbed::{Bundle, Stack};

use super::client::{Client, attempt};
use super::history::{Role, Write};
use super::random::Random;
use super::world::{Session, World};
use crate::progress::{self, step};
use audience::Audience;

/// Besides the viewers, each process has some files open.
const OTHER_FILES: u64 = 256;
/// Events that are measured between two kills.
const MEASURED: usize = 3;
/// Comments that are on their way around a kill.
const AROUND_A_KILL: usize = 4;
/// Everybody is there by then.
const GATHERING: Duration = Duration::from_secs(180);
/// An event has reached everybody by then; late is late, and judged by [`GOAL`].
const HEARING: Duration = Duration::from_secs(60);
/// A comment is acknowledged by then, kills included.
const ANSWERING: Duration = Duration::from_secs(60);
/// 99 of 100 viewers have an event so soon.
const GOAL: Duration = Duration::from_millis(1_500);

/// What a run is to be like.
pub struct Measures {
    pub seed: u64,
    pub size: usize,
    pub kills: usize,
    pub bundle: Bundle,
}

/// How long something took, many times over.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    /// The time that `percent` of a hundred did not exceed.
    fn at(&self, percent: usize) -> Duration {
        let mut all = self.0.clone();
        all.sort();
        let place = (all.len() * percent).div_ceil(100).saturating_sub(1);
        all.get(place).copied().unwrap_or_default()
    }
}

/// The request that is watched, and who comments on it.
struct Scene<'w> {
    world: &'w World,
    request: String,
    author: usize,
    cookie: String,
}

pub fn run(measures: &Measures) -> Result<()> {
    progress::line(&format!("seed {}", measures.seed));
    allow_files(measures.size)?;
    let stack = step("Starting a system", |_| Stack::builder().bundle(measures.bundle.clone()).own_postgres().start())?;
    let world = World::populate(&stack)?;
    let mut random = Random::new(measures.seed);
    let staff =
        [world.with_role(Role::Manager), world.with_role(Role::Technician), world.with_role(Role::Admin)].concat();
    let cookies: Vec<String> =
        staff.iter().map(|by| Ok(Session::sign_in(&world, *by)?.cookie)).collect::<Result<_>>()?;
    let (author, cookie) = staff.first().copied().zip(cookies.first().cloned()).context("there is no staff")?;
    let mut client = Client::new(&world, Session::resumed(&world, author, &cookie), random.branch(), 1);
    let report = client.create();
    client.perform(report);
    let request = world.requests().first().map(|known| known.id.clone()).context("the request was not made")?;
    let scene = Scene { world: &world, request, author, cookie };

    let branch = random.branch();
    let mut audience = Audience::of(world.address, &scene.request, &cookies, measures.size, 1, branch)?;
    let mut version = 1;
    let opened = step(&format!("Opening {} live sockets", measures.size), |_| audience.gather(version, GATHERING))?;
    let (mut latencies, mut last, mut gathering) = (Times::default(), Times::default(), Times::default());
    step("Telling and killing", |step| {
        for kill in 0..=measures.kills {
            for _ in 0..MEASURED {
                version += 1;
                let got = measure(&scene, &mut audience, version)?;
                last.0.extend(got.iter().max());
                latencies.0.extend(got);
            }
            if kill == measures.kills {
                break;
            }
            let started;
            (version, started) = die(&stack, &scene, &mut audience, &mut random)?;
            audience.gather(version, GATHERING)?;
            gathering.0.push(audience.last_ready.saturating_duration_since(started));
            let (gaps, doubles) = (audience.gaps, audience.doubles);
            step.detail(&format!("{} kills, {gaps} gaps, {doubles} doubles", kill + 1));
        }
        Ok(())
    })?;
    print(measures, &audience, version, opened, &gathering, &latencies, &last);
    verdict(measures, &scene, &audience, version, &latencies)
}

/// Each viewer is a file here and one in the runtime.
fn allow_files(viewers: usize) -> Result<()> {
    let wanted = u64::try_from(viewers)? + OTHER_FILES;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if hard < wanted {
        bail!("{viewers} viewers need {wanted} open files, and this machine permits {hard}: raise `ulimit -Hn`");
    }
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)?;
    }
    Ok(())
}

/// One comment, and how long each viewer waited for it.
fn measure(scene: &Scene<'_>, audience: &mut Audience, version: i64) -> Result<Vec<Duration>> {
    audience.measure(version);
    let sent = thread::scope(|scope| {
        let saying = scope.spawn(|| scene.say());
        while !saying.is_finished() {
            audience.turn()?;
        }
        saying.join().map_err(|_| anyhow!("the author panicked"))?
    })?;
    if sent.1 != version {
        bail!("a comment became version {} and not {version}", sent.1);
    }
    audience.gather(version, HEARING)?;
    let waited = |got: Instant| got.saturating_duration_since(sent.0);
    Ok(audience.measured().into_iter().map(waited).collect())
}

/// Comments, and a kill in the midst of them; the version that they led to, and when the runtime was there again.
fn die(stack: &Stack, scene: &Scene<'_>, audience: &mut Audience, random: &mut Random) -> Result<(i64, Instant)> {
    let (rude, wait_ms) = (random.chance(50), random.between(0, 200));
    thread::scope(|scope| {
        let saying = scope.spawn(|| (0..AROUND_A_KILL).map(|_| scene.say()).collect::<Result<Vec<_>>>());
        let dying = scope.spawn(move || {
            thread::sleep(Duration::from_millis(wait_ms));
            stack.runtime.kill9()?;
            stack.runtime.start()?;
            anyhow::Ok(Instant::now())
        });
        if rude {
            audience.thin_out(50);
        }
        while !(saying.is_finished() && dying.is_finished()) {
            audience.turn()?;
        }
        let started = dying.join().map_err(|_| anyhow!("the killer panicked"))??;
        let said = saying.join().map_err(|_| anyhow!("the author panicked"))??;
        let (_, version) = said.last().context("nothing was said")?;
        Ok((*version, started))
    })
}

impl Scene<'_> {
    /// A comment, repeated under its key until it is acknowledged: when it was sent first, and its version.
    fn say(&self) -> Result<(Instant, i64)> {
        let number = self.world.next_number();
        let mut write = Write {
            number,
            by: self.author,
            request: Some(self.request.clone()),
            deed: "comment",
            body: json!({ "body": format!("Something is said {}", Write::mark(number)), "visibility": "public" }),
            key: Some(format!("crowd-{number}")),
            if_match: None,
            attempts: Vec::new(),
        };
        let mut session = Session::resumed(self.world, self.author, &self.cookie);
        let (began, mut sent) = (Instant::now(), None);
        while began.elapsed() < ANSWERING {
            let now = Instant::now();
            write.attempts.extend(attempt(self.world, &mut session, &write));
            if !write.attempts.is_empty() {
                sent = sent.or(Some(now));
            }
            if let Some(((_, version, _), sent)) = write.done().next().zip(sent) {
                return Ok((sent, version));
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("a comment was not acknowledged within {ANSWERING:?}: {:?}", write.attempts.last())
    }
}

fn print(
    measures: &Measures,
    audience: &Audience,
    version: i64,
    opened: Duration,
    gathering: &Times,
    latencies: &Times,
    last: &Times,
) {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let failed: Vec<String> = audience.failed.iter().map(|(why, count)| format!("{count} {why}")).collect();
    println!();
    for (name, figure) in [
        ("seed", measures.seed.to_string()),
        ("viewers of one request", measures.size.to_string()),
        ("all there after", seconds(opened)),
        ("kills", measures.kills.to_string()),
        (
            "all back after a kill",
            format!("{} in the median, {} at most", seconds(gathering.at(50)), seconds(gathering.at(100))),
        ),
        ("events", version.to_string()),
        ("heard", format!("{} on {} connections", audience.events, audience.connections)),
        ("failed handshakes", failed.join(", ")),
        (
            "from sending to hearing",
            format!(
                "p50 {}, p99 {}, at most {}, of {} events",
                seconds(latencies.at(50)),
                seconds(latencies.at(99)),
                seconds(latencies.at(100)),
                last.0.len()
            ),
        ),
        ("until the last has heard", format!("{} in the median", seconds(last.at(50)))),
        ("gaps", audience.gaps.to_string()),
        ("doubles", audience.doubles.to_string()),
    ] {
        println!("{name:<34} {figure}");
    }
    println!();
}

fn verdict(measures: &Measures, scene: &Scene<'_>, audience: &Audience, version: i64, latencies: &Times) -> Result<()> {
    let seed = measures.seed;
    let mut author = Session::resumed(scene.world, scene.author, &scene.cookie);
    let record = author.get(&format!("/api/requests/{}", scene.request))?;
    if record["version"] != version {
        bail!("the request is at {} and its viewers at {version} (seed {seed})", record["version"]);
    }
    if audience.gaps + audience.doubles > 0 {
        bail!("{} gaps and {} doubles with seed {seed}", audience.gaps, audience.doubles);
    }
    let p99 = latencies.at(99);
    if p99 > GOAL {
        bail!("99 of 100 viewers heard an event after {p99:.1?}, and not {GOAL:?} (seed {seed})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times = Times((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!([50, 99, 100].map(|percent| times.at(percent).as_millis()), [100, 198, 200]);
        assert_eq!(Times::default().at(99), Duration::ZERO);
    }
}
