//! Every copy tells the same as the object: its own snapshot, its outbox, the index, the rows of PostgreSQL, the audit
//! stream and the copy of that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::history::{AuditEntry, History, MAIL_PAUSED, Row, View};
use super::{Case, Findings, Kind};

const DESTINATIONS: [&str; 3] = ["audit", "index", "postgres"];

/// What the object says of itself.
pub(super) fn check_object(case: &Case<'_>, findings: &mut Findings) {
    let versions = i64::try_from(case.timeline().len()).unwrap_or(i64::MAX);
    let (record, inside) = (&case.object.record, &case.object.inspection["object"]);
    if let Some(state) = case.states.last().filter(|state| state.version == versions) {
        let expected = state.snapshot();
        let differs = |(name, value): &(&String, &Value)| inside["snapshot"][name.as_str()] != **value;
        if let Some((name, value)) = expected.as_object().into_iter().flatten().find(differs) {
            let what = format!("{name} is {}, and its events make {value}", inside["snapshot"][name]);
            findings.add(Kind::Snapshot, case.id, what);
        }
        if View::Record.text(record) != state.text(View::Record) {
            let what =
                format!("the record is {} and its events make {}", View::Record.text(record), state.text(View::Record));
            findings.add(Kind::Snapshot, case.id, what);
        }
    }
    let public = |event: &&Value| event["body"]["visibility"] != "internal";
    if !case.timeline().iter().filter(public).eq(&case.object.requesters_timeline) {
        findings.add(Kind::Leaked, case.id, "its requester is shown another timeline than the public one");
    }
    if inside["events"] != versions {
        findings.add(Kind::Outbox, case.id, format!("it has {versions} events and says {}", inside["events"]));
    }
    let mut debts = inside["outbox"].as_array().into_iter().flatten();
    if let Some(debt) =
        debts.find(|debt| debt["destination"] == "inbox" && (debt["pending"] != 0 || !debt["parked_seq"].is_null()))
    {
        findings.add(Kind::Outbox, case.id, format!("it owes notices: {debt}"));
    }
    for destination in DESTINATIONS {
        let mut debts = inside["outbox"].as_array().into_iter().flatten();
        let debt = debts.find(|debt| debt["destination"] == destination).unwrap_or(&Value::Null);
        if debt["pending"] != 0 || debt["delivered_seq"] != versions || !debt["parked_seq"].is_null() {
            findings.add(Kind::Outbox, case.id, format!("at version {versions} it says of {destination}: {debt}"));
        }
    }
}

/// The copies that hold all requests.
pub(super) fn check_all(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    index(history, cases, findings);
    read_model(history, cases, findings);
    audit(history, cases, findings);
    audit_copy(history, findings);
}

fn index(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    let lines: BTreeMap<&str, &Value> =
        history.index.iter().filter_map(|line| Some((line["id"].as_str()?, line))).collect();
    if lines.len() != history.index.len() {
        findings.add_to_all(Kind::Index, "a request is in the list twice");
    }
    for id in lines.keys().filter(|id| !cases.contains_key(**id)) {
        findings.add(Kind::Index, id, "it is in the list, and nobody made it");
    }
    // Newest first, however the clock was moved: texts of one form are in the order of their times.
    let created = |line: &Value| line["created_at"].as_str().map(str::to_owned);
    if !history.index.is_sorted_by(|newer, older| created(newer) >= created(older)) {
        findings.add_to_all(Kind::Backwards, "the list is not in the order of its times");
    }
    let mut numbers = BTreeMap::new();
    for (id, case) in cases {
        let record = &case.object.record;
        let Some(line) = lines.get(id) else {
            findings.add(Kind::Index, id, "it is not in the list");
            continue;
        };
        if View::Summary.text(line) != View::Summary.text(record) || line["number"] != record["number"] {
            findings.add(Kind::Index, id, format!("the list has {line} and the object {record}"));
        }
        if let Some(other) = numbers.insert(record["number"].to_string(), *id) {
            findings.add(Kind::Index, id, format!("it has the number {} as {other} has", record["number"]));
        }
        if !record["number"].is_string() {
            findings.add(Kind::Index, id, "it has no number");
        }
    }
    for (place, listed) in &history.requesters_lists {
        let Some(person) = history.people.get(*place) else { continue };
        let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        for (id, case) in cases {
            let theirs = case.states.first().is_some_and(|state| state.is_of(person));
            match (theirs, listed.contains(id)) {
                (true, false) => findings.add(Kind::Index, id, "it is not in its requester's list"),
                (false, true) => findings.add(Kind::Leaked, id, "it is in the list of another requester"),
                _ => {}
            }
        }
    }
}

fn read_model(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    for id in history.read_model.keys().filter(|id| !cases.contains_key(id.as_str())) {
        findings.add(Kind::ReadModel, id, "PostgreSQL has a row of it, and nobody made it");
    }
    for (id, case) in cases {
        match history.read_model.get(*id) {
            Some(row) => compare_row(case, row, findings),
            None => findings.add(Kind::ReadModel, id, "PostgreSQL has no row of it"),
        }
    }
    let known: usize = history.read_model.values().map(|row| row.events.len()).sum();
    if i64::try_from(known) != Ok(history.read_model_events) {
        let what = format!("PostgreSQL has {} events, {known} of them of its requests", history.read_model_events);
        findings.add_to_all(Kind::ReadModel, what);
    }
}

