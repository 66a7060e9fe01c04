//! What a run says in the end: its figures, whether it counts, and the story of each request that went wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, bail};

use super::checker::{Kind, Tally, Violation};
use super::faults::{Fault, Struck};
use super::history::{History, Object, Outcome, ThingOutcome, Wish, Write};
use super::observe::CaughtUp;

/// A run in which fewer than this share of the faults hit a write proves nothing.
const LEAST_HITS_PERCENT: usize = 50;
/// Nor does one with fewer unknown outcomes.
const LEAST_UNKNOWN_PERCENT: f64 = 1.0;
/// So many stories are told.
const MOST_STORIES: usize = 5;
/// So many lines of each.
const MOST_LINES: usize = 14;

/// The outcome of a run.
pub struct Report {
    pub seed: u64,
    pub elapsed: Duration,
    pub struck: Vec<Struck>,
    /// Writes whose outcome was unknown at least once.
    pub unknown: usize,
    /// How often a live viewer connected.
    pub connections: usize,
    /// How long the read model took after the last dependency was back, or what was missing.
    pub caught_up: Result<CaughtUp, String>,
    pub bound: Duration,
    /// How long it took until all that was owed to people was sent.
    pub came_to_rest: Duration,
    pub history: History,
    pub violations: Vec<Violation>,
    /// What left by mail and to devices.
    pub tally: Tally,
}

impl Report {
    /// Prints figures, and stories where there are any.
    pub fn print(&self) {
        println!();
        for (name, figure) in self.figures() {
            println!("{name:<34} {figure}");
        }
        for request in self.requests_concerned().into_iter().take(MOST_STORIES) {
            println!();
            story(&self.history, &self.violations, request).iter().for_each(|line| println!("{line}"));
        }
        println!();
    }

    fn figures(&self) -> Vec<(String, String)> {
        let (history, tally) = (&self.history, &self.tally);
        let mut figures = vec![("seed".to_owned(), self.seed.to_string())];
        let mut by_fault: BTreeMap<Fault, (usize, usize, Duration)> = BTreeMap::new();
        for struck in &self.struck {
            let (made, hit, took) = by_fault.entry(struck.fault).or_default();
            (*made, *hit, *took) = (*made + 1, *hit + usize::from(struck.hit), *took + struck.took);
        }
        for (fault, (made, hit, took)) in by_fault {
            let each = took.as_secs_f64() / made as f64;
            figures.push((fault.name(), format!("{made}, {hit} of them into a write in flight, {each:.1} s each")));
        }
        let (writes, acknowledged) = (history.writes.len(), self.acknowledged());
        let refused = history.writes.iter().filter(|write| write.is_refused()).count();
        let kinds = |wanted: &[Kind]| self.violations.iter().filter(|one| wanted.contains(&one.kind)).count();
        let events: usize = history.objects.values().map(|object| object.timeline.len()).sum();
        let seen: usize = history.viewers.iter().map(|viewer| viewer.seen.len()).sum();
        let caught_up = match &self.caught_up {
            Ok(CaughtUp { requests, all }) => format!(
                "{:.1} s after the last dependency was back, requests after {:.1} s",
                all.as_secs_f64(),
                requests.as_secs_f64()
            ),
            Err(missing) => format!("never: {missing}"),
        };
        figures.extend([
            ("requests".to_owned(), history.objects.len().to_string()),
            ("writes sent".to_owned(), writes.to_string()),
            ("acknowledged".to_owned(), acknowledged.to_string()),
            ("refused".to_owned(), refused.to_string()),
            ("unknown at first".to_owned(), format!("{} ({:.1} %)", self.unknown, self.unknown_percent())),
            ("  by what".to_owned(), reasons(history)),
            ("events".to_owned(), events.to_string()),
            ("reads checked".to_owned(), history.reads.len().to_string()),
            ("seen live".to_owned(), format!("{seen} messages on {} connections", self.connections)),
            ("lost".to_owned(), kinds(&[Kind::Lost]).to_string()),
            ("doubled".to_owned(), kinds(&[Kind::Doubled]).to_string()),
            ("notices".to_owned(), history.notices.values().map(Vec::len).sum::<usize>().to_string()),
            ("  lost, doubled, or not theirs".to_owned(), kinds(&[Kind::Notices]).to_string()),
            ("mails, messages to devices".to_owned(), format!("{}, {}", tally.mails, tally.messages)),
            ("  lost".to_owned(), kinds(&[Kind::Unsent]).to_string()),
            ("  doubled".to_owned(), kinds(&[Kind::SentTwice]).to_string()),
            ("  to the wrong one, internal".to_owned(), kinds(&[Kind::Missent, Kind::Leaked]).to_string()),
            (
                "  again, with the same id".to_owned(),
                format!(
                    "{} whose provider did not answer, {} whose answer died with the runtime",
                    tally.again_unanswered, tally.again_unwritten
                ),
            ),
            (
                "  shown as undeliverable".to_owned(),
                format!(
                    "{}; let go by a full inbox: {}; forgotten by one, and sent again: {}",
                    tally.undeliverable, tally.let_go, tally.again_forgotten
                ),
            ),
            ("all sent".to_owned(), format!("{:.1} s after that was waited for", self.came_to_rest.as_secs_f64())),
            ("files".to_owned(), self.files()),
            ("  lost, others, without a row".to_owned(), kinds(&[Kind::Bytes, Kind::Orphan, Kind::Sweep]).to_string()),
            ("places and assets".to_owned(), self.things()),
            ("outbox and state disagree".to_owned(), kinds(&[Kind::Outbox, Kind::Snapshot]).to_string()),
            ("read model whole".to_owned(), caught_up),
            ("violations in all".to_owned(), format!("{}{}", self.violations.len(), self.by_kind())),
            ("took".to_owned(), format!("{:.0} s", self.elapsed.as_secs_f64())),
        ]);
        figures
    }

