//! Real time: what had been acknowledged or shown when a call began lies before it, and refusals had their reason.

use std::collections::BTreeMap;

use super::super::history::{Answered, Moment, Outcome, Shown, View, Write};
use super::causes::title;
use super::{Case, Findings, Kind};

/// Something that was known of a request's version within an interval of time.
struct Point<'a> {
    invoked: Moment,
    returned: Moment,
    version: i64,
    /// Who knew it.
    by: usize,
    /// The write whose effect it was; none for a look.
    write: Option<&'a Write>,
}

/// Writes and looks at one request, in real time.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    let mut points = points(case);
    points.sort_by_key(|point| point.returned);
    // The greatest version that was known to somebody by a moment.
    let mut known: Vec<(Moment, i64)> = Vec::new();
    for point in &points {
        let greatest = known.last().map_or(point.version, |(_, version)| point.version.max(*version));
        known.push((point.returned, greatest));
    }
    for point in &points {
        let before = known.partition_point(|(returned, _)| *returned < point.invoked);
        let Some((_, floor)) = before.checked_sub(1).and_then(|at| known.get(at)) else { continue };
        match point.write {
            Some(write) if point.version <= *floor => {
                let what = format!("{} became version {} when {floor} was known already", title(write), point.version);
                findings.add(Kind::RealTime, case.id, what);
            }
            None if point.version < case.version_for(point.by, *floor) => {
                let what = format!("version {} was shown when {floor} was known already", point.version);
                findings.add(Kind::StaleRead, case.id, what);
            }
            _ => {}
        }
    }
    let causes: BTreeMap<i64, Moment> =
        points.iter().filter(|point| point.write.is_some()).map(|point| (point.version, point.invoked)).collect();
    for look in points.iter().filter(|point| point.write.is_none()) {
        if causes.get(&look.version).is_some_and(|invoked| *invoked > look.returned) {
            findings.add(Kind::StaleRead, case.id, format!("version {} was shown before it was written", look.version));
        }
    }
    refusals(case, findings);
}

fn points<'a>(case: &Case<'a>) -> Vec<Point<'a>> {
    let mut points = Vec::new();
    for write in &case.writes {
        let first = write.done().min_by_key(|(attempt, _, _)| attempt.returned);
        if let Some((attempt, version, _)) = first {
            points.push(Point {
                invoked: write.invoked(),
                returned: attempt.returned,
                version,
                by: write.by,
                write: Some(write),
            });
        }
        for attempt in &write.attempts {
            if let Outcome::Refused { shown: Some(shown), .. } = &attempt.outcome {
                let (invoked, returned) = (attempt.invoked, attempt.returned);
                let (version, by) = (shown.version, write.by);
                points.push(Point { invoked, returned, version, by, write: None });
            }
        }
    }
    for read in &case.reads {
        if let Some(shown) = read.shown.as_ref().filter(|shown| shown.view == View::Record) {
            let (invoked, returned, version, by) = (read.invoked, read.returned, shown.version, read.by);
            points.push(Point { invoked, returned, version, by, write: None });
        }
    }
    points
}

/// A conflict must be one: in the state that it showed, the table forbids the deed, or the version is another one.
fn refusals(case: &Case<'_>, findings: &mut Findings) {
    for write in &case.writes {
        for attempt in &write.attempts {
            let Outcome::Refused { status, code, shown } = &attempt.outcome else { continue };
            let state = shown.as_ref().and_then(|shown| case.state(shown.version));
            let unjust = match (status, state) {
                (409, Some(state)) => case.person(write.by).is_some_and(|person| state.may(write.deed, person)),
                (412, Some(state)) => write.if_match == Some(state.version) || write.if_match.is_none(),
                // Without a record there is nothing to judge by.
                _ => false,
            };
            if unjust {
                let what =
                    format!("{} was refused with {status} {code} at {}", title(write), version_of(shown.as_ref()));
                findings.add(Kind::WrongRefusal, case.id, what);
            }
        }
    }
}

fn version_of(shown: Option<&Shown>) -> i64 {
    shown.map_or(0, |shown| shown.version)
}

/// What was shown in answers to writes, with the write's own version.
pub(super) fn shown_by_writes<'a>(case: &Case<'a>) -> Vec<&'a Shown> {
    let mut all = Vec::new();
    for attempt in case.writes.iter().flat_map(|write| &write.attempts) {
        match &attempt.outcome {
            Outcome::Done { shown: Answered::Record(shown), .. } | Outcome::Refused { shown: Some(shown), .. } => {
                all.push(shown);
            }
            _ => {}
        }
    }
    all
}
