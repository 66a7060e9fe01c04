//! The rules of docs/requests.md, written a second time and independently: what an event makes of a request, and who may
//! do what when. What the checker replays is this, not the product's own fold.

use serde_json::{Value, json};

use super::history::{Person, Role, View};
use super::time;

const HOUR_MS: i64 = 3_600_000;
/// The most files of a request, where nobody has set anything else.
const MOST_FILES: usize = 20;

/// A request at one version.
#[derive(Clone, Debug)]
pub struct State {
    pub version: i64,
    pub status: &'static str,
    requester: Value,
    assignee: Value,
    raised_by: Value,
    words: Value,
    status_reason: Value,
    resolution: Value,
    rating: Value,
    /// Its files, as the events that attached them tell of them.
    attachments: Vec<Value>,
    target_ms: i64,
    held_ms: i64,
    created_at: i64,
    updated_at: i64,
    started_at: Option<i64>,
    held_since: Option<i64>,
    completed_at: Option<i64>,
    closed_at: Option<i64>,
}

/// What somebody is to a request.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    manages: bool,
    technician: bool,
    requester: bool,
    assignee: bool,
}

/// The state that an action leads to, from the state in which it may be taken.
fn transition(action: &str, from: &'static str) -> Option<&'static str> {
    Some(match (action, from) {
        ("approve", "submitted") => "approved",
        ("reject", "submitted") => "rejected",
        ("assign", "approved" | "assigned") => "assigned",
        ("assign", "in_progress" | "on_hold") => from,
        ("release", "assigned" | "in_progress" | "on_hold") => "approved",
        ("start", "assigned") => "in_progress",
        ("hold", "in_progress") => "on_hold",
        ("resume", "on_hold") => "in_progress",
        ("complete", "in_progress") => "completed",
        ("close", "completed") => "closed",
        ("reopen", "completed" | "closed") => "in_progress",
        ("cancel", "submitted" | "approved" | "assigned") => "cancelled",
        // The crowd merges nothing: what that does to a state is not in here.
        ("comment" | "link" | "unlink" | "detach", _) => from,
        ("attach", "rejected" | "closed" | "cancelled") => return None,
        ("attach", _) => from,
        ("edit", "rejected" | "closed" | "cancelled") => return None,
        ("edit", _) => from,
        _ => return None,
    })
}

/// The deeds with their events.
pub const DEEDS: [(&str, &str); 18] = [
    ("create", "created"),
    ("approve", "approved"),
    ("reject", "rejected"),
    ("assign", "assigned"),
    ("release", "released"),
    ("start", "started"),
    ("hold", "held"),
    ("resume", "resumed"),
    ("complete", "completed"),
    ("close", "closed"),
    ("reopen", "reopened"),
    ("cancel", "cancelled"),
    ("edit", "edited"),
    ("comment", "commented"),
    ("attach", "attached"),
    ("detach", "detached"),
    ("link", "linked"),
    ("unlink", "unlinked"),
];

/// The event of a deed.
pub fn kind_of(deed: &str) -> &'static str {
    DEEDS.iter().find(|(known, _)| *known == deed).map_or("", |(_, kind)| kind)
}

impl State {
    /// The state after the first event.
    pub fn begin(event: &Value) -> Result<State, String> {
        if event["kind"] != "created" || event["seq"] != 1 {
            return Err("it does not begin with its creation".to_owned());
        }
        let body = &event["body"];
        let ts = time_of(event)?;
        let words = ["title", "description", "category", "priority", "contact", "hazard"]
            .map(|name| (name.to_owned(), body[name].clone()));
        let target_ms = target_ms(&body["priority"])?;
        if body["target_ms"] != target_ms {
            return Err(format!("created with the target {}", body["target_ms"]));
        }
        Ok(State {
            version: 1,
            status: "submitted",
            requester: body["requester"].clone(),
            assignee: Value::Null,
            // A person, without the role that the actor had.
            raised_by: json!({ "id": event["actor"]["id"], "name": event["actor"]["name"] }),
            words: Value::Object(words.into_iter().collect()),
            status_reason: Value::Null,
            resolution: Value::Null,
            rating: Value::Null,
            attachments: Vec::new(),
            target_ms,
            held_ms: 0,
            created_at: ts,
            updated_at: ts,
            started_at: None,
            held_since: None,
            completed_at: None,
            closed_at: None,
        })
    }

    /// What somebody is to the request now.
    pub fn relation(&self, person: &Person) -> Relation {
        Relation {
            manages: person.role.manages(),
            technician: person.role == Role::Technician,
            requester: self.requester["id"] == person.id,
            assignee: person.role != Role::Requester && self.assignee["id"] == person.id,
        }
    }

    /// Whether the request is this person's.
    pub fn is_of(&self, person: &Person) -> bool {
        self.requester["id"] == person.id
    }

    /// Whether the table lets `person` take this action now.
    pub fn may(&self, deed: &str, person: &Person) -> bool {
        let Relation { manages, technician, requester, assignee } = self.relation(person);
        let permitted = match deed {
            "approve" | "reject" => manages,
            "assign" => manages || (technician && !assignee),
            "release" => manages || (assignee && self.status == "assigned"),
            "start" | "hold" | "resume" | "complete" => manages || assignee,
            "close" | "reopen" => manages || requester,
            "cancel" => manages || (requester && self.status == "submitted"),
            "link" | "unlink" => manages || technician,
            "edit" => manages || (requester && self.status == "submitted"),
            "comment" => person.role != Role::Requester || requester,
            "attach" => (person.role != Role::Requester || requester) && self.attachments.len() < MOST_FILES,
            // Whose the file is, the event tells.
            "detach" => manages || transition("attach", self.status).is_some(),
            _ => false,
        };
        permitted && transition(deed, self.status).is_some()
    }

