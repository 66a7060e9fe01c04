//! One run: a system, its clients and viewers, the hands that break it, the rest behind it, and in the end the questions.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use testbed::Stack;
use testbed::runtime::Cron;
use testbed::stack::Tls;

use super::checker::judge;
use super::client::{Client, Diary, attempt};
use super::faults::postgres::replay;
use super::faults::{Fault, Hand, Plan, Site, Struck, clock, disk, release};
use super::history::{History, Outcome, Role, Write, place_files};
use super::providers::{Providers, Wishes};
use super::random::Random;
use super::report::Report;
use super::viewers::{self, Audience};
use super::world::{Session, World};
use super::{Measures, files, observe, rest, things};
use crate::progress::{self, Step, step};

/// The promise: the read model is whole so long after a dependency is back, without a hand.
const CATCHING_UP: Duration = Duration::from_secs(10);
/// What is looked at longer than that, so that a failure says how late it was.
const GIVING_UP: Duration = Duration::from_secs(330);
/// As in wrangler.toml.
const CRON: Duration = Duration::from_secs(60);
/// Requests that somebody watches.
const WATCHED: usize = 96;
/// People who watch the list.
const LIST_VIEWERS: usize = 3;
/// The last outage lasts so long and until the clients have gone home; in the middle of it the runtime is killed.
const LAST_OUTAGE: Duration = Duration::from_secs(8);
/// An unknown outcome is resolved by then, and most of them while PostgreSQL is away.
const RESOLVING: Duration = Duration::from_secs(60);
/// So many of the writes that were acknowledged are repeated in the end.
const REPEATED_PERCENT: u64 = 3;
/// Parked rows are replayed by then.
const REPLAYING: Duration = Duration::from_secs(120);
const RESOLVING_AWAY: Duration = Duration::from_secs(15);

/// Between two faults at the runtime and at PostgreSQL, in milliseconds.
const PACE_OF_THE_RUNTIME: (u64, u64) = (50, 700);
const PACE_OF_POSTGRES: (u64, u64) = (50, 800);
/// The same of the providers.
const PACE_OF_PROVIDERS: (u64, u64) = (50, 1_500);

/// People want to be told of so many kinds of notices in a hundred by mail, and of as many on their devices: enough to be checked, and
/// not so much that the system does little else.
const WISHES_PERCENT: u64 = 8;

pub fn run(measures: &Measures) -> Result<()> {
    progress::line(&format!("seed {}", measures.seed));
    let stack = step("Starting a system", |_| start(measures))?;
    if measures.wants(Fault::Disk) {
        stack.runtime.stop()?;
        disk::mount(&stack.data_dir().join("objects"))?;
        stack.runtime.start()?;
    }
    let outcome = torture(measures, &stack);
    let failed = match &outcome {
        Ok(report) => {
            report.print();
            report.verdict()
        }
        Err(_) => Ok(()),
    };
    if outcome.is_err() || failed.is_err() {
        progress::line(&format!("seed {}; the system's data stays in {}", measures.seed, stack.data_dir().display()));
        // What it started ends with this process; its folder goes with the next run.
        std::mem::forget(stack);
    }
    outcome.and(failed)
}

fn start(measures: &Measures) -> Result<Stack> {
    let speaks = measures.wants(Fault::Release) && measures.builds.is_none();
    // The clock is put ahead in the end, whether or not it is moved before.
    let first = [clock::FIRST].into_iter().chain(speaks.then_some(release::FIRST));
    let bundle = measures.builds.as_ref().map_or(&measures.bundle, |builds| &builds.earlier);
    let builder = Stack::builder()
        .bundle(bundle.clone())
        .proxied()
        .s3_proxied()
        .postgres_parameter("max_connections=24")
        .mail(Tls::Off)
        .cron(Cron::Every(CRON));
    first.fold(builder, |builder, (name, value)| builder.env(name, value)).start()
}

