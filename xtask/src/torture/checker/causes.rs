//! Every event has one cause, every acknowledged write one event, and the state machine permits each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::history::{Answered, Attempt, Outcome, Write, digest, file_digest, marked};
use super::super::model::{State, kind_of};
use super::super::time;
use super::{Case, Findings, Kind};

/// What is wrong with a write by itself: its answers contradict each other.
pub(super) fn check_alone(write: &Write, findings: &mut Findings) {
    let request = write.request.as_deref().unwrap_or("?");
    let done: Vec<_> = write.done().collect();
    if let [(_, first, shown), rest @ ..] = &done[..] {
        for (_, version, again) in rest {
            if version != first {
                let what = format!("{} was acknowledged as version {first} and as version {version}", title(write));
                findings.add(Kind::Doubled, request, what);
            } else if shown != again {
                findings.add(Kind::ReplyDiffers, request, format!("{}: {shown:?}, then {again:?}", title(write)));
            }
        }
        let requests: BTreeSet<_> = write.attempts.iter().filter_map(request_of).collect();
        if requests.len() > 1 {
            findings.add(Kind::Doubled, request, format!("{} was acknowledged as {requests:?}", title(write)));
        }
    }
    let mut acknowledged = false;
    for attempt in &write.attempts {
        match &attempt.outcome {
            Outcome::Done { .. } => acknowledged = true,
            Outcome::Refused { status: 401, .. } => findings.add(Kind::SessionLost, request, title(write)),
            Outcome::Refused { status, code, .. } if acknowledged => {
                let what = format!("{} was acknowledged, and repeated refused: {status} {code}", title(write));
                findings.add(Kind::ReplyDiffers, request, what);
            }
            // Somebody else may have removed the file: `files.rs` asks that.
            Outcome::Refused { status: 404, .. } if write.deed != "detach" => {
                findings.add(Kind::Lost, request, format!("{} was answered with not_found", title(write)));
            }
            _ => {}
        }
    }
}

fn request_of(attempt: &Attempt) -> Option<&str> {
    match &attempt.outcome {
        Outcome::Done { request, .. } => request.as_deref(),
        Outcome::Refused { .. } | Outcome::Unknown(_) => None,
    }
}

/// The states that the events make; the first event that cannot be ends it.
pub(super) fn replay(case: &Case<'_>, findings: &mut Findings) -> Vec<State> {
    let mut states: Vec<State> = Vec::new();
    for event in case.timeline() {
        let next = match states.last() {
            None => State::begin(event),
            Some(state) => {
                let mut next = state.clone();
                let actor = case.people.iter().find(|person| event["actor"]["id"] == person.id);
                next.apply(event, actor).map(|()| next)
            }
        };
        match next {
            Ok(state) => states.push(state),
            Err(why) => {
                findings.add(Kind::Illegal, case.id, format!("event {}: {why}", event["seq"]));
                break;
            }
        }
    }
    states
}

