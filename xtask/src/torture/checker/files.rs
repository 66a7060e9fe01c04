//! No byte without its row, no row without its bytes: what the timelines say is attached lies in the bucket, is served and is in
//! PostgreSQL, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::history::{FileRead, History, Lying, Moment, Outcome, Write, content, sha256};
use super::causes::title;
use super::{Case, Findings, Kind};

/// What the sweep calls what should not be.
const NEVER: [&str; 3] = ["orphans", "missing", "unsynced"];
/// And what passes by itself.
const PASSING: [&str; 2] = ["pending", "removing"];

/// What is attached in the end, by request and id.
type Attached = BTreeMap<(String, String), Lying>;

pub(super) fn check(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    let attached: Attached = cases.values().flat_map(files_of).collect();
    bucket(history, &attached, findings);
    rows(history, &attached, findings);
    for (name, found, unwanted) in [
        ("at rest", &history.files.swept, NEVER.as_slice()),
        ("a day later", &history.files.swept_later, &[NEVER.as_slice(), &PASSING].concat()),
    ] {
        sweep(name, found, unwanted, &attached, findings);
    }
    let (attaching, removing) = (by_file(history, "attach"), by_file(history, "detach"));
    for read in &history.file_reads {
        let name = history.people.get(read.by).map_or("somebody", |person| person.name.as_str());
        check_read(read, name, attaching.get(read.file.as_str()), removing.get(read.file.as_str()), findings);
    }
    for write in history.writes.iter().filter(|write| write.deed == "detach") {
        check_absence(write, removing.get(write.file().unwrap_or_default()), findings);
    }
}

/// The files that a request has in the end.
fn files_of<'a>(case: &'a Case<'_>) -> impl Iterator<Item = ((String, String), Lying)> + use<'a> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = case.states.last().map(|state| state.attachments()).unwrap_or_default();
    files.iter().map(move |file| {
        let size = file["size"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
        ((case.id.to_owned(), text(&file["id"])), Lying { size, sha256: text(&file["sha256"]) })
    })
}

/// The writes about each file.
fn by_file<'a>(history: &'a History, deed: &str) -> BTreeMap<&'a str, Vec<&'a Write>> {
    let mut writes: BTreeMap<&str, Vec<&Write>> = BTreeMap::new();
    for write in history.writes.iter().filter(|write| write.deed == deed) {
        writes.entry(write.file().unwrap_or_default()).or_default().push(write);
    }
    writes
}

fn bucket(history: &History, attached: &Attached, findings: &mut Findings) {
    let mut lying: BTreeMap<(&str, &str), &Lying> = BTreeMap::new();
    for (key, bytes) in &history.files.bucket {
        let mut parts = key.split('/').skip(1);
        let place = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some("requests"), Some(request), Some(file), None) = place else {
            findings.add_to_all(Kind::Orphan, format!("{key} lies in the bucket"));
            continue;
        };
        if !attached.contains_key(&(request.to_owned(), file.to_owned())) {
            findings.add(Kind::Orphan, request, format!("{key} lies in the bucket, and is none of its files"));
        }
        lying.insert((request, file), bytes);
    }
    for ((request, file), expected) in attached {
        match lying.get(&(request.as_str(), file.as_str())) {
            None => findings.add(Kind::Bytes, request, format!("the bucket has no bytes of file {file}")),
            Some(lying) if **lying != *expected => {
                findings.add(Kind::Bytes, request, format!("file {file} is {expected:?}, and in the bucket {lying:?}"));
            }
            Some(_) => {}
        }
        match history.files.served.get(&(request.clone(), file.clone())) {
            Some((200, sha256)) if *sha256 == expected.sha256 => {}
            other => findings.add(Kind::Bytes, request, format!("file {file} is {expected:?} and served as {other:?}")),
        }
    }
}

fn rows(history: &History, attached: &Attached, findings: &mut Findings) {
    let files: BTreeSet<_> = attached.keys().chain(history.files.rows.keys()).collect();
    for file in files {
        let (expected, row) = (attached.get(file), history.files.rows.get(file));
        if expected != row {
            let what = format!("file {} is {expected:?}, and in PostgreSQL {row:?}", file.1);
            findings.add(Kind::ReadModel, &file.0, what);
        }
    }
}

fn sweep(name: &str, found: &Value, unwanted: &[&str], attached: &Attached, findings: &mut Findings) {
    // What is not asked for tells nothing.
    if found.is_null() {
        return;
    }
    let is_whole = ["files", "rows"].iter().all(|count| found[*count] == attached.len());
    if !is_whole || unwanted.iter().any(|count| found[*count] != 0) {
        let what = format!("{} files are attached; {name} the sweep finds {found}", attached.len());
        findings.add_to_all(Kind::Sweep, what);
    }
}

fn check_read(
    read: &FileRead,
    name: &str,
    attaching: Option<&Vec<&Write>>,
    removing: Option<&Vec<&Write>>,
    findings: &mut Findings,
) {
    let mut say = |kind, what: String| findings.add(kind, &read.request, format!("file {} {what}", read.file));
    let removed =
        |is_early: &dyn Fn(&Write) -> bool| removing.is_some_and(|all| all.iter().any(|write| is_early(write)));
    match read.status {
        200 | 206 => {
            let Some(write) = attaching.and_then(|all| all.first()) else { return };
            let size = write.body["size"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
            let bytes = content(write.number, size);
            let (first, last) = read.range.unwrap_or((0, size - 1));
            if bytes.get(first..=last).map(sha256) != Some(read.sha256.clone()) {
                say(Kind::Bytes, format!("was served with other bytes: {:?} of {size}", read.range));
            }
            if removed(&|write| acknowledged(write).is_some_and(|at| at < read.invoked)) {
                say(Kind::StaleRead, "was served after its removal".to_owned());
            }
        }
        404 if !removed(&|write| !write.is_refused() && write.invoked() < read.returned) => {
            say(Kind::Bytes, "was not there, and nobody had removed it".to_owned());
        }
        401 => say(Kind::SessionLost, format!("was asked for by {name}, who was not signed in any more")),
        _ => {}
    }
}

/// When somebody first knew that it was done.
fn acknowledged(write: &Write) -> Option<Moment> {
    write.done().map(|(attempt, ..)| attempt.returned).min()
}

/// Who hears that a file is not there hears it because another had removed it.
fn check_absence(write: &Write, removing: Option<&Vec<&Write>>, findings: &mut Findings) {
    let is_absent = |outcome: &Outcome| matches!(outcome, Outcome::Refused { status: 404, .. });
    let Some(absent) = write.attempts.iter().find(|attempt| is_absent(&attempt.outcome)) else { return };
    let is_cause =
        |other: &&&Write| other.number != write.number && other.is_done() && other.invoked() < absent.returned;
    if removing.and_then(|all| all.iter().find(is_cause)).is_none() {
        let request = write.request.as_deref().unwrap_or("?");
        findings.add(Kind::Lost, request, format!("{} found no file, and nobody had removed it", title(write)));
    }
}
