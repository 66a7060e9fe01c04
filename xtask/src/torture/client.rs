//! A client: somebody who acts, reads, repeats himself, and writes down what came of it.

pub mod files;
mod things;

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::history::{
    Answered, Attempt, FileRead, INTERNAL, Outcome, Read, Role, ThingWrite, View, Write, digest, file_digest,
};
use super::http::{Body, Failure, Reply};
use super::random::Random;
use super::world::{Known, Session, World, shown_by_refusal};

/// Words of titles that the constraint of one of the faults refuses.
pub const UNWANTED: &str = "unwanted";

/// How often a write is sent again while its outcome is unknown, before it is left for the end.
const REPEATS: usize = 4;

/// What a client wrote down.
#[derive(Debug, Default)]
pub struct Diary {
    pub writes: Vec<Write>,
    pub reads: Vec<Read>,
    pub file_reads: Vec<FileRead>,
    pub things: Vec<ThingWrite>,
}

/// One client of a run.
pub struct Client<'w> {
    world: &'w World,
    session: Session,
    random: Random,
    diary: Diary,
    /// No more requests than this are made.
    most_requests: usize,
}

impl<'w> Client<'w> {
    pub fn new(world: &'w World, session: Session, random: Random, most_requests: usize) -> Self {
        Self { world, session, random, diary: Diary::default(), most_requests }
    }

    /// Acts until the run is over.
    pub fn run(mut self) -> Diary {
        while !self.world.is_over() {
            self.step();
            thread::sleep(Duration::from_millis(self.random.between(0, 15)));
        }
        self.diary
    }

    fn step(&mut self) {
        let requests = self.world.requests().len();
        let chance = self.random.below(100);
        if requests == 0 || (requests < self.most_requests && chance < 5) {
            let write = self.create();
            return self.perform(write);
        }
        match chance {
            5..15 => self.read_one(),
            15..17 => self.read_list(),
            17..21 => self.read_file(),
            33..43 if self.role().manages() => self.change_thing(),
            _ => {
                let write = match chance {
                    21..29 => self.attach(),
                    29..33 => self.detach(),
                    _ => self.choose(),
                };
                if let Some(write) = write {
                    self.perform(write);
                }
            }
        }
    }

    fn role(&self) -> Role {
        self.world.people.get(self.session.by).map_or(Role::Requester, |person| person.role)
    }

    /// One of the requests that the client may see.
    fn any_request(&mut self) -> Option<Known> {
        let requests = self.world.requests();
        let own = self.role() == Role::Requester;
        let visible: Vec<&Known> =
            requests.iter().filter(|request| !own || request.requester == self.session.by).collect();
        self.random.pick(&visible).map(|request| (*request).clone())
    }

    fn write(&mut self, deed: &'static str, request: Option<&Known>, body: impl FnOnce(&str) -> Value) -> Write {
        let number = self.world.next_number();
        let body = body(&Write::mark(number));
        // Only what can be recognised by its words may go without a key.
        let needs_key = !matches!(deed, "comment" | "edit");
        let key = (needs_key || self.random.chance(90)).then(|| format!("torture-{number}"));
        let if_match = request.filter(|_| deed != "comment" && self.random.chance(15)).map(|request| request.version);
        let request = request.map(|request| request.id.clone());
        Write { number, by: self.session.by, request, deed, body, key, if_match, attempts: Vec::new() }
    }

    /// A report.
    pub fn create(&mut self) -> Write {
        let priority = self.random.pick(&["low", "normal", "high", "urgent"]).copied().unwrap_or("normal");
        let named = self.where_and_what();
        self.write("create", None, |mark| {
            let mut body = json!({ "title": format!("Something is broken {mark}"), "description": "Seen this morning.",
                    "category": "plumbing", "priority": priority });
            named.as_object().into_iter().flatten().for_each(|(name, id)| body[name] = id.clone());
            body
        })
    }