fn torture(measures: &Measures, stack: &Stack) -> Result<Report> {
    let began = Instant::now();
    let mut random = Random::new(measures.seed);
    let world = World::populate(stack)?;
    let mut sessions = (0..world.people.len()).map(|by| Session::sign_in(&world, by)).collect::<Result<Vec<_>>>()?;
    let cookies: Vec<String> = sessions.iter().map(|session| session.cookie.clone()).collect();
    let admin = *world.with_role(Role::Admin).first().context("nobody is an admin")?;
    let has_providers = measures.wants(Fault::Mail) || measures.wants(Fault::Push);
    let wishes = if has_providers { Wishes::Some(WISHES_PERCENT) } else { Wishes::Nothing };
    let providers = Providers::introduce(stack, &world, &mut sessions, wishes, &mut random.branch())?;
    let site = Site::new(stack, &world, &providers, &cookies, admin, measures);
    let audience = Audience::default();
    let mut clients = Vec::new();
    for place in 0..measures.clients {
        let session = Session::sign_in(&world, place % world.people.len())?;
        clients.push(Client::new(&world, session, random.branch(), 2 * measures.requests));
    }

    thread::scope(|scope| {
        // Whatever ends this early must end the others too, or the scope would wait for them for ever.
        let _end = EndAll { world: &world, audience: &audience };
        let first = step("Making requests", |_| first_requests(&world, &cookies, &mut random, measures))?;
        let list_viewers: Vec<_> = (0..LIST_VIEWERS)
            .map(|number| {
                let by = number * 4 % world.people.len();
                let (world, audience, cookie) = (&world, &audience, cookies[by].as_str());
                scope.spawn(move || viewers::watch_list(world, audience, cookie, by))
            })
            .collect();
        let watched: Vec<_> = world.requests().iter().take(WATCHED).cloned().collect();
        let viewers: Vec<_> = watched
            .into_iter()
            .map(|request| {
                let by = viewers::someone_for(&world, &request, &mut random);
                let (world, audience, random, cookie) = (&world, &audience, random.branch(), cookies[by].as_str());
                scope.spawn(move || viewers::watch(world, audience, cookie, by, request, random))
            })
            .collect();
        let clients: Vec<_> = clients.into_iter().map(|client| scope.spawn(move || client.run())).collect();

        let (struck, mut diaries) =
            step("Breaking things", |step| break_things(step, &site, measures, &mut random, began))?;
        diaries.push(first);
        let is_of_postgres = |fault: Fault| fault.hand() == Hand::Postgres;
        let last = measures.counts.iter().any(|(fault, count)| *count > 0 && is_of_postgres(*fault));
        if measures.wants(Fault::Refusal) {
            step("Replaying parked rows", |_| replay(&mut sessions[admin], REPLAYING))?;
        }
        if last {
            stack.postgres.stop()?;
            thread::sleep(LAST_OUTAGE / 2);
            // Who was put off must not depend on a memory that a kill takes.
            stack.runtime.kill9()?;
            if measures.wants(Fault::Clock) {
                // Nor on a due time by a clock that was ahead.
                clock::put_back(stack);
            }
            stack.runtime.start()?;
            thread::sleep(LAST_OUTAGE / 2);
        }
        world.over.store(true, Ordering::Relaxed);
        for client in clients {
            diaries.push(client.join().map_err(|_| anyhow!("a client panicked"))?);
        }
        let mut history = gather(&world, diaries);
        let unknown = history.writes.iter().filter(|write| has_been_unknown(write)).count();
        step("Resolving unknown outcomes", |_| {
            resolve(&world, &cookies, &mut history, &mut random, REPEATED_PERCENT, Instant::now() + RESOLVING_AWAY)
        })?;
        stack.postgres.start()?;
        let back = Instant::now();
        // An assignment to somebody whom the cache does not know needs PostgreSQL. Nothing else is asked for now: what is
        // measured is how soon PostgreSQL has everything, and not how long thousands of repetitions take.
        resolve(&world, &cookies, &mut history, &mut random, 0, Instant::now() + RESOLVING)?;
        if let Some(open) = history.writes.iter().find(|write| write.is_open() && write.key.is_some()) {
            bail!("the outcome of write {} stays unknown: {:?}", open.number, open.attempts.last());
        }

        let versions = observe::versions(&world, &mut sessions[admin])?;
        let caught_up =
            step("Waiting for PostgreSQL to catch up", |_| observe::catches_up(stack, &versions, back, GIVING_UP));
        let ids: Vec<String> = versions.into_keys().collect();
        let came_to_rest = Instant::now();
        step("Coming to rest", |_| rest::come_to_rest(stack, &providers, &mut sessions, admin, &ids))?;
        let came_to_rest = came_to_rest.elapsed();
        step("Reading what there is", |_| observe::observe(stack, &mut sessions, ids.into_iter(), &mut history))?;
        history.post = providers.observe(stack, &mut sessions)?;
        history.things = things::observe(stack, observe::session(&mut sessions, admin)?)?;
        audience.conclude(observe::finals(&history));
        let waiting = Instant::now() + CATCHING_UP;
        while Instant::now() < waiting && !viewers.iter().all(|viewer| viewer.is_finished()) {
            thread::sleep(Duration::from_millis(50));
        }
        audience.close();
        history.viewers = join(viewers)?;
        history.list_viewers = join(list_viewers)?;
        place_files(&mut history);
        history.files = step("Counting bytes", |_| files::observe(stack, &world, &history))?;
        let (violations, tally) = step("Checking", |_| Ok(judge(&history)))?;
        Ok(Report {
            seed: measures.seed,
            elapsed: began.elapsed(),
            struck,
            unknown,
            connections: audience.connections.load(Ordering::Relaxed),
            caught_up: caught_up.map_err(|error| error.to_string()),
            bound: CATCHING_UP,
            came_to_rest,
            history,
            violations,
            tally,
        })
    })
}