fn compare_row(case: &Case<'_>, row: &Row, findings: &mut Findings) {
    let columns = row.row.as_object().into_iter().flatten();
    for (name, value) in columns.filter(|(name, value)| case.object.record[name.as_str()] != **value) {
        let what = format!("its {name} is {} and in PostgreSQL {value}", case.object.record[name]);
        findings.add(Kind::ReadModel, case.id, what);
    }
    if row.snapshot != case.object.inspection["object"]["snapshot"] {
        findings.add(Kind::ReadModel, case.id, "its snapshot in PostgreSQL is another one");
    }
    let same = row.events.iter().zip(&case.object.timeline).take_while(|(copy, event)| is_copy(copy, event)).count();
    if same < row.events.len().max(case.object.timeline.len()) {
        let (copies, events) = (row.events.len(), case.object.timeline.len());
        let what = format!("{copies} of {events} events are in PostgreSQL, and from event {} on others", same + 1);
        findings.add(Kind::ReadModel, case.id, what);
    }
}

/// An event is stored as its release wrote it, and copied as the release that delivers it knows it: what is null may be
/// left out, and what no reader knows is not copied.
fn is_copy(copy: &Value, event: &Value) -> bool {
    ["seq", "ts", "kind", "actor"].iter().all(|name| copy[*name] == event[*name])
        && without_nulls(&copy["body"]) == without_nulls(&event["body"])
}

fn without_nulls(json: &Value) -> Vec<(&String, &Value)> {
    json.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()).collect()
}

fn audit(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    let mut entries: BTreeMap<(&str, i64), &AuditEntry> = BTreeMap::new();
    for (at, entry) in history.audit.iter().enumerate() {
        if usize::try_from(entry.json["seq"].as_i64().unwrap_or_default()) != Ok(at + 1) {
            findings.add_to_all(Kind::Audit, format!("place {} of the audit has seq {}", at + 1, entry.json["seq"]));
        }
        let fields = &entry.json["fields"];
        if fields["action"] == MAIL_PAUSED || matches!(fields["object"]["type"].as_str(), Some("place" | "asset")) {
            continue;
        }
        let about = (fields["object"]["id"].as_str().unwrap_or_default(), fields["seq"].as_i64().unwrap_or_default());
        if entries.insert(about, entry).is_some() {
            findings.add(Kind::Audit, about.0, format!("event {} is in the audit twice", about.1));
        }
    }
    for (id, case) in cases {
        let traces: BTreeMap<i64, &str> = case.writes.iter().filter_map(|write| trace_of(write)).collect();
        for event in case.timeline() {
            let seq = event["seq"].as_i64().unwrap_or_default();
            let Some(entry) = entries.remove(&(*id, seq)) else {
                findings.add(Kind::Audit, id, format!("event {seq} is not in the audit"));
                continue;
            };
            let json = &entry.json;
            let tells = json["fields"]["action"] == event["kind"]
                && json["actor"] == event["actor"]
                && json["ts"] == event["ts"];
            let caused = traces.get(&seq).is_none_or(|trace| json["request_id"] == *trace);
            if !tells || !caused {
                findings.add(
                    Kind::Audit,
                    id,
                    format!("the audit says {json} of {event}, caused by {:?}", traces.get(&seq)),
                );
            }
        }
    }
    for ((id, seq), _) in entries {
        findings.add(Kind::Audit, id, format!("the audit has event {seq}, and the timeline does not"));
    }
}

/// The HTTP request that caused a version, where there is only one that can have.
fn trace_of(write: &super::Write) -> Option<(i64, &str)> {
    let [attempt] = &write.attempts[..] else { return None };
    let (_, version, _) = write.done().next()?;
    Some((version, attempt.trace.as_deref()?))
}

fn audit_copy(history: &History, findings: &mut Findings) {
    let (stream, copy) = (history.audit.len(), history.audit_copy.len());
    if stream != copy {
        findings.add_to_all(Kind::AuditCopy, format!("the audit has {stream} entries, and PostgreSQL {copy}"));
    }
    let mut link = "0".repeat(64);
    for (entry, copy) in history.audit.iter().zip(&history.audit_copy) {
        let mut hash = Sha256::new();
        hash.update(link.as_bytes());
        hash.update(entry.text.as_bytes());
        link = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let json = &entry.json;
        let same = ["id", "seq", "ts", "actor", "request_id"].iter().all(|name| copy[*name] == json[*name])
            && copy["action"] == json["fields"]["action"]
            && copy["object_id"] == json["fields"]["object"]["id"];
        if !same || copy["hash"] != link {
            let what = format!("entry {} is {json} and in PostgreSQL {copy}; its link is {link}", json["seq"]);
            // The links behind it follow from this one.
            return findings.add_to_all(Kind::AuditCopy, what);
        }
    }
}
