//! A small history in which everything is as it must be: two requests, their writes one after another, and all copies.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::super::history::*;
use super::super::super::model::{State, kind_of};
use super::super::super::time;

/// The places of the people.
pub const MANAGER: usize = 0;
pub const TECHNICIAN: usize = 1;
pub const REQUESTER: usize = 2;
pub const OTHER: usize = 3;

/// The requests.
pub const FIRST: &str = "request-1";
pub const SECOND: &str = "request-2";

/// The files of the second one.
pub const KEPT: &str = "file-1";
pub const REMOVED: &str = "file-2";
/// How long each is.
const SIZE: usize = 500;

/// 2026-11-24T09:00:00Z.
const BEGAN_MS: i64 = 1_795_510_800_000;

pub fn people() -> Vec<Person> {
    let roles = [Role::Manager, Role::Technician, Role::Requester, Role::Requester];
    let person = |(place, role): (usize, &Role)| Person {
        id: format!("person-{place}"),
        name: format!("{} {place}", role.as_str()),
        role: *role,
    };
    roles.iter().enumerate().map(person).collect()
}

/// A system that makes no mistakes, and its history.
#[derive(Default)]
pub struct System {
    pub history: History,
    states: std::collections::BTreeMap<String, State>,
    link: String,
}

impl System {
    /// The history of the fixture.
    pub fn history() -> History {
        let mut system = System { link: "0".repeat(64), ..System::default() };
        system.history.people = people();
        let report =
            |title: &str| json!({ "title": title, "description": "", "category": "plumbing", "priority": "high" });
        system.carry_out(FIRST, REQUESTER, "create", report("A tap drips [w1]"));
        system.carry_out(FIRST, MANAGER, "approve", json!({}));
        system.carry_out(FIRST, MANAGER, "assign", json!({ "assignee_id": "person-1" }));
        system.carry_out(FIRST, TECHNICIAN, "comment", json!({ "body": "Again. [w4]", "visibility": "internal" }));
        system.carry_out(FIRST, TECHNICIAN, "start", json!({}));
        system.carry_out(SECOND, OTHER, "create", report("A door sticks [w6]"));
        system.carry_out(FIRST, REQUESTER, "comment", json!({ "body": "Thanks. [w7]", "visibility": "public" }));
        system.carry_out(FIRST, TECHNICIAN, "hold", json!({ "reason": "No part. [w8]" }));
        system.carry_out(SECOND, OTHER, "edit", json!({ "title": "A door is stuck [w9]" }));
        system.carry_out(FIRST, TECHNICIAN, "resume", json!({}));
        system.carry_out(FIRST, TECHNICIAN, "complete", json!({ "resolution": "New washer. [w11]" }));
        system.carry_out(SECOND, OTHER, "attach", picture(12, KEPT));
        system.carry_out(SECOND, OTHER, "attach", picture(13, REMOVED));
        system.carry_out(SECOND, OTHER, "detach", json!({ "file": REMOVED }));
        system.read(KEPT, 12, None);
        system.read(KEPT, 12, Some((10, 499)));
        system.finish();
        system.history
    }

    fn carry_out(&mut self, id: &str, by: usize, deed: &'static str, body: Value) {
        let number = self.history.writes.len() as u64 + 1;
        let state = self.states.get(id).cloned();
        let person = self.history.people[by].clone();
        let seq = state.as_ref().map_or(0, |state| state.version) + 1;
        let event = json!({
            "seq": seq, "ts": time::format(BEGAN_MS + 60_000 * number as i64), "kind": kind_of(deed),
            "actor": { "id": person.id, "name": person.name }, "body": told(&body, deed, &person, state.as_ref()),
        });
        let state = match state {
            None => State::begin(&event).unwrap(),
            Some(mut state) => {
                state.apply(&event, Some(&person)).unwrap();
                state
            }
        };
        let record = Shown { view: View::Record, version: seq, number: None, text: state.text(View::Record) };
        let shown = match deed {
            "comment" => Answered::Event(digest(&event)),
            "attach" => Answered::File(file_of(&body), file_digest(&event["body"]["attachment"])),
            "detach" => Answered::Nothing,
            _ => Answered::Record(record.clone()),
        };
        let (invoked, returned) = (number * 1_000, number * 1_000 + 500);
        let outcome = Outcome::Done { request: (deed == "create").then(|| id.to_owned()), version: seq, shown };
        let trace = Some(format!("trace-{number}"));
        self.history.writes.push(Write {
            number,
            by,
            request: Some(id.to_owned()),
            deed,
            body,
            key: Some(format!("key-{number}")),
            if_match: (deed == "approve").then_some(seq - 1),
            attempts: vec![Attempt { invoked, returned, trace: trace.clone(), outcome }],
        });
        let (invoked, returned) = (returned + 100, returned + 200);
        let (request, status) = (id.to_owned(), 200);
        self.history.reads.push(Read { by, request, invoked, returned, status, shown: Some(record) });
        self.audit(id, &event, trace);
        self.states.insert(id.to_owned(), state);
        self.history.objects.entry(id.to_owned()).or_default().timeline.push(event);
    }

    /// Somebody reads a file when everything has happened.
    fn read(&mut self, file: &str, number: u64, range: Option<(usize, usize)>) {
        let bytes = content(number, SIZE);
        let sha256 = sha256(range.map_or(&bytes[..], |(first, last)| &bytes[first..=last]));
        let (request, file, status) = (SECOND.to_owned(), file.to_owned(), range.map_or(200, |_| 206));
        let (invoked, returned) = (100_000, 100_500);
        let read = FileRead { by: TECHNICIAN, request, file, invoked, returned, status, range, sha256 };
        self.history.file_reads.push(read);
    }

