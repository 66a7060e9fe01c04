//! What happened, as it looked from outside: each call with its answers, each sighting of a viewer, and what all the parts
//! held in the end. The checker knows nothing else.

mod files;
mod things;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use files::{FileRead, Files, Lying, content, file_digest, place_files, sha256};
pub use things::{Thing, ThingAttempt, ThingOutcome, ThingWrite, Things, Wish};

/// A word of internal comments, and of nothing else: no requester may ever be sent it.
pub const INTERNAL: &str = "backroom";

/// What the audit calls it that nothing more is mailed to an address, since it has bounced.
pub const MAIL_PAUSED: &str = "mail_paused";

/// Microseconds since the run began.
pub type Moment = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Requester,
    Technician,
    Manager,
    Admin,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Technician => "technician",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    pub fn manages(self) -> bool {
        matches!(self, Self::Manager | Self::Admin)
    }
}

#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub role: Role,
}

/// A write that somebody wanted, however often it was sent.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its number in the run. Where the deed has words, they contain it: see [`Write::mark`].
    pub number: u64,
    /// Who, by the place among the people.
    pub by: usize,
    /// On which request; for a create once it is known.
    pub request: Option<String>,
    /// `create`, `comment`, `edit`, `attach`, `detach`, or the action.
    pub deed: &'static str,
    pub body: Value,
    pub key: Option<String>,
    pub if_match: Option<i64>,
    pub attempts: Vec<Attempt>,
}

/// One sending of a write that reached somebody.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub invoked: Moment,
    pub returned: Moment,
    /// The id that the system gave the HTTP request.
    pub trace: Option<String>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
pub enum Outcome {
    /// Acknowledged: it is event `version` of its request; which that is, a create learns from it. Of a file no version is told:
    /// [`place_files`] finds it.
    Done { request: Option<String>, version: i64, shown: Answered },
    /// Refused, perhaps with the record as it was then.
    Refused { status: u16, code: String, shown: Option<Shown> },
    /// It may have taken effect.
    Unknown(String),
}

/// What an acknowledgement showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    Record(Shown),
    /// The event, as [`digest`] of its JSON.
    Event(u64),
    /// A file that was attached: its id, and [`file_digest`] of its JSON.
    File(String, u64),
    /// Nothing: a file was removed.
    Nothing,
}

/// A request as somebody was shown it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub view: View,
    pub version: i64,
    pub number: Option<String>,
    /// The fields that follow from the events, in one line.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Record,
    Summary,
}

impl View {
    /// What of it follows from the events alone.
    pub fn fields(self) -> &'static [&'static str] {
        const RECORD: [&str; 20] = [
            "title",
            "description",
            "category",
            "priority",
            "contact",
            "hazard",
            "status",
            "status_reason",
            "requester",
            "raised_by",
            "assignee",
            "resolution",
            "rating",
            "due_at",
            "version",
            "created_at",
            "updated_at",
            "started_at",
            "completed_at",
            "attachments",
        ];
        const SUMMARY: [&str; 12] = [
            "title",
            "category",
            "priority",
            "hazard",
            "status",
            "requester",
            "assignee",
            "due_at",
            "version",
            "created_at",
            "updated_at",
            "attachments",
        ];
        match self {
            Self::Record => &RECORD,
            Self::Summary => &SUMMARY,
        }
    }

    /// Those fields in one line.
    pub fn text(self, json: &Value) -> String {
        let value = |field: &str| match (self, &json[field]) {
            (Self::Record, Value::Null) if field == "attachments" => "[]".to_owned(),
            // A line says how many there are.
            (Self::Summary, Value::Null) if field == "attachments" => "0".to_owned(),
            (Self::Summary, Value::Array(files)) => files.len().to_string(),
            (_, value) => value.to_string(),
        };
        let fields = self.fields().iter().map(|field| format!("{field}={}", value(field)));
        fields.collect::<Vec<_>>().join(" ")
    }

    pub fn of(self, json: &Value) -> Option<Shown> {
        let number = json["number"].as_str().map(str::to_owned);
        Some(Shown { view: self, version: json["version"].as_i64()?, number, text: self.text(json) })
    }
}

/// A read of one request, or of its line in a list.
#[derive(Clone, Debug)]
pub struct Read {
    pub by: usize,
    pub request: String,
    pub invoked: Moment,
    pub returned: Moment,
    pub status: u16,
    pub shown: Option<Shown>,
}

/// Somebody who watched one request, over as many connections as it took.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub by: usize,
    pub request: String,
    /// What the viewer had before.
    pub after: i64,
    pub seen: Vec<Seen>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// An event, with the [`digest`] of its JSON.
    Event { seq: i64, digest: u64 },
    /// The system says that everything up to this version was sent.
    Ready { version: i64 },
}

/// Somebody who watched the list: each line with its connection.
#[derive(Clone, Debug)]
pub struct ListViewer {
    pub by: usize,
    pub lines: Vec<(u32, String, Shown)>,
}