/// Ends clients and viewers, whatever the end.
struct EndAll<'w> {
    world: &'w World,
    audience: &'w Audience,
}

impl Drop for EndAll<'_> {
    fn drop(&mut self) {
        self.world.over.store(true, Ordering::Relaxed);
        self.audience.close();
    }
}

fn join<T>(threads: Vec<thread::ScopedJoinHandle<'_, T>>) -> Result<Vec<T>> {
    threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a viewer panicked"))).collect()
}

/// The requests to begin with, made by everybody in turn while nothing is broken.
fn first_requests(world: &World, cookies: &[String], random: &mut Random, measures: &Measures) -> Result<Diary> {
    let mut all = Diary::default();
    for number in 0..measures.requests {
        let by = number % world.people.len();
        let session = Session::resumed(world, by, &cookies[by]);
        let mut client = Client::new(world, session, random.branch(), measures.requests);
        let write = client.create();
        client.perform(write);
        all.writes.append(&mut client.into_diary().writes);
    }
    match all.writes.iter().filter(|write| write.is_done()).count() {
        made if made == measures.requests => Ok(all),
        made => bail!("only {made} of {} requests could be made", measures.requests),
    }
}

/// All hands go through their plans, again and again until there was enough of it.
fn break_things(
    step: &Step,
    site: &Site<'_>,
    measures: &Measures,
    random: &mut Random,
    began: Instant,
) -> Result<(Vec<Struck>, Vec<Diary>)> {
    let (mut struck, mut diaries) = (Vec::new(), Vec::new());
    loop {
        let plans = Plan::of(&measures.counts, random);
        let [runtime, postgres, providers] = &plans;
        let (before, planned) = (struck.len(), plans.iter().map(Plan::len).sum::<usize>());
        let chances = [random.branch(), random.branch(), random.branch()];
        thread::scope(|scope| {
            let [here, there, beyond] = chances;
            let hands = [
                scope.spawn(move || runtime.carry_out(site, postgres, here, PACE_OF_THE_RUNTIME)),
                scope.spawn(move || postgres.carry_out(site, runtime, there, PACE_OF_POSTGRES)),
                scope.spawn(move || providers.carry_out(site, runtime, beyond, PACE_OF_PROVIDERS)),
            ];
            while !hands.iter().all(|hand| hand.is_finished()) {
                let (done, writes) = (plans.iter().map(Plan::done).sum::<usize>(), acknowledged(site));
                let (done, planned) = (before + done, before + planned);
                step.detail(&format!("{done} of {planned} faults, {writes} writes acknowledged"));
                thread::sleep(Duration::from_millis(100));
            }
            for hand in hands {
                let (made, diary) = hand.join().map_err(|_| anyhow!("a hand panicked"))??;
                struck.extend(made);
                diaries.push(diary);
            }
            anyhow::Ok(())
        })?;
        if began.elapsed() >= measures.least_time && acknowledged(site) >= measures.least_writes {
            return Ok((struck, diaries));
        }
    }
}

fn acknowledged(site: &Site<'_>) -> usize {
    site.world.acknowledged.load(Ordering::Relaxed)
}

fn gather(world: &World, diaries: Vec<Diary>) -> History {
    let mut history = History { people: world.people.clone(), ..History::default() };
    for mut diary in diaries {
        history.writes.append(&mut diary.writes);
        history.reads.append(&mut diary.reads);
        history.file_reads.append(&mut diary.file_reads);
        history.thing_writes.append(&mut diary.things);
    }
    history.writes.sort_by_key(|write| write.number);
    history
}

fn has_been_unknown(write: &Write) -> bool {
    write.attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Unknown(_)))
}

/// Replays the keys of all writes whose outcome is unknown, and of a share of the others: what was done once must answer alike.
fn resolve(
    world: &World,
    cookies: &[String],
    history: &mut History,
    random: &mut Random,
    repeated_percent: u64,
    until: Instant,
) -> Result<()> {
    let mut sessions: Vec<_> =
        cookies.iter().enumerate().map(|(by, cookie)| Session::resumed(world, by, cookie)).collect();
    for write in history.writes.iter_mut().filter(|write| write.key.is_some()) {
        let session = sessions.get_mut(write.by).context("nobody to repeat a write")?;
        if write.is_open() || (write.is_done() && random.chance(repeated_percent)) {
            write.attempts.extend(attempt(world, session, write));
        }
        while write.is_open() && Instant::now() < until {
            thread::sleep(Duration::from_millis(100));
            write.attempts.extend(attempt(world, session, write));
        }
        write.request = write.request.take().or_else(|| write.created().map(str::to_owned));
    }
    Ok(())
}