    fn choose(&mut self) -> Option<Write> {
        let request = self.any_request()?;
        let deed = self.deed(&request);
        let technicians = self.world.with_role(Role::Technician);
        let self_claims = self.role() == Role::Technician;
        let assignee = match self.role() {
            Role::Technician => self.session.by,
            _ => self.random.pick(&technicians).copied().unwrap_or(0),
        };
        let assignee = self.world.people.get(assignee).map(|person| person.id.clone());
        let (chance, unwanted) = (self.random.below(10), self.random.chance(50));
        let internal = self.role() != Role::Requester && chance < 3;
        Some(self.write(deed, Some(&request), |mark| match deed {
            "comment" if internal => {
                json!({ "body": format!("Something is said in the {INTERNAL} {mark}"), "visibility": "internal" })
            }
            "comment" => json!({ "body": format!("Something is said {mark}"), "visibility": "public" }),
            "edit" if chance < 2 => {
                let priority = ["low", "normal", "high", "urgent"][(chance + mark.len()) % 4];
                json!({ "title": format!("It is otherwise {mark}"), "priority": priority })
            }
            "edit" if unwanted => json!({ "title": format!("An {UNWANTED} title {mark}") }),
            "edit" => json!({ "title": format!("It is otherwise {mark}") }),
            // A technician takes over whatever somebody else has.
            "assign" if self_claims => json!({ "assignee_id": assignee, "take_over": true }),
            "assign" => json!({ "assignee_id": assignee }),
            "reject" | "release" | "hold" | "reopen" | "cancel" => {
                json!({ "reason": format!("There is a reason {mark}") })
            }
            "complete" => json!({ "resolution": format!("Something was done {mark}") }),
            "close" if chance > 5 => json!({ "rating": chance - 4 }),
            _ => json!({}),
        }))
    }

    /// What the client wants to do: mostly what leads on, sometimes what is no longer possible.
    fn deed(&mut self, request: &Known) -> &'static str {
        const ANY: [&str; 11] = [
            "approve", "reject", "assign", "release", "start", "hold", "resume", "complete", "close", "reopen",
            "cancel",
        ];
        let manages = self.role().manages();
        let mine = self.world.people.get(self.session.by).map(|person| &person.id) == request.assignee.as_ref();
        let technician = self.role() == Role::Technician;
        if manages && self.random.chance(4) {
            return self.random.pick(&ANY).copied().unwrap_or("approve");
        }
        let onward: &[&'static str] = match request.status.as_str() {
            "submitted" if manages => &["approve", "approve", "approve", "edit", "reject"],
            "submitted" if !technician => &["edit", "edit", "cancel"],
            "approved" if manages || technician => &["assign"],
            "assigned" if manages || mine => &["start", "start", "start", "release", "cancel"],
            "assigned" if technician => &["assign"],
            "in_progress" if manages || mine => &["hold", "hold", "complete", "complete", "edit"],
            "on_hold" if manages || mine => &["resume"],
            "completed" if manages || !technician => &["reopen", "reopen", "close"],
            "closed" if manages || !technician => &["reopen"],
            _ => &[],
        };
        let onward: Vec<_> = onward
            .iter()
            .copied()
            .filter(|deed| manages || !matches!(*deed, "edit" | "cancel") || !technician)
            .collect();
        // What ends a request for good is rare, or the run would run out of requests.
        let ends = |deed: &str| matches!(deed, "reject" | "cancel");
        match self.random.pick(&onward).copied() {
            Some(deed) if self.random.chance(70) && (!ends(deed) || self.random.chance(10)) => deed,
            _ if manages && self.random.chance(30) => "edit",
            _ => "comment",
        }
    }

    /// Sends it, repeats it as such clients do, and writes it down.
    pub fn perform(&mut self, mut write: Write) {
        let at_once = write.key.is_some() && self.random.chance(2);
        if at_once {
            let mut twin = self.session.twin();
            let (world, copy) = (self.world, write.clone());
            thread::scope(|scope| {
                let second = scope.spawn(|| attempt(world, &mut twin, &copy));
                write.attempts.extend(attempt(self.world, &mut self.session, &write));
                write.attempts.extend(second.join().ok().flatten());
            });
        } else {
            while write.attempts.is_empty() && !self.world.is_over() {
                match attempt(self.world, &mut self.session, &write) {
                    Some(attempt) => write.attempts.push(attempt),
                    None => thread::sleep(Duration::from_millis(20)),
                }
            }
        }
        write.attempts.sort_by_key(|attempt| attempt.invoked);
        // One half of them goes on trying, the other half is left for the end.
        if write.is_open() && write.key.is_some() && self.random.chance(50) {
            for _ in 0..REPEATS {
                thread::sleep(Duration::from_millis(self.random.between(10, 300)));
                write.attempts.extend(attempt(self.world, &mut self.session, &write));
                if !write.is_open() {
                    break;
                }
            }
        }
        if write.is_done() && write.key.is_some() && self.random.chance(4) {
            write.attempts.extend(attempt(self.world, &mut self.session, &write));
        }
        write.request = write.request.take().or_else(|| write.created().map(str::to_owned));
        if !write.attempts.is_empty() {
            self.diary.writes.push(write);
        }
    }

    fn read_one(&mut self) {
        let Some(request) = self.any_request() else { return };
        let invoked = self.world.now();
        let Ok(reply) = self.session.send("GET", &format!("/api/requests/{}", request.id), &[], None) else { return };
        let (returned, record) = (self.world.now(), reply.json());
        if reply.status == 200 {
            self.world.learn(&record);
        }
        let shown = View::Record.of(&record).filter(|_| reply.status == 200);
        let (by, status) = (self.session.by, reply.status);
        self.diary.reads.push(Read { by, request: request.id, invoked, returned, status, shown });
    }

    fn read_list(&mut self) {
        let invoked = self.world.now();
        let Ok(reply) = self.session.send("GET", "/api/requests?limit=10&sort=-updated", &[], None) else { return };
        let (by, status, returned) = (self.session.by, reply.status, self.world.now());
        for line in reply.json()["items"].as_array().into_iter().flatten() {
            let request = line["id"].as_str().unwrap_or_default().to_owned();
            let shown = View::Summary.of(line);
            self.diary.reads.push(Read { by, request, invoked, returned, status, shown });
        }
    }

    /// What was written down.
    pub fn into_diary(self) -> Diary {
        self.diary
    }
}