/// One request in the end, from its object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    pub record: Value,
    pub timeline: Vec<Value>,
    /// The timeline as its requester is shown it.
    pub requesters_timeline: Vec<Value>,
    /// What the operator's view says of the object and of its row.
    pub inspection: Value,
}

/// One request in the end, from PostgreSQL.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub row: Value,
    pub snapshot: Value,
    pub events: Vec<Value>,
}

/// One entry of the audit stream.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// As it is stored and shown, which is what the chain links.
    pub text: String,
    pub json: Value,
}

/// A way in which people are told besides the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    Mail,
    Push,
}

impl Channel {
    pub const ALL: [Self; 2] = [Self::Mail, Self::Push];
}

/// How somebody is reached by one of these ways.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Their address, or where their device is subscribed.
    pub at: String,
    /// The kinds of notices that they want to be told of this way.
    pub kinds: BTreeSet<String>,
    /// Whether the mailbox was closed, or the device unsubscribed, in the middle of the run.
    pub is_ended: bool,
}

/// A mail or a message to a device that its provider took.
#[derive(Clone, Debug)]
pub struct Taken {
    pub channel: Channel,
    /// The address, or the subscription.
    pub at: String,
    /// What tells it from every other, also for its reader.
    pub id: String,
    /// All that it says; the same again is the same to the letter.
    pub words: String,
    /// When whoever brought it came, and when it was taken, in milliseconds since 1970.
    pub came_ms: u64,
    pub taken_ms: u64,
    /// Whether the provider kept its answer to itself.
    pub answer_lost: bool,
}

/// What left the system by its providers, and what the system says of it in the end.
#[derive(Clone, Debug, Default)]
pub struct Post {
    /// By place among the people.
    pub reach: BTreeMap<(usize, Channel), Reach>,
    pub taken: Vec<Taken>,
    /// When the runtime died, or was ended, in milliseconds since 1970.
    pub deaths_ms: Vec<u64>,
    /// The states of all deliveries, by id.
    pub deliveries: BTreeMap<String, String>,
    /// To whom nothing is mailed any more, by id.
    pub paused: BTreeSet<String>,
    /// Who has a device, by place among the people.
    pub with_device: BTreeSet<usize>,
    /// What the push service says that its callers did wrong.
    pub problems: Vec<String>,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub people: Vec<Person>,
    pub writes: Vec<Write>,
    pub reads: Vec<Read>,
    pub file_reads: Vec<FileRead>,
    pub thing_writes: Vec<ThingWrite>,
    pub viewers: Vec<Viewer>,
    pub list_viewers: Vec<ListViewer>,
    pub objects: BTreeMap<String, Object>,
    /// The list as an admin is shown it.
    pub index: Vec<Value>,
    /// The ids in the list of each requester, by place among the people.
    pub requesters_lists: BTreeMap<usize, Vec<String>>,
    pub read_model: BTreeMap<String, Row>,
    /// Events in PostgreSQL, also of requests that it does not have.
    pub read_model_events: i64,
    /// The audit stream in its order.
    pub audit: Vec<AuditEntry>,
    /// Its copy in PostgreSQL, in the order of seq.
    pub audit_copy: Vec<Value>,
    /// The inbox of each person, by place among the people, newest first.
    pub notices: BTreeMap<usize, Vec<Value>>,
    pub post: Post,
    pub files: Files,
    pub things: Things,
}

impl Write {
    /// What its words contain, and nobody else's.
    pub fn mark(number: u64) -> String {
        format!("[w{number}]")
    }

    pub fn is_done(&self) -> bool {
        self.done().next().is_some()
    }

    /// The acknowledgements: time and version.
    pub fn done(&self) -> impl Iterator<Item = (&Attempt, i64, &Answered)> {
        self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Outcome::Done { version, shown, .. } => Some((attempt, *version, shown)),
            Outcome::Refused { .. } | Outcome::Unknown(_) => None,
        })
    }

    /// Whether nobody knows yet what became of it.
    pub fn is_open(&self) -> bool {
        !self.is_done()
            && !self.is_refused()
            && self.attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Unknown(_)))
    }

    pub fn is_refused(&self) -> bool {
        !self.is_done() && self.attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Refused { .. }))
    }

    /// The request that a create made, as it was told.
    pub fn created(&self) -> Option<&str> {
        self.attempts.iter().find_map(|attempt| match &attempt.outcome {
            Outcome::Done { request, .. } => request.as_deref(),
            Outcome::Refused { .. } | Outcome::Unknown(_) => None,
        })
    }

    pub fn invoked(&self) -> Moment {
        self.attempts.first().map_or(0, |attempt| attempt.invoked)
    }
}

/// The number in a text that a write has marked.
pub fn marked(json: &Value) -> Option<u64> {
    let text = json.to_string();
    let (_, rest) = text.rsplit_once("[w")?;
    rest.split_once(']')?.0.parse().ok()
}

/// FNV-1a over the JSON, whose keys are in order: two events with one digest are the same.
pub fn digest(json: &Value) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    json.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
