//! `cargo xtask torture --planted`: the checker is shown a system with bugs, and must find each.
//!
//! The bugs are real ones, in a build with faults on demand (`src/objects/request/faults.rs`) or made in PostgreSQL's tables or in the
//! bucket: an ordinary run of the same clients, viewers and questions meets them, each on a request of its own. Requests without a bug
//! between them must stay without a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use testbed::stack::Tls;
use testbed::{Bundle, Stack};

use super::checker::{Kind, Violation, check};
use super::client::attempt;
use super::faults::clock;
use super::history::{Files, History, INTERNAL, Role, Write, content, place_files, sha256};
use super::providers::{Providers, Wishes};
use super::random::Random;
use super::viewers::{self, Audience};
use super::world::{Known, Session, World};
use super::{files, observe, rest};
use crate::progress::step;

/// A system with bugs does not come to rest; it is left alone so long.
const SETTLING: Duration = Duration::from_secs(6);

/// How long a file is.
const SIZE: usize = 5_000;

/// How a bug gets into the system.
#[derive(Clone, Copy)]
enum Way {
    /// A comment with these words has it, and is the last thing that happens.
    Last(&'static str),
    /// The same, and an ordinary comment follows.
    Followed(&'static str),
    /// The same, said internally.
    Internal(&'static str),
    /// The same, and the comment is sent a second time under its key.
    Repeated(&'static str),
    /// This is done in PostgreSQL; `$` stands for the request's id.
    InTables(&'static str),
    /// A file is attached, and this is done to the bucket.
    InBucket(Deed),
    /// There is no bug.
    None,
}

/// What is done in the bucket behind the system's back.
#[derive(Clone, Copy)]
enum Deed {
    /// Bytes are put there that the sweep leaves alone, since it does not know their key.
    Add,
    /// The file's bytes are taken away.
    Take,
    /// They are replaced.
    Replace,
    /// The file is removed, and its bytes are put back.
    Restore,
    Nothing,
}

/// A bug and what it must be found as.
struct Plant {
    name: &'static str,
    way: Way,
    found_as: Option<Kind>,
}

const fn plant(name: &'static str, way: Way, found_as: Kind) -> Plant {
    Plant { name, way, found_as: Some(found_as) }
}

const SOUND: Plant = Plant { name: "no bug", way: Way::None, found_as: None };

const PLANTS: [Plant; 29] = [
    SOUND,
    plant("acknowledged before it was written, lost by a kill", Way::Last("fault: only remember"), Kind::Lost),
    plant("a repeated call is carried out again", Way::Repeated("fault: forget the key"), Kind::Doubled),
    plant("refused and carried out", Way::Followed("fault: deny"), Kind::RefusedButApplied),
    plant("the snapshot is older than its events", Way::Last("fault: forget the snapshot"), Kind::Snapshot),
    plant("an event is not delivered to PostgreSQL", Way::Followed("fault: owe nothing to postgres"), Kind::ReadModel),
    plant("an event is not delivered to the index", Way::Last("fault: owe nothing to index"), Kind::Index),
    plant("an event is not delivered to the audit", Way::Followed("fault: owe nothing to audit"), Kind::Audit),
    SOUND,
    plant("viewers are not told of an event", Way::Followed("fault: tell nobody"), Kind::Missed),
    plant("viewers are told of an event twice", Way::Followed("fault: tell twice"), Kind::SeenTwice),
    plant("an internal comment reaches the requester", Way::Internal("fault: tell everybody"), Kind::Leaked),
    plant(
        "an old version overwrote a newer one in PostgreSQL",
        Way::InTables("UPDATE requests SET version = version - 1, status = 'submitted' WHERE id = '$'"),
        Kind::ReadModel,
    ),
    plant(
        "PostgreSQL lost an event",
        Way::InTables("DELETE FROM request_events WHERE request_id = '$' AND seq = 2"),
        Kind::ReadModel,
    ),
    plant(
        "an entry of the audit was changed afterwards",
        Way::InTables("UPDATE audit_entries SET actor_name = 'somebody else' WHERE object_id = '$'"),
        Kind::AuditCopy,
    ),
    SOUND,
    plant("nobody is told of an event", Way::Last("fault: owe nothing to inbox"), Kind::Notices),
    plant("a notice is kept twice", Way::Last("fault: keep twice"), Kind::Notices),
    plant("a mail is lost", Way::Last("fault: owe no mail"), Kind::Unsent),
    plant("a message to a device is lost", Way::Followed("fault: owe no message"), Kind::Unsent),
    plant("a mail is sent twice", Way::Followed("fault: mail twice"), Kind::SentTwice),
    plant("a message to a device is sent twice", Way::Last("fault: push twice"), Kind::SentTwice),
    plant("an internal comment is sent to the requester", Way::Internal("fault: tell the requester"), Kind::Leaked),
    SOUND,
    plant("bytes lie in the bucket that no file has", Way::InBucket(Deed::Add), Kind::Orphan),
    plant("a file's bytes are gone", Way::InBucket(Deed::Take), Kind::Bytes),
    plant("a file's bytes are others", Way::InBucket(Deed::Replace), Kind::Bytes),
    plant("the bytes of a removed file stay", Way::InBucket(Deed::Restore), Kind::Orphan),
    Plant { name: "no bug, with a file", way: Way::InBucket(Deed::Nothing), found_as: None },
];

/// Who takes part, by place among the people.
struct Crew {
    requester: usize,
    manager: usize,
}

pub fn run(seed: u64, bundle: Bundle) -> Result<()> {
    let (clock, at_first) = clock::FIRST;
    let builder = Stack::builder().bundle(bundle).own_postgres().s3().mail(Tls::Off).env(clock, at_first);
    let stack = step("Starting a system", |_| builder.start())?;
    let world = World::populate(&stack)?;
    let mut sessions = (0..world.people.len()).map(|by| Session::sign_in(&world, by)).collect::<Result<Vec<_>>>()?;
    let place = |role| world.with_role(role).first().copied().context("somebody is missing");
    let crew = Crew { requester: place(Role::Requester)?, manager: place(Role::Manager)? };
    let providers = Providers::introduce(&stack, &world, &mut sessions, Wishes::All, &mut Random::new(seed))?;
    let (mut history, ids) = step("Planting bugs", |_| scenario(&stack, &world, &crew, &mut sessions, seed))?;
    history.people = world.people.clone();
    let admin = *world.with_role(Role::Admin).first().context("nobody is an admin")?;
    step("Coming to rest", |_| rest::come_to_rest(&stack, &providers, &mut sessions, admin, &ids))?;
    spoil_tables(&stack, &ids)?;
    spoil_bucket(&stack, &ids, &history)?;
    step("Reading what there is", |_| observe::observe(&stack, &mut sessions, ids.iter().cloned(), &mut history))?;
    history.post = providers.observe(&stack, &mut sessions)?;
    place_files(&mut history);
    let operator = observe::session(&mut sessions, admin)?;
    let swept = files::swept(operator)?;
    history.files = Files { swept, ..files::look(&stack, operator, &history)? };
    judge(&ids, &check(&history))
}

/// Carries all of it out; what was written down and the requests, in the order of the plants.
fn scenario(
    stack: &Stack,
    world: &World,
    crew: &Crew,
    sessions: &mut [Session],
    seed: u64,
) -> Result<(History, Vec<String>)> {
    let (audience, mut history) = (Audience::default(), History::default());
    let mut random = Random::new(seed);
    let ids: Vec<String> = PLANTS
        .iter()
        .map(|plant| {
            let body = json!({ "title": plant.name, "description": "", "category": "planted", "priority": "low" });
            let write = call(world, sessions, crew.requester, None, "create", body, 1)?;
            let id = write.created().map(str::to_owned).context("a request was not made")?;
            history.writes.push(Write { request: Some(id.clone()), ..write });
            Ok(id)
        })
        .collect::<Result<_>>()?;
    let cookies: Vec<String> = sessions.iter().map(|session| session.cookie.clone()).collect();
    history.viewers = thread::scope(|scope| {
        let audience = &audience;
        let mut watching = Vec::new();
        for request in world.requests().iter().cloned().map(|known| Known { version: 0, ..known }) {
            for by in [crew.requester, crew.manager] {
                let (request, cookie, random) = (request.clone(), &cookies[by], random.branch());
                watching
                    .push(scope.spawn(move || viewers::watch_patiently(world, audience, cookie, by, request, random)));
            }
        }
        // All of them are there before anything happens.
        thread::sleep(Duration::from_secs(1));
        let outcome = PLANTS.iter().zip(&ids).try_for_each(|(plant, id)| {
            history.writes.append(&mut act(world, crew, sessions, plant, id)?);
            anyhow::Ok(())
        });
        thread::sleep(Duration::from_secs(1));
        audience.close();
        let seen = watching.into_iter().map(|viewer| viewer.join().map_err(|_| anyhow!("a viewer panicked")));
        let seen = seen.collect::<Result<Vec<_>>>()?;
        outcome.map(|()| seen)
    })?;
    settle(stack, &history)?;
    stack.runtime.kill9()?;
    stack.runtime.start()?;
    Ok((history, ids))
}

/// Changes what PostgreSQL has. It is the last that happens: the reconciler mends what it sees.
fn spoil_tables(stack: &Stack, ids: &[String]) -> Result<()> {
    for (plant, id) in PLANTS.iter().zip(ids) {
        if let Way::InTables(statement) = plant.way {
            // Triggers of the product refuse such changes; a server that lost its files asks no trigger.
            let statement = format!("SET session_replication_role = replica; {}", statement.replace('$', id));
            stack.sql(|client| Ok(client.batch_execute(&statement)?))?;
        }
    }
    Ok(())
}

/// Changes what lies in the bucket.
fn spoil_bucket(stack: &Stack, ids: &[String], history: &History) -> Result<()> {
    let bucket = stack.s3.as_ref().context("the files lie in no bucket of ours")?;
    for (plant, id) in PLANTS.iter().zip(ids) {
        let Way::InBucket(deed) = plant.way else { continue };
        let is_it = |write: &&Write| write.deed == "attach" && write.request.as_ref() == Some(id);
        let write = history.writes.iter().find(is_it).context("no file was attached")?;
        let key = format!("default/requests/{id}/{}", write.file().context("a file was not attached")?);
        match deed {
            Deed::Add => bucket.put(&format!("default/requests/{id}/notes"), b"Nobody's.")?,
            Deed::Take => bucket.remove(&key)?,
            Deed::Replace => bucket.put(&key, &content(write.number + 1, SIZE))?,
            Deed::Restore => bucket.put(&key, &content(write.number, SIZE))?,
            Deed::Nothing => {}
        }
    }
    Ok(())
}

/// What happens to one request.
fn act(world: &World, crew: &Crew, sessions: &mut [Session], plant: &Plant, id: &str) -> Result<Vec<Write>> {
    let comment = |words: &str, visibility: &str| {
        let words = if visibility == "internal" { format!("{words} {INTERNAL}") } else { words.to_owned() };
        json!({ "body": words, "visibility": visibility })
    };
    let mut writes = vec![call(world, sessions, crew.manager, Some(id), "approve", json!({}), 1)?];
    let (words, visibility, times) = match plant.way {
        Way::Last(words) | Way::Followed(words) => (words, "public", 1),
        Way::Internal(words) => (words, "internal", 1),
        Way::Repeated(words) => (words, "public", 2),
        Way::InTables(_) | Way::InBucket(_) | Way::None => ("nothing special", "public", 1),
    };
    writes.push(call(world, sessions, crew.manager, Some(id), "comment", comment(words, visibility), times)?);
    if !matches!(plant.way, Way::Last(_)) {
        let thanks = comment("thanks", "public");
        writes.push(call(world, sessions, crew.requester, Some(id), "comment", thanks, 1)?);
    }
    if let Way::InBucket(deed) = plant.way {
        let attached = call(world, sessions, crew.requester, Some(id), "attach", json!({ "size": SIZE }), 1)?;
        let file = json!({ "file": attached.file().context("a file was not attached")? });
        writes.push(attached);
        if matches!(deed, Deed::Restore) {
            writes.push(call(world, sessions, crew.requester, Some(id), "detach", file, 1)?);
        }
    }
    Ok(writes)
}

/// Sends a write so many times under one key; a comment's words, or a file's name, get its mark.
fn call(
    world: &World,
    sessions: &mut [Session],
    by: usize,
    id: Option<&str>,
    deed: &'static str,
    mut body: Value,
    times: usize,
) -> Result<Write> {
    let number = world.next_number();
    if let Some(words) = body["body"].as_str() {
        body["body"] = json!(format!("{words} {}", Write::mark(number)));
    }
    if deed == "attach" {
        body["filename"] = json!(format!("picture {}.png", Write::mark(number)));
        body["sha256"] = json!(sha256(&content(number, SIZE)));
    }
    let (request, key) = (id.map(str::to_owned), Some(format!("planted-{number}")));
    let mut write = Write { number, by, request, deed, body, key, if_match: None, attempts: Vec::new() };
    for _ in 0..times {
        let session = sessions.get_mut(by).context("somebody is not signed in")?;
        let attempt = attempt(world, session, &write).with_context(|| format!("nobody took a {deed}"))?;
        write.attempts.push(attempt);
    }
    Ok(write)
}

/// Gives what is owed its time to arrive.
fn settle(stack: &Stack, history: &History) -> Result<()> {
    let until = Instant::now() + SETTLING;
    let writes = i64::try_from(history.writes.len())?;
    while Instant::now() < until && observe::progress(stack)?.audited < writes {
        thread::sleep(Duration::from_millis(100));
    }
    thread::sleep(Duration::from_secs(1));
    Ok(())
}

/// Prints what was found and what was not.
fn judge(ids: &[String], violations: &[Violation]) -> Result<()> {
    let mut by_request: BTreeMap<Option<&str>, BTreeSet<Kind>> = BTreeMap::new();
    for violation in violations {
        by_request.entry(violation.request.as_deref()).or_default().insert(violation.kind);
    }
    let (whole, none) = (by_request.get(&None).cloned().unwrap_or_default(), BTreeSet::new());
    let (mut missed, mut planted) = (Vec::new(), 0);
    println!();
    for (plant, id) in PLANTS.iter().zip(ids) {
        let found = by_request.get(&Some(id.as_str())).unwrap_or(&none);
        let right = match plant.found_as {
            Some(kind) => found.contains(&kind) || (kind == Kind::AuditCopy && whole.contains(&kind)),
            None => found.is_empty(),
        };
        planted += usize::from(plant.found_as.is_some());
        if !right {
            missed.push(plant.name);
        }
        let verdict = match (plant.found_as, right) {
            (Some(kind), true) => format!("found as {kind:?}"),
            (Some(_), false) => format!("NOT FOUND; instead: {found:?}"),
            (None, true) => "nothing found".to_owned(),
            (None, false) => format!("FOUND WITHOUT A CAUSE: {found:?}"),
        };
        println!("{:<52} {verdict}", plant.name);
    }
    println!();
    if missed.is_empty() {
        println!("all {planted} planted bugs were found");
        return Ok(());
    }
    for violation in violations {
        println!("{:?} {:?}: {}", violation.kind, violation.request, violation.what);
    }
    bail!("the checker is wrong about: {}", missed.join("; "))
}