    /// What was done with files, and what was left.
    fn files(&self) -> String {
        let done = |deed| self.history.writes.iter().filter(|write| write.deed == deed && write.is_done()).count();
        let files = &self.history.files;
        format!(
            "{} attached, {} removed, {} read meanwhile and {} in the end; {} were on their way to a runtime that died",
            done("attach"),
            done("detach"),
            self.history.file_reads.len(),
            files.served.len(),
            files.swept["pending"]
        )
    }

    /// What was done with places and assets, and what was left.
    fn things(&self) -> String {
        let done = |wish| {
            self.history.thing_writes.iter().filter(|write| write.wish == wish && write.done().is_some()).count()
        };
        let (made, changed, deleted) = (done(Wish::Make), done(Wish::Change), done(Wish::Delete));
        let unknown = self.history.thing_writes.iter().filter(|write| write.has_been_unknown()).count();
        let is_placed = |object: &&Object| !object.record["location"].is_null();
        let placed = self.history.objects.values().filter(is_placed).count();
        format!(
            "{made} made, {changed} changes, {deleted} deleted, {unknown} unknown at first; named by {placed} requests"
        )
    }

    /// How many violations there are of each kind.
    fn by_kind(&self) -> String {
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        self.violations.iter().for_each(|violation| *counts.entry(violation.kind).or_default() += 1);
        counts.iter().map(|(kind, count)| format!(", {count} {kind:?}")).collect()
    }

    fn acknowledged(&self) -> usize {
        self.history.writes.iter().filter(|write| write.is_done()).count()
    }

    fn unknown_percent(&self) -> f64 {
        100.0 * self.unknown as f64 / self.history.writes.len().max(1) as f64
    }

    fn requests_concerned(&self) -> BTreeSet<Option<&str>> {
        self.violations.iter().map(|violation| violation.request.as_deref()).collect()
    }

