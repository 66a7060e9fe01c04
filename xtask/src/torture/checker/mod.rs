//! From a history to what is wrong with it. Pure: the same history always gives the same violations.
//!
//! Versions are the seqs of events, so the order in which a request's writes took effect is known and need not be searched
//! for: it is checked that it agrees with what was acknowledged, refused, read and seen, and with real time (that is
//! linearizability), and that every copy tells the same.

mod causes;
mod copies;
mod files;
mod notices;
mod order;
mod post;
mod sightings;
#[cfg(test)]
mod tests;
mod things;

use std::collections::BTreeMap;

use serde_json::Value;

use super::history::{History, Object, Person, Read, Role, Write};
use super::model::State;

pub use post::Tally;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An acknowledged write is not there.
    Lost,
    /// One write is there twice.
    Doubled,
    /// An event that nobody caused.
    Causeless,
    /// A write that was refused is there.
    RefusedButApplied,
    /// Two writes were acknowledged as one version, or a timeline has a gap.
    Versions,
    /// An event that the state machine does not permit.
    Illegal,
    /// Time runs backwards within a request, or a list is not in the order of its times.
    Backwards,
    /// A write took effect before one that had been acknowledged when it began.
    RealTime,
    /// A read showed less than what had been acknowledged, or more than had been written.
    StaleRead,
    /// Somebody was shown a request as it never was.
    ShownOtherwise,
    /// A refusal without a reason.
    WrongRefusal,
    /// An `If-Match` that did not hold was granted.
    Precondition,
    /// A repeated call got another reply.
    ReplyDiffers,
    /// A session ended by itself.
    SessionLost,
    /// A viewer missed an event.
    Missed,
    /// A viewer was shown an event twice, or before an earlier one.
    SeenTwice,
    /// Somebody was shown what is not theirs.
    Leaked,
    /// The snapshot of an object is not what its events make.
    Snapshot,
    /// An object owes something, or says another thing of itself than it has.
    Outbox,
    /// The index tells otherwise.
    Index,
    /// The rows of PostgreSQL tell otherwise.
    ReadModel,
    /// The audit stream tells otherwise.
    Audit,
    /// The copy of the audit stream tells otherwise, or its chain is broken.
    AuditCopy,
    /// Somebody was not told of what concerns them, or twice, or of what does not.
    Notices,
    /// What somebody wanted by mail or on their device never left.
    Unsent,
    /// The same left twice, and no answer was lost.
    SentTwice,
    /// What was sent is nothing to whom it was sent, or is no proper message.
    Missent,
    /// The list of deliveries, or the inbox, tells otherwise of what was sent.
    Deliveries,
    /// The bytes of a file are gone, or others than those that were attached.
    Bytes,
    /// Bytes lie in the bucket that no file has.
    Orphan,
    /// The sweep of the bucket tells otherwise.
    Sweep,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub kind: Kind,
    /// The request concerned, unless it is the whole.
    pub request: Option<String>,
    pub what: String,
}

/// All that is known of one request.
struct Case<'a> {
    id: &'a str,
    people: &'a [Person],
    object: &'a Object,
    writes: Vec<&'a Write>,
    reads: Vec<&'a Read>,
    /// The states after each event, as far as they follow from one another.
    states: Vec<State>,
}

/// What the parts of the checker report to.
#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, kind: Kind, request: &str, what: impl Into<String>) {
        self.0.push(Violation { kind, request: Some(request.to_owned()), what: what.into() });
    }

    fn add_to_all(&mut self, kind: Kind, what: impl Into<String>) {
        self.0.push(Violation { kind, request: None, what: what.into() });
    }
}

impl<'a> Case<'a> {
    fn timeline(&self) -> &'a [Value] {
        &self.object.timeline
    }

    /// The event of this version.
    fn event(&self, version: i64) -> Option<&'a Value> {
        let at = usize::try_from(version).ok()?.checked_sub(1)?;
        self.object.timeline.get(at).filter(|event| event["seq"] == version)
    }

    /// The state at this version.
    fn state(&self, version: i64) -> Option<&State> {
        self.states.get(usize::try_from(version).ok()?.checked_sub(1)?)
    }

    /// The version that somebody may know when this one is the last: of those who do not read internal comments, the last event
    /// that is none.
    fn version_for(&self, place: usize, version: i64) -> i64 {
        let reads_internal = self.person(place).is_none_or(|person| person.role != Role::Requester);
        let is_internal = |seq: i64| self.event(seq).is_some_and(|event| event["body"]["visibility"] == "internal");
        (1..=version).rev().find(|seq| reads_internal || !is_internal(*seq)).unwrap_or(version)
    }

    fn person(&self, place: usize) -> Option<&'a Person> {
        self.people.get(place)
    }
}

/// Everything that is wrong with this history.
pub fn check(history: &History) -> Vec<Violation> {
    judge(history).0
}

/// The same, and what was counted of what left.
pub fn judge(history: &History) -> (Vec<Violation>, Tally) {
    let mut findings = Findings::default();
    let mut writes: BTreeMap<&str, Vec<&Write>> = BTreeMap::new();
    for write in &history.writes {
        causes::check_alone(write, &mut findings);
        match write.request.as_deref() {
            Some(request) => writes.entry(request).or_default().push(write),
            None if write.is_done() => findings.add_to_all(Kind::Lost, "a create without a request"),
            None => {}
        }
    }
    for (request, writes) in &writes {
        if !history.objects.contains_key(*request) && writes.iter().any(|write| write.is_done()) {
            findings.add(Kind::Lost, request, "its writes were acknowledged, and nobody knows it");
        }
    }
    let mut reads: BTreeMap<&str, Vec<&Read>> = BTreeMap::new();
    for read in &history.reads {
        reads.entry(&read.request).or_default().push(read);
    }
    let mut cases = BTreeMap::new();
    for (id, object) in &history.objects {
        let mut case = Case {
            id,
            people: &history.people,
            object,
            writes: writes.remove(id.as_str()).unwrap_or_default(),
            reads: reads.remove(id.as_str()).unwrap_or_default(),
            states: Vec::new(),
        };
        case.states = causes::replay(&case, &mut findings);
        causes::check(&case, &mut findings);
        order::check(&case, &mut findings);
        sightings::check_reads(&case, &mut findings);
        copies::check_object(&case, &mut findings);
        cases.insert(id.as_str(), case);
    }
    sightings::check_viewers(history, &cases, &mut findings);
    copies::check_all(history, &cases, &mut findings);
    notices::check(history, &mut findings);
    files::check(history, &cases, &mut findings);
    things::check(history, &cases, &mut findings);
    let tally = post::check(history, &mut findings);
    findings.0.sort();
    findings.0.dedup();
    (findings.0, tally)
}
