//! What each person was told: of every event that concerns them once, and of nothing else. The rule is written a second time
//! here, from the table in docs/notices.md and not from the code.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::history::{History, Person, Role};
use super::{Findings, Kind};

/// So many notices an inbox keeps: the newest.
pub(super) const MOST: usize = 1_000;

/// Notices, by request and seq.
type Told<'a> = BTreeSet<(&'a str, i64)>;

pub(super) fn check(history: &History, findings: &mut Findings) {
    for (place, notices) in &history.notices {
        let Some(person) = history.people.get(*place) else { continue };
        let expected = expected(history, person);
        let mut told = BTreeSet::new();
        let mut due = BTreeSet::new();
        for notice in notices {
            let id = notice["request"]["id"].as_str().unwrap_or_default();
            match notice["kind"].as_str().unwrap_or_default() {
                // Of one's account; nothing that a request did.
                _ if notice["request"].is_null() => continue,
                "due_soon" | "overdue" => {
                    // Once per due time. Whether the clock had come there no time tells, since clocks jump here.
                    if !due.insert((id, notice["kind"].as_str(), notice["due_at"].as_str())) {
                        findings.add(
                            Kind::Notices,
                            id,
                            format!("{} is told twice that it is due: {notice}", person.name),
                        );
                    }
                    if !hears_of_due(history, id, person) {
                        findings.add(
                            Kind::Notices,
                            id,
                            format!("{} is told that others' work is due: {notice}", person.name),
                        );
                    }
                    continue;
                }
                _ => {}
            }
            let key = key_of(notice);
            if !told.insert(key) {
                findings.add(Kind::Notices, key.0, format!("{} is told of event {} twice", person.name, key.1));
            }
            if !expected.contains(&key) {
                let what = format!("{} is told of event {}, which is nothing to them: {notice}", person.name, key.1);
                findings.add(Kind::Notices, key.0, what);
            }
        }
        // A full inbox has let go of those that came first. Which these were no time tells, since clocks jump here.
        let is_whole = notices.len() < MOST;
        for key in expected {
            if is_whole && !told.contains(&key) {
                findings.add(Kind::Notices, key.0, format!("{} was never told of event {}", person.name, key.1));
            }
        }
    }
}

/// Whether somebody may hear that a request is due: who has or had the work, and who gives it out.
fn hears_of_due(history: &History, id: &str, person: &Person) -> bool {
    let timeline = history.objects.get(id).map(|object| object.timeline.as_slice()).unwrap_or_default();
    matches!(person.role, Role::Manager | Role::Admin)
        || timeline.iter().any(|event| event["body"]["assignee"]["id"] == person.id)
}

fn key_of(notice: &Value) -> (&str, i64) {
    (notice["request"]["id"].as_str().unwrap_or_default(), notice["seq"].as_i64().unwrap_or_default())
}

/// What somebody is to be told of all requests.
pub(super) fn expected<'a>(history: &'a History, person: &Person) -> Told<'a> {
    let mut told = Told::new();
    for (id, object) in &history.objects {
        let mut assignee = Value::Null;
        for event in &object.timeline {
            let before = assignee.clone();
            match event["kind"].as_str() {
                Some("assigned") => assignee = event["body"]["assignee"]["id"].clone(),
                Some("released") => assignee = Value::Null,
                _ => {}
            }
            if event["actor"]["id"] != person.id && concerns(event, &object.record, &before, person) {
                let seq = event["seq"].as_i64().unwrap_or_default();
                told.insert((id.as_str(), seq));
            }
        }
    }
    told
}

fn concerns(event: &Value, record: &Value, assignee_before: &Value, person: &Person) -> bool {
    let is_requester = record["requester"]["id"] == person.id;
    let is_assignee = *assignee_before == person.id;
    let approves = matches!(person.role, Role::Manager | Role::Admin);
    let body = &event["body"];
    match event["kind"].as_str().unwrap_or_default() {
        "created" => is_requester || approves,
        "approved" | "rejected" | "started" | "held" | "resumed" | "completed" => is_requester,
        "assigned" => is_requester || body["assignee"]["id"] == person.id || body["previous"]["id"] == person.id,
        "released" => is_assignee || approves,
        "closed" | "cancelled" => is_assignee || is_requester,
        "reopened" => is_assignee || is_requester || (assignee_before.is_null() && approves),
        "commented" if body["visibility"] == "internal" => is_assignee,
        "commented" => is_assignee || is_requester,
        _ => false,
    }
}