    /// An error when something is wrong, or when the run proves nothing.
    pub fn verdict(&self) -> Result<()> {
        if !self.violations.is_empty() {
            bail!("{} violations with seed {}", self.violations.len(), self.seed);
        }
        match &self.caught_up {
            Err(missing) => bail!("the read model was not whole in the end (seed {}): {missing}", self.seed),
            Ok(CaughtUp { all, .. }) if *all > self.bound => {
                bail!("the read model was whole after {all:.1?} and not {:?} (seed {})", self.bound, self.seed)
            }
            Ok(_) => {}
        }
        let hits = self.struck.iter().filter(|struck| struck.hit).count();
        if hits * 100 < self.struck.len() * LEAST_HITS_PERCENT {
            bail!("not a valid run: {hits} of {} faults hit a write in flight (seed {})", self.struck.len(), self.seed);
        }
        if self.unknown_percent() < LEAST_UNKNOWN_PERCENT {
            bail!("not a valid run: {:.2} % unknown outcomes (seed {})", self.unknown_percent(), self.seed);
        }
        Ok(())
    }
}

/// What unknown outcomes came from, in numbers.
fn reasons(history: &History) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let of_requests = history.writes.iter().flat_map(|write| &write.attempts).map(|attempt| match &attempt.outcome {
        Outcome::Unknown(why) => Some(why),
        Outcome::Done { .. } | Outcome::Refused { .. } => None,
    });
    let of_things =
        history.thing_writes.iter().flat_map(|write| &write.attempts).map(|attempt| match &attempt.outcome {
            ThingOutcome::Unknown(why) => Some(why),
            ThingOutcome::Done(_) | ThingOutcome::Refused { .. } => None,
        });
    for why in of_requests.chain(of_things).flatten() {
        *counts.entry(why.chars().take(40).collect()).or_default() += 1;
    }
    counts.iter().map(|(why, count)| format!("{count} {why}")).collect::<Vec<_>>().join(", ")
}

/// What went wrong with a request, and what happened to it around there.
pub fn story(history: &History, violations: &[Violation], request: Option<&str>) -> Vec<String> {
    let mut lines = vec![match request {
        Some(id) => format!("request {id}:"),
        None => "the whole:".to_owned(),
    }];
    let about = violations.iter().filter(|violation| violation.request.as_deref() == request);
    lines.extend(about.take(MOST_LINES).map(|violation| format!("  {:?}: {}", violation.kind, violation.what)));
    let Some(id) = request else { return lines };
    let told: String = lines.concat();
    let writes: Vec<&Write> = history.writes.iter().filter(|write| write.request.as_deref() == Some(id)).collect();
    let is_told = |write: &&&Write| told.contains(&format!("write {} ", write.number));
    let last = writes.len().saturating_sub(MOST_LINES);
    let chosen: Vec<&&Write> = match writes.iter().filter(is_told).count() {
        0 => writes.iter().skip(last).collect(),
        _ => writes.iter().filter(is_told).take(MOST_LINES).collect(),
    };
    for write in chosen {
        let answers = write.attempts.iter().map(|attempt| {
            let answer = match &attempt.outcome {
                Outcome::Done { version, .. } => format!("version {version}"),
                Outcome::Refused { status, code, .. } => format!("{status} {code}"),
                Outcome::Unknown(why) => format!("unknown ({why})"),
            };
            format!("{:.3}-{:.3} s {answer}", attempt.invoked as f64 / 1e6, attempt.returned as f64 / 1e6)
        });
        let answers = answers.collect::<Vec<_>>().join("; ");
        let by = history.people.get(write.by).map_or("?", |person| &person.name);
        lines.push(format!("  write {} {} by {by}: {} -> {answers}", write.number, write.deed, write.body));
    }
    let events = history.objects.get(id).map_or(0, |object| object.timeline.len());
    lines.push(format!("  its object has {events} events"));
    lines
}