/// Sends a write once. `None` when it was not even sent.
pub fn attempt(world: &World, session: &mut Session, write: &Write) -> Option<Attempt> {
    let id = write.request.as_deref().unwrap_or_default();
    let (method, path) = match write.deed {
        "create" => ("POST", "/api/requests".to_owned()),
        "comment" => ("POST", format!("/api/requests/{id}/comments")),
        "edit" => ("PATCH", format!("/api/requests/{id}")),
        "attach" => ("POST", files::path(id, write)),
        "detach" => {
            let file = write.body["file"].as_str().unwrap_or_default();
            ("DELETE", format!("/api/requests/{id}/attachments/{file}"))
        }
        action => ("POST", format!("/api/requests/{id}/{action}")),
    };
    let if_match = write.if_match.map(|version| format!("\"v{version}\""));
    let mut headers = Vec::new();
    headers.extend(write.key.as_deref().map(|key| ("idempotency-key", key)));
    headers.extend(if_match.as_deref().map(|tag| ("if-match", tag)));
    let bytes = files::bytes(write);
    let body = match (&bytes, write.deed) {
        (Some(bytes), _) => Body::Bytes(bytes),
        (None, "detach") => Body::None,
        (None, _) => Body::Json(&write.body),
    };
    let invoked = world.now();
    world.in_flight.fetch_add(1, Ordering::Relaxed);
    let answer = session.bring(method, &path, &headers, body);
    world.in_flight.fetch_sub(1, Ordering::Relaxed);
    let returned = world.now();
    let (outcome, trace) = match answer {
        Err(Failure::NotSent(_)) => return None,
        Err(Failure::Unknown(why)) => (Outcome::Unknown(why), None),
        Ok(reply) => {
            let outcome = outcome(write, &reply);
            if let Outcome::Done { version, request, .. } = &outcome {
                match request {
                    Some(_) => world.learn(&reply.json()),
                    None => world.learn_version(id, *version),
                }
                if !write.is_done() {
                    world.acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            }
            (outcome, reply.header("x-request-id").map(str::to_owned))
        }
    };
    let attempt = Attempt { invoked, returned, trace, outcome };
    files::learn(world, write, &attempt);
    Some(attempt)
}

fn outcome(write: &Write, reply: &Reply) -> Outcome {
    let json = reply.json();
    let code = json["code"].as_str().unwrap_or_default().to_owned();
    let unreadable = || Outcome::Unknown(format!("unreadable: {} {}", reply.status, reply.text()));
    match reply.status {
        204 if write.deed == "detach" => Outcome::Done { version: 0, request: None, shown: Answered::Nothing },
        201 if write.deed == "attach" => match json["id"].as_str() {
            Some(id) => {
                let shown = Answered::File(id.to_owned(), file_digest(&json));
                Outcome::Done { version: 0, request: None, shown }
            }
            None => unreadable(),
        },
        200 | 201 if write.deed == "comment" => match json["seq"].as_i64() {
            Some(version) => Outcome::Done { version, request: None, shown: Answered::Event(digest(&json)) },
            None => unreadable(),
        },
        200 | 201 => match (View::Record.of(&json), json["id"].as_str()) {
            (Some(shown), Some(id)) => {
                Outcome::Done { version: shown.version, request: Some(id.to_owned()), shown: Answered::Record(shown) }
            }
            _ => unreadable(),
        },
        400..500 => Outcome::Refused { status: reply.status, code, shown: shown_by_refusal(&json) },
        status => Outcome::Unknown(format!("{status} {code}")),
    }
}
