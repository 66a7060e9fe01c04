//! What people were shown: records and lines as they once were, events once, in order, without a gap, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::super::history::{History, Role, Seen, Shown, Viewer, digest};
use super::order::shown_by_writes;
use super::{Case, Findings, Kind};

/// Records and lines of lists against the states of the request.
pub(super) fn check_reads(case: &Case<'_>, findings: &mut Findings) {
    let read = case.reads.iter().filter_map(|read| read.shown.as_ref());
    for shown in read.chain(shown_by_writes(case)) {
        compare(case, shown, findings);
    }
    for read in &case.reads {
        let name = case.person(read.by).map_or("somebody", |person| person.name.as_str());
        match read.status {
            401 => findings.add(Kind::SessionLost, case.id, format!("{name} was not signed in any more")),
            404 => findings.add(Kind::Lost, case.id, format!("{name} read it, and it was not there")),
            _ => {}
        }
    }
}

fn compare(case: &Case<'_>, shown: &Shown, findings: &mut Findings) {
    let Some(state) = case.state(shown.version) else {
        let what = format!("version {} was shown, and is not there", shown.version);
        return findings.add(Kind::Lost, case.id, what);
    };
    let expected = state.text(shown.view);
    if shown.text != expected {
        let what = format!("version {} was shown as {} and is {expected}", shown.version, shown.text);
        findings.add(Kind::ShownOtherwise, case.id, what);
    }
    if shown.number.is_some() && shown.number.as_deref() != case.object.record["number"].as_str() {
        findings.add(Kind::ShownOtherwise, case.id, format!("it was shown with the number {:?}", shown.number));
    }
}

/// The live viewers of requests and of the list.
pub(super) fn check_viewers(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    for viewer in &history.viewers {
        if let Some(case) = cases.get(viewer.request.as_str()) {
            check_viewer(case, viewer, findings);
        }
    }
    for viewer in &history.list_viewers {
        let requester = history.people.get(viewer.by).filter(|person| person.role == Role::Requester);
        let mut latest: BTreeMap<(u32, &str), i64> = BTreeMap::new();
        for (connection, request, shown) in &viewer.lines {
            let Some(case) = cases.get(request.as_str()) else { continue };
            compare(case, shown, findings);
            if requester.is_some_and(|person| case.state(1).is_some_and(|state| !state.is_of(person))) {
                findings.add(Kind::Leaked, request, "it was shown in the live list of another requester");
            }
            let before = latest.insert((*connection, request), shown.version).unwrap_or(0);
            if before > shown.version {
                let what = format!("the live list went from version {before} back to {}", shown.version);
                findings.add(Kind::SeenTwice, request, what);
            }
        }
    }
}

fn check_viewer(case: &Case<'_>, viewer: &Viewer, findings: &mut Findings) {
    let Some(person) = case.person(viewer.by) else { return };
    let may_see =
        |event: &serde_json::Value| person.role != Role::Requester || event["body"]["visibility"] != "internal";
    let name = &person.name;
    let mut waiting: BTreeSet<i64> = case
        .timeline()
        .iter()
        .filter(|event| may_see(event))
        .filter_map(|event| event["seq"].as_i64())
        .filter(|seq| *seq > viewer.after)
        .collect();
    let mut last = viewer.after;
    for seen in &viewer.seen {
        match seen {
            Seen::Ready { version } => {
                if let Some(missed) = waiting.range(..=*version).next() {
                    findings.add(Kind::Missed, case.id, format!("{name} was up to date at {version} without {missed}"));
                }
            }
            Seen::Event { seq, digest: seen } => {
                match case.event(*seq) {
                    None => findings.add(Kind::Lost, case.id, format!("{name} saw event {seq}, which is not there")),
                    Some(event) if !may_see(event) => {
                        findings.add(Kind::Leaked, case.id, format!("{name} saw the internal event {seq}"));
                    }
                    Some(event) if digest(event) != *seen => {
                        findings.add(Kind::ShownOtherwise, case.id, format!("{name} saw event {seq} otherwise"));
                    }
                    Some(_) => {}
                }
                if !waiting.remove(seq) || *seq <= last {
                    findings.add(Kind::SeenTwice, case.id, format!("{name} saw event {seq} after {last}"));
                }
                if let Some(missed) = waiting.range(..*seq).next() {
                    findings.add(Kind::Missed, case.id, format!("{name} saw event {seq} without {missed}"));
                }
                last = last.max(*seq);
            }
        }
    }
    if let Some(missed) = waiting.first() {
        findings.add(Kind::Missed, case.id, format!("{name} never saw event {missed}"));
    }
}