/// The timeline against the writes.
pub(super) fn check(case: &Case<'_>, findings: &mut Findings) {
    let mut by_version: BTreeMap<i64, &Write> = BTreeMap::new();
    for write in &case.writes {
        let Some((_, version, _)) = write.done().next() else { continue };
        // Whoever does not read internal comments cannot know that there were some in between.
        let seen = case.version_for(write.by, version - 1);
        if let Some(wanted) = write.if_match.filter(|wanted| *wanted != seen) {
            let what = format!("{} with If-Match v{wanted} was granted as version {version}", title(write));
            findings.add(Kind::Precondition, case.id, what);
        }
        if let Some(other) = by_version.insert(version, write) {
            let what = format!("{} and {} were both acknowledged as version {version}", title(other), title(write));
            findings.add(Kind::Versions, case.id, what);
        }
        match case.event(version) {
            None => {
                findings.add(Kind::Lost, case.id, format!("{} was acknowledged as version {version}", title(write)));
            }
            Some(event) if !fits(case, write, event) => {
                findings.add(Kind::Lost, case.id, format!("{} is not what is there: {event}", title(write)));
            }
            Some(event) => {
                let is_as_answered = write.done().any(|(_, _, shown)| match shown {
                    Answered::Event(answered) => *answered == digest(event),
                    Answered::File(_, answered) => *answered == file_digest(&event["body"]["attachment"]),
                    Answered::Record(_) | Answered::Nothing => true,
                });
                if !is_as_answered {
                    findings.add(Kind::ShownOtherwise, case.id, format!("{}: the event is {event}", title(write)));
                }
            }
        }
    }
    for (earlier, later) in case.timeline().iter().zip(case.timeline().iter().skip(1)) {
        if moment(later) < moment(earlier) {
            findings.add(Kind::Backwards, case.id, format!("{later} came after {earlier}"));
        }
    }
    let mut claimed = BTreeSet::new();
    for (at, event) in case.timeline().iter().enumerate() {
        let seq = event["seq"].as_i64().unwrap_or_default();
        if usize::try_from(seq) != Ok(at + 1) {
            findings.add(Kind::Versions, case.id, format!("place {} of the timeline has event {seq}", at + 1));
        }
        if !by_version.contains_key(&seq) {
            find_cause(case, event, &mut claimed, findings);
        }
    }
}

/// An event that no acknowledgement explains: it may be one of those whose outcome stayed unknown, each once.
fn find_cause(case: &Case<'_>, event: &Value, claimed: &mut BTreeSet<u64>, findings: &mut Findings) {
    let mut open = case.writes.iter().filter(|write| write.is_open() && fits(case, write, event));
    if let Some(cause) = open.find(|write| !claimed.contains(&write.number)) {
        claimed.insert(cause.number);
        return;
    }
    let number = marked(&event["body"]);
    let author = case.writes.iter().find(|write| Some(write.number) == number);
    match author {
        Some(write) if write.is_refused() => {
            findings.add(Kind::RefusedButApplied, case.id, format!("{} is event {}", title(write), event["seq"]));
        }
        Some(write) => findings.add(Kind::Doubled, case.id, format!("{} is also event {}", title(write), event["seq"])),
        None => findings.add(Kind::Causeless, case.id, format!("nobody caused {event}")),
    }
}

fn moment(event: &Value) -> Option<i64> {
    event["ts"].as_str().and_then(time::parse)
}

/// Whether the event is what the write asked for.
fn fits(case: &Case<'_>, write: &Write, event: &Value) -> bool {
    let (asked, got) = (&write.body, &event["body"]);
    let same = |names: &[&str]| names.iter().all(|name| asked.get(name).is_none_or(|asked| *asked == got[*name]));
    let by_them = case.person(write.by).is_some_and(|person| event["actor"]["id"] == person.id);
    let as_asked = match write.deed {
        "create" => same(&["title", "description", "category", "priority"]) && names(asked, got),
        "comment" => same(&["body", "visibility"]),
        "attach" => ["filename", "size", "sha256"].iter().all(|name| asked[*name] == got["attachment"][*name]),
        "detach" => asked["file"] == got["attachment"],
        "assign" => asked["assignee_id"] == got["assignee"]["id"],
        "edit" => {
            asked.as_object().into_iter().flatten().all(|(name, to)| got[name].is_null() || got[name]["to"] == *to)
        }
        _ => same(&["reason", "resolution", "rating"]),
    };
    by_them && event["kind"] == kind_of(write.deed) && as_asked
}

/// Whether a report names the place and the asset that it was to name. Who names an asset alone names its place as well.
fn names(asked: &Value, got: &Value) -> bool {
    [("location_id", "location"), ("asset_id", "asset")].into_iter().all(|(wanted, named)| {
        match asked[wanted].as_str() {
            Some("") => got[named].is_null() || !asked["asset_id"].is_null(),
            Some(id) => got[named]["id"] == id,
            None => true,
        }
    })
}

/// A write in a few words.
pub(super) fn title(write: &Write) -> String {
    format!("write {} ({})", write.number, write.deed)
}