    fn audit(&mut self, id: &str, event: &Value, trace: Option<String>) {
        let seq = self.history.audit.len() + 1;
        let json = json!({
            "id": format!("{id}-{}", event["seq"]), "seq": seq, "ts": event["ts"], "actor": event["actor"],
            "request_id": trace,
            "fields": { "action": event["kind"], "object": { "id": id }, "seq": event["seq"] },
        });
        let text = json.to_string();
        let hash = Sha256::digest(format!("{}{text}", self.link));
        self.link = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.history.audit_copy.push(json!({
            "id": json["id"], "seq": seq, "ts": json["ts"], "actor": json["actor"], "request_id": json["request_id"],
            "action": event["kind"], "object_id": id, "hash": self.link,
        }));
        self.history.audit.push(AuditEntry { text, json });
    }

    /// Everybody has everything.
    fn finish(&mut self) {
        for (place, (id, state)) in self.states.iter().enumerate() {
            let object = self.history.objects.get_mut(id).unwrap();
            let snapshot = state.snapshot();
            object.record = snapshot.clone();
            for name in ["due_at", "created_at", "updated_at", "started_at", "completed_at"] {
                if let Some(ms) = snapshot[name].as_i64() {
                    object.record[name] = json!(time::format(ms));
                }
            }
            (object.record["id"], object.record["number"]) = (json!(id), json!(format!("MR-{place}")));
            let public = |event: &&Value| event["body"]["visibility"] != "internal";
            object.requesters_timeline = object.timeline.iter().filter(public).cloned().collect();
            let debt = |destination: &&str| json!({ "destination": destination, "pending": 0, "delivered_seq": state.version, "parked_seq": null });
            let outbox: Vec<Value> = ["audit", "index", "postgres"].iter().map(debt).collect();
            object.inspection =
                json!({ "object": { "snapshot": snapshot, "events": state.version, "outbox": outbox } });
            for file in state.attachments() {
                let file_id = file["id"].as_str().unwrap().to_owned();
                let sha256 = file["sha256"].as_str().unwrap().to_owned();
                let lying = Lying { size: SIZE, sha256: sha256.clone() };
                let files = &mut self.history.files;
                files.bucket.insert(format!("default/requests/{id}/{file_id}"), lying.clone());
                files.rows.insert((id.clone(), file_id.clone()), lying);
                files.served.insert((id.clone(), file_id), (200, sha256));
            }
            self.history.index.push(object.record.clone());
            let row = json!({ "title": object.record["title"], "version": state.version });
            let row = Row { row, snapshot, events: object.timeline.clone() };
            self.history.read_model_events += state.version;
            self.history.read_model.insert(id.clone(), row);
        }
        let found = json!({
            "files": self.history.files.rows.len(), "rows": self.history.files.rows.len(), "orphans": 0, "missing": 0,
            "unsynced": 0, "pending": 1, "removing": 1,
        });
        self.history.files.swept = found.clone();
        self.history.files.swept_later = found;
        for passed in ["pending", "removing"] {
            self.history.files.swept_later[passed] = json!(0);
        }
        self.history.index.reverse();
        self.history.requesters_lists = [(REQUESTER, vec![FIRST.to_owned()]), (OTHER, vec![SECOND.to_owned()])].into();
        for by in [TECHNICIAN, REQUESTER] {
            let object = &self.history.objects[FIRST];
            let events = if by == REQUESTER { &object.requesters_timeline } else { &object.timeline };
            let event = |event: &Value| Seen::Event { seq: event["seq"].as_i64().unwrap(), digest: digest(event) };
            let mut seen: Vec<Seen> = events.iter().map(event).collect();
            seen.insert(2, Seen::Ready { version: 2 });
            seen.push(Seen::Ready { version: self.states[FIRST].version });
            self.history.viewers.push(Viewer { by, request: FIRST.to_owned(), after: 0, seen });
        }
        let last = &self.states[SECOND];
        let line = Shown { view: View::Summary, version: last.version, number: None, text: last.text(View::Summary) };
        self.history.list_viewers.push(ListViewer { by: OTHER, lines: vec![(1, SECOND.to_owned(), line)] });
    }
}

/// What an event says of what was asked.
fn told(body: &Value, deed: &str, person: &Person, state: Option<&State>) -> Value {
    match (deed, state) {
        ("create", _) => {
            let mut told = body.clone();
            (told["requester"], told["target_ms"]) =
                (json!({ "id": person.id, "name": person.name }), json!(24 * 3_600_000));
            told
        }
        ("assign", Some(state)) => json!({
            "assignee": { "id": body["assignee_id"], "name": "technician 1" }, "previous": state.snapshot()["assignee"],
        }),
        ("edit", Some(state)) => {
            json!({ "title": { "from": state.snapshot()["title"], "to": body["title"] } })
        }
        ("attach", _) => {
            let mut attachment = body.clone();
            (attachment["id"], attachment["by"]) =
                (json!(file_of(body)), json!({ "id": person.id, "name": person.name }));
            json!({ "attachment": attachment })
        }
        ("detach", _) => json!({ "attachment": body["file"] }),
        _ => body.clone(),
    }
}

/// What is brought with the write of this number.
fn picture(number: u64, file: &str) -> Value {
    json!({ "filename": format!("{file} [w{number}].png"), "size": SIZE, "sha256": sha256(&content(number, SIZE)) })
}

/// The id that a file gets.
fn file_of(body: &Value) -> String {
    body["filename"].as_str().and_then(|name| name.split(' ').next()).unwrap_or_default().to_owned()
}