    /// The state after one more event; why there can be no such event.
    pub fn apply(&mut self, event: &Value, actor: Option<&Person>) -> Result<(), String> {
        let kind = event["kind"].as_str().unwrap_or_default();
        let deed = DEEDS.iter().find(|(_, known)| *known == kind).map_or("", |(deed, _)| deed);
        let Some(actor) = actor else { return Err(format!("{kind} by somebody unknown")) };
        if !self.may(deed, actor) {
            return Err(format!("{kind} by {} ({}) while {}", actor.name, actor.role.as_str(), self.status));
        }
        let to = transition(deed, self.status).unwrap_or(self.status);
        let (body, ts) = (&event["body"], time_of(event)?);
        match kind {
            "assigned" => {
                if body["previous"] != self.assignee {
                    return Err(format!("assigned, said to be from {}", body["previous"]));
                }
                self.assignee = body["assignee"].clone();
            }
            "released" => {
                (self.assignee, self.status_reason) = (Value::Null, Value::Null);
                self.held_ms += self.held_since.take().map_or(0, |since| ts - since);
            }
            "started" => self.started_at = self.started_at.or(Some(ts)),
            "held" => (self.status_reason, self.held_since) = (body["reason"].clone(), Some(ts)),
            "resumed" => {
                self.status_reason = Value::Null;
                self.held_ms += ts - self.held_since.take().unwrap_or(ts);
            }
            "completed" => (self.resolution, self.completed_at) = (body["resolution"].clone(), Some(ts)),
            "closed" => (self.rating, self.closed_at) = (body["rating"].clone(), Some(ts)),
            "reopened" => {
                (self.resolution, self.rating, self.closed_at) = (Value::Null, Value::Null, None);
                self.held_ms += ts - self.completed_at.take().unwrap_or(ts);
            }
            "rejected" | "cancelled" => (self.status_reason, self.closed_at) = (body["reason"].clone(), Some(ts)),
            "edited" => self.edit(body)?,
            "attached" => self.attachments.push(body["attachment"].clone()),
            "detached" => self.detach(&body["attachment"], actor)?,
            _ => {}
        }
        (self.status, self.version, self.updated_at) = (to, self.version + 1, ts);
        Ok(())
    }

    fn edit(&mut self, body: &Value) -> Result<(), String> {
        let changes = body.as_object().into_iter().flatten().filter(|(name, _)| *name != "target_ms");
        for (name, change) in changes {
            if self.words[name] != change["from"] {
                return Err(format!("edited {name} from {}, which was {}", change["from"], self.words[name]));
            }
            self.words[name] = change["to"].clone();
        }
        self.target_ms = target_ms(&self.words["priority"])?;
        Ok(())
    }

    fn detach(&mut self, id: &Value, actor: &Person) -> Result<(), String> {
        let at = self.attachments.iter().position(|file| file["id"] == *id);
        let file =
            at.map(|at| self.attachments.remove(at)).ok_or_else(|| format!("removed the file {id}, which is none"))?;
        if !actor.role.manages() && file["by"]["id"] != actor.id {
            return Err(format!("{} removed the file of {}", actor.name, file["by"]["name"]));
        }
        Ok(())
    }

    /// Its files.
    pub fn attachments(&self) -> &[Value] {
        &self.attachments
    }

    /// The snapshot that an object in this state stores, without the number and the epoch.
    pub fn snapshot(&self) -> Value {
        let mut snapshot = self.words.clone();
        let facts = json!({
            "version": self.version, "status": self.status, "requester": self.requester, "raised_by": self.raised_by,
            "assignee": self.assignee, "status_reason": self.status_reason, "resolution": self.resolution,
            "rating": self.rating, "target_ms": self.target_ms, "held_ms": self.held_ms, "held_since": self.held_since,
            "due_at": self.created_at + self.target_ms + self.held_ms, "created_at": self.created_at,
            "updated_at": self.updated_at, "started_at": self.started_at, "completed_at": self.completed_at,
            "closed_at": self.closed_at,
        });
        for (name, fact) in facts.as_object().into_iter().flatten() {
            snapshot[name] = fact.clone();
        }
        if !self.attachments.is_empty() {
            snapshot["attachments"] = json!(self.attachments);
        }
        snapshot
    }

    /// The line that a caller is shown of it.
    pub fn text(&self, view: View) -> String {
        let mut shown = self.snapshot();
        for name in ["due_at", "created_at", "updated_at", "started_at", "completed_at"] {
            if let Some(ms) = shown[name].as_i64() {
                shown[name] = json!(time::format(ms));
            }
        }
        view.text(&shown)
    }
}

fn time_of(event: &Value) -> Result<i64, String> {
    event["ts"].as_str().and_then(time::parse).ok_or_else(|| format!("an event at the time {}", event["ts"]))
}

fn target_ms(priority: &Value) -> Result<i64, String> {
    let hours = match priority.as_str() {
        Some("low") => 168,
        Some("normal") => 72,
        Some("high") => 24,
        Some("urgent") => 4,
        _ => return Err(format!("the priority {priority}")),
    };
    Ok(hours * HOUR_MS)
}
